// lab-serve as a person starts it, and as a program asks it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import t from "tap";
import { dist, records, sandbox } from "../support/sandbox.js";

t.setTimeout(600_000);
const place = await sandbox({ name: "serve", extra: '[local]\nidle = "1s"\n' });
t.teardown(() => place.remove());
for (const name of ["one", "two", "three"]) {
  const { code, stderr } = await place.run(["lab", "run", "-w", "--name", name, "--", "true"]);
  if (code !== 0) throw new Error(stderr);
}
const child = spawn(path.join(dist(), "bin/lab-serve"), [], { env: place.env, stdio: ["ignore", "pipe", "pipe"] });
t.teardown(() => child.kill("SIGKILL"));
const said: string[] = [];
createInterface({ input: child.stderr }).on("line", (line) => said.push(line));
const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
const service = JSON.parse(line);
const { origin, searchParams } = new URL(service.url);
const headers = { authorization: `Bearer ${searchParams.get("token")}` };
interface Listed {
  id: string;
  name: string;
}
const ask = async (where: string) => {
  const response = await fetch(`${origin}${where}`, { headers });
  return {
    status: response.status,
    body: (await response.json()) as { runs: Listed[]; next?: string; run: object; edges: object[]; nodes: object[] },
  };
};

t.test("it says where it is, and how to get there from elsewhere", async (t) => {
  t.match(service, { type: "service", v: 1, url: /^http:\/\/127\.0\.0\.1:\d+\/\?token=/ });
  t.match(said.join("\n"), /ssh -N -L (\d+):127\.0\.0\.1:\1 /);
});

t.test("runs are those that lab ls lists, page by page", async (t) => {
  const listed = records((await place.run(["lab", "ls"])).stdout).map(({ id }) => id);
  t.equal(listed.length, 3);
  const first = await ask("/api/v1/runs?limit=2");
  t.strictSame(
    first.body.runs.map(({ id }) => id),
    listed.slice(0, 2),
  );
  const rest = await ask(`/api/v1/runs?limit=2&cursor=${first.body.next}`);
  t.strictSame(
    rest.body.runs.map(({ id }) => id),
    listed.slice(2),
  );
  t.notOk(Object.hasOwn(rest.body, "next"));
  const filtered = await ask("/api/v1/runs?name=t*&state=succeeded");
  t.strictSame(
    filtered.body.runs.map(({ name }) => name),
    ["three", "two"],
  );
});

t.test("a run is the record of lab show", async (t) => {
  const [shown] = records((await place.run(["lab", "show", "@last"])).stdout);
  const { body } = await ask(`/api/v1/runs/${String(shown?.["id"]).slice(-6)}`);
  t.match(body.run, { id: shown?.["id"], name: "three", state: "succeeded", run_dir: shown?.["run_dir"] });
});

t.test("lineage is that of lab lineage", async (t) => {
  const [edge] = records((await place.run(["lab", "lineage", "--json", "@last"])).stdout);
  t.match(edge, { type: "edge", kind: "used" });
  const { body } = await ask("/api/v1/lineage/@last?direction=up&depth=1");
  const { from, to, kind, role } = edge as Record<string, unknown>;
  t.strictSame(body.edges, [{ from, to, kind, ...(role === undefined ? {} : { role }) }]);
  t.match(body.nodes, [
    { id: to, asked: true },
    { id: from, type: edge?.["from_type"] },
  ]);
  t.strictSame((await ask("/api/v1/lineage/@last?direction=down")).body.edges, []);
  t.match(await ask("/api/v1/lineage/@last?direction=in"), { status: 400 });
  t.match(await ask("/api/v1/lineage/nothing-of-that-name"), { status: 404 });
});

t.test("what is not right is said as by the commands", async (t) => {
  t.match(await ask("/api/v1/runs/zzzzzz"), { status: 404, body: { error: { code: "noinput" } } });
  t.match(await ask("/api/v1/runs?state=done"), { status: 400, body: { error: { message: "no state 'done'" } } });
  t.match(await ask("/api/v1/runs?limit=x"), { status: 400 });
  t.match(await ask("/api/v1/runs?cursor=x"), { status: 400 });
  t.match(await ask(`/api/v1/runs/${encodeURIComponent(place.dir)}`), { status: 400 }, "no path of this machine");
});

t.test("the page and all that it loads are there", async (t) => {
  const page = await (await fetch(`${origin}/`, { headers })).text();
  const named = Array.from(page.matchAll(/(?:src|href)="(\/[^"]*)"/g), ([, where = ""]) => where);
  t.ok(named.length >= 3);
  for (const where of named) t.equal((await fetch(`${origin}${where}`, { headers })).status, 200, where);
  t.notMatch(page, /https?:\/\//, "and nothing comes from elsewhere");
});

t.test("it ends by the signal that ends it", async (t) => {
  child.kill("SIGTERM");
  t.strictSame(await once(child, "exit"), [null, "SIGTERM"]);
});
