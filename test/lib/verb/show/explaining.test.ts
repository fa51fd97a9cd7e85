import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { usualGraces } from "../../../../lib/record/state.js";
import type { RunOnDisk } from "../../../../lib/registry/facts.js";
import { openRun } from "../../../../lib/registry/runs.js";
import { explainRun } from "../../../../lib/verb/show/explaining.js";
import { readyRun } from "../../pass/fake-scheduler.js";
import { fakeContext } from "../fake-context.js";

t.test("a run that has ended, of which the scheduler has not said how", async (t) => {
  const context = fakeContext(t);
  const { given: registry } = context;
  const run = await readyRun(registry);
  const attempt = path.join(run.run_dir ?? "", ".lab/attempt-1");
  fs.mkdirSync(attempt);
  const at = new Date().toISOString();
  const common = { v: 1, run: run.id, attempt: 1, at };
  fs.writeFileSync(
    path.join(attempt, "start.json"),
    JSON.stringify({ type: "start", ...common, submission: 1, job: "1", host: "n1" }),
  );
  fs.writeFileSync(
    path.join(attempt, "exit.json"),
    JSON.stringify({ type: "exit", ...common, reason: "command", code: 0 }),
  );
  const disk = openRun(registry, registry.user, run.id) as RunOnDisk;
  t.match(await explainRun(disk, usualGraces, context), {
    state: "exited",
    message: "it has ended; how, the scheduler has yet to say",
    try: [`let it be asked by ${registry.user}, or by an agent: lab status`],
  });
});
