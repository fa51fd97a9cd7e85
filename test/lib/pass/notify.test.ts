import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { hookOf, leaveHooks, runHook } from "../../../lib/pass/notify.js";
import type { Outcome } from "../../../lib/record/facts.js";
import type { Run } from "../../../lib/record/run.js";
import { until } from "../../support/sandbox.js";

const run = (hook: string, when?: string) =>
  ({
    id: "20260101-000000-000000",
    name: "n",
    user: "u",
    run_dir: "/r",
    notify: { run: hook, ...(when ? { when } : {}) },
  }) as unknown as Run;
const outcome = (state: string) => ({ type: "outcome", v: 1, run: "20260101-000000-000000", state }) as Outcome;
const env = { PATH: process.env["PATH"] };

t.test("a hook hears of the ends that it asked for, with the outcome on stdin", async (t) => {
  const file = path.join(t.testdir(), "said");
  const cases: [string | undefined, string, boolean][] = [
    [undefined, "failed", true],
    ["afterany", "succeeded", true],
    ["afterok", "succeeded", true],
    ["afterok", "failed", false],
    ["afternotok", "cancelled", true],
    ["afternotok", "succeeded", false],
  ];
  for (const [when, state, heard] of cases) {
    fs.rmSync(file, { force: true });
    const hook = hookOf(run(`cat >'${file}'`, when), outcome(state));
    t.equal(hook && (await runHook(hook, env)), undefined);
    t.equal(fs.existsSync(file), heard, `${when} ${state}`);
    if (heard) t.match(JSON.parse(fs.readFileSync(file, "utf8")), { state, name: "n", run_dir: "/r" });
  }
});

t.test("a hook that fails is said, and no more", async (t) => {
  const hook = { command: "echo bad >&2; exit 4", input: "{}\n" };
  t.match(await runHook(hook, env), { code: "refused", message: /exit code 4: bad/ });
});

t.test("what nobody waits for is run all the same, each once with its own record", async (t) => {
  const dir = t.testdir();
  const hooks = Array.from({ length: 20 }, (_, i) => ({
    command: `cat >>"${path.join(dir, `it 'is ${i}`)}"`,
    input: `{"n":"it's ${i}"}\n`,
  }));
  leaveHooks(hooks, env);
  await until("all have heard", () => fs.readdirSync(dir).length === 20);
  const heard = () => hooks.map((_, i) => fs.readFileSync(path.join(dir, `it 'is ${i}`), "utf8"));
  await until("all is written", () => heard().every((text) => text.endsWith("\n")));
  t.strictSame(
    heard(),
    hooks.map(({ input }) => input),
  );
});
