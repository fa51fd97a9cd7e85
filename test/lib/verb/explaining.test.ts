import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { usualGraces } from "../../../lib/record/state.js";
import type { RunOnDisk } from "../../../lib/registry/facts.js";
import { openRun } from "../../../lib/registry/runs.js";
import { explainRun, reasonView } from "../../../lib/verb/explaining.js";
import { readyRun } from "../pass/fake-scheduler.js";
import { fakeContext } from "./fake-context.js";

const style = { header: true, colour: false, width: undefined, now: 0 };

t.test("a reason for eyes", async (t) => {
  const reason = {
    run: "R",
    name: "train",
    state: "failed",
    mode: "oom",
    message: "out of\u001b[2J memory",
    log: ["Killed"],
    detail: ["since its last success"],
    try: ["ask for more"],
  };
  t.equal(
    reasonView(reason, style),
    `train  R
  failed (oom): out of memory

  the log's last words
  │ Killed

  since its last success

  what to try
  → ask for more

`,
  );
  t.equal(
    reasonView({ run: "R", state: "lost", mode: "lost", message: "m" }, { ...style, colour: true }),
    "\u001b[2mR\u001b[0m\n  \u001b[31mlost\u001b[0m: m\n\n",
  );
});

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
  });
});
