import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { notifyEnd } from "../../../lib/pass/notify.js";
import type { Outcome } from "../../../lib/record/facts.js";
import type { Run } from "../../../lib/record/run.js";

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
    t.equal(await notifyEnd(run(`cat >'${file}'`, when), outcome(state), env), undefined);
    t.equal(fs.existsSync(file), heard, `${when} ${state}`);
    if (heard) t.match(JSON.parse(fs.readFileSync(file, "utf8")), { state, name: "n", run_dir: "/r" });
  }
});

t.test("a hook that fails is said, and no more", async (t) => {
  t.match(await notifyEnd(run("echo bad >&2; exit 4"), outcome("failed"), env), {
    code: "refused",
    message: /exit code 4: bad/,
  });
});
