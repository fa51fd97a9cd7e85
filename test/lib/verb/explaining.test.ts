import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import { usualGraces } from "../../../lib/record/state.js";
import type { RunOnDisk } from "../../../lib/registry/facts.js";
import { openRun } from "../../../lib/registry/runs.js";
import { explainRun, lastError, reasonView } from "../../../lib/verb/explaining.js";
import { readyRun } from "../pass/fake-scheduler.js";
import { fakeContext } from "./fake-context.js";

const style = { header: true, colour: false, width: undefined, now: 0 };

/** A run whose only attempt wrote this log. */
function withLog(t: Test, log: string): RunOnDisk {
  const dir = t.testdir({ ".lab": { "attempt-1": { "job.log": log } } });
  const attempts = [{ n: 1, start: { submission: 1 } }];
  return { dir: fs.realpathSync(dir), run: {}, facts: { attempts, submissions: [{ n: 1 }] } } as unknown as RunOnDisk;
}

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
    "\u001b[1mR\u001b[0m\n  \u001b[31mlost\u001b[0m: m\n\n",
  );
});

t.test("the last thing in a log that looks like an error, and what stands around it", async (t) => {
  const python = `epoch 1
Traceback (most recent call last):
  File "train.py", line 3, in <module>
    main()
ValueError: bad \u001b[31mshape\u001b[0m
`;
  t.strictSame(lastError(withLog(t, python)), [
    "Traceback (most recent call last):",
    '  File "train.py", line 3, in <module>',
    "    main()",
    "ValueError: bad shape",
  ]);
  const long = Array.from({ length: 100 }, (_, i) => `line ${i}`);
  t.strictSame(lastError(withLog(t, `${long.join("\n")}\n`)), long.slice(-8), "else simply its last lines");
  const early = [...long.slice(0, 50), "CUDA error: out of memory", ...long.slice(50)];
  const shown = lastError(withLog(t, `${early.join("\n")}\n`));
  t.ok(shown.includes("CUDA error: out of memory"), path.basename(shown.join()));
  t.strictSame(lastError(withLog(t, "")), []);
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
