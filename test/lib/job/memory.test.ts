// Kills for want of memory: what a job without a memory controller of its own learns of them.
import t from "tap";
import { endingOf } from "../../../lib/record/ending.js";
import type { Exit } from "../../../lib/record/facts.js";
import { jobPlace } from "../../support/job.js";

const told: [string, number | undefined][] = [
  ["slurmstepd: error: Detected 1 oom_kill event in StepId=4711.0. Some of the step tasks have been OOM Killed.", 1],
  ["slurmstepd-n1: error: Detected 3 oom-kill event(s) in StepId=4711.2. Some of your processes may have been", 3],
  ["0: slurmstepd: error: Detected 2 oom-kill event(s) in step 4711.0 cgroup. Some of your processes may have", 2],
  ["slurmstepd: error: Detected 1 oom_kill event in StepId=4711+1.0. Some of the step tasks", 1],
  ["slurmstepd: error: Detected 1 oom_kill event in StepId=47110.0. Some of the step tasks", undefined],
  ["slurmstepd: error: Detected 1 oom_kill event in StepId=1.4711. Some of the step tasks", undefined],
  ["error: Detected 1 oom_kill event in StepId=4711.0.", undefined],
  ["out of memory", undefined],
];

t.test("Slurm's words about a step that has ended count", async (t) => {
  for (const [line, kills] of told) {
    const place = jobPlace({ command: ["sh", "-c", 'echo before; echo "$0" >&2; exit 1', line] });
    await place.start({ SLURM_JOB_ID: "4711" });
    const exit = place.left("attempt-1/exit.json") as Exit | undefined;
    t.equal(exit?.oom_kills, kills, line);
    const ending = endingOf({
      attempt: { n: 1, ...(exit ? { exit } : {}) },
      view: undefined,
      cancel: undefined,
      cancelled: false,
    });
    t.equal(ending.mode, kills ? "oom" : "code_error", line);
  }
});

t.test("a job that is none of Slurm's counts none", async (t) => {
  const place = jobPlace({ command: ["sh", "-c", 'echo "$0"; exit 1', told[0]?.[0] ?? ""] });
  await place.start();
  t.equal(place.left("attempt-1/exit.json")?.["oom_kills"], undefined);
});
