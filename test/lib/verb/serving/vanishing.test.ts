// A registry that is taken away, comes back, loses a pack, or cannot be read for a while: the server goes on answering, says
// what is wrong, and has everything again afterwards.
import nodeFs from "node:fs";
import t from "tap";
import { type FileSystem, sleep, useDisk } from "../../../../lib/registry/disk.js";
import { startServer } from "../../../../lib/serve/server.js";
import { openIndex } from "../../../../lib/verb/serving/index/index.js";
import { routesOf } from "../../../../lib/verb/serving/routes.js";
import { labRegistry } from "../../../support/lab-registry.js";
import { fakeContext } from "../fake-context.js";

const context = fakeContext(t);
const { given: registry } = context;
const lab = labRegistry(registry);
const trouble: unknown[] = [];
const report = (error: unknown) => void trouble.push(error);
const index = await openIndex(registry, {} as never, report);
const routes = routesOf({ context, registry, index });
const server = await startServer({ routes, assets: {}, report }, 0);
t.teardown(async () => {
  useDisk();
  await server.close();
  await index.close();
});
type Answer = Record<string, never> & {
  status: number;
  problems?: { code: string; message: string }[];
  total?: number;
};
const ask = async (where: string): Promise<Answer> => {
  const response = await fetch(`http://127.0.0.1:${server.port}${where}`);
  const text = await response.text();
  return { ...(text.startsWith("{") ? JSON.parse(text) : {}), status: response.status };
};
const lists = ["/runs", "/overview", "/users", "/search?q=tra", "/sweeps", "/pipelines", "/artifacts", "/aliases"];
const more = ["/policies", "/notebook", "/queue", "/fields", "/runs/groups?by=name", "/changes"];
const ones = ["", "/why", "/events", "/logs", "/log", "/files", "/metrics", "/source", "/checkpoints", "/similar"].map(
  (part) => `/runs/${lab.train}${part}`,
);
const others = [`/lineage/${lab.train}`, `/evaluations/${lab.train}`, `/artifacts/${lab.checkpoint}`];
const all = [...lists, ...more, ...ones, ...others, `/compare?run=${lab.train}&run=${lab.evaluation}`];

/** Asks for everything; what failed in another way than by saying so. */
async function failures(): Promise<string[]> {
  const bad: string[] = [];
  for (const where of [...all.map((one) => `/api/v1${one}`), "/healthz", "/metrics"]) {
    const { status } = await ask(where);
    if (status >= 500 && status !== 503) bad.push(`${where} is ${status}`);
  }
  return bad;
}

/** Waits until the runs are told of as they should be. */
async function settled(passes: (answer: Answer) => boolean): Promise<Answer> {
  for (;;) {
    const answer = await ask("/api/v1/runs?limit=1");
    if (passes(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const whole = await settled(({ ready, problems }) => Boolean(ready) && !problems);

t.test("a registry that is not there is one of old news, not one of no runs", async (t) => {
  nodeFs.renameSync(registry.base, `${registry.base}-away`);
  const away = await settled(({ problems }) => problems !== undefined);
  t.equal(away.total, whole.total, "what was known is still shown");
  t.match(away.problems, [{ code: "noinput", message: /cannot open the registry/, hint: /mounted/ }]);
  t.strictSame(await failures(), []);
  const run = await ask(`/api/v1/runs/${lab.train}`);
  t.match(
    [run.status, run["error"]],
    [503, { code: "unavailable", message: /registry/ }],
    "nobody says there is no such run",
  );
  t.match(await ask("/healthz"), { status: 200, ok: true });
  nodeFs.renameSync(`${registry.base}-away`, registry.base);
  t.equal((await settled(({ problems }) => problems === undefined)).total, whole.total);
  t.match(await ask(`/api/v1/runs/${lab.train}`), { status: 200, run: { id: lab.train } });
  t.strictSame(await failures(), []);
});

t.test("a disk that gives errors is told of, and the rest is answered", async (t) => {
  const error = (file: string) =>
    Object.assign(new Error(`EIO: i/o error, open '${file}'`), { code: "EIO", errno: -5, syscall: "open" });
  const failing = (broken: (file: string) => boolean) => {
    const wrapped =
      (name: "openSync" | "readdirSync" | "opendirSync") =>
      (file: string, ...rest: unknown[]) => {
        if (broken(String(file))) throw error(String(file));
        return (nodeFs[name] as (...all: unknown[]) => unknown)(file, ...rest);
      };
    const names = ["openSync", "readdirSync", "opendirSync"] as const;
    useDisk({
      fs: Object.assign(
        Object.create(nodeFs),
        Object.fromEntries(names.map((name) => [name, wrapped(name)])),
      ) as FileSystem,
      sleep,
    });
  };
  for (const [what, broken] of [
    ["one run", (file: string) => file.includes(lab.train)],
    ["all below the registry", (file: string) => file.startsWith(registry.base)],
    ["every other area", (file: string) => /\/(packs|loose|sweeps|notes|events|aliases)(\/|$)/.test(file)],
  ] as const) {
    failing(broken);
    t.strictSame(await failures(), [], what);
    t.equal((await ask("/api/v1/runs?limit=1")).total, whole.total, `${what}: what was known is still shown`);
    useDisk();
    await settled(({ problems, total }) => problems === undefined && total === whole.total);
    t.strictSame(await failures(), [], `${what}: and then as before`);
  }
});

t.test("and nothing of all that was a bug", async (t) => {
  t.strictSame(trouble, []);
});
