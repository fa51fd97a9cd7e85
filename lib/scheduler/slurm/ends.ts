// How a job ended, in words: what Slurm's final states mean, and what to try.
import type { JobView, Verdict } from "../../record/facts.js";

type Explanation = { message: string; hint?: string };

const ends: Readonly<Record<Verdict, [message: string, hint?: string]>> = {
  completed: ["it completed"],
  failed: ["it failed", "see its log"],
  cancelled: ["it was cancelled"],
  timeout: ["it reached its time limit", "ask for more time"],
  oom: ["it ran out of memory", "ask for more mem"],
  preempted: [
    "it was stopped to make room for a job that comes first",
    "run it again, perhaps in another partition or qos",
  ],
  node_fail: ["its node failed", "run it again"],
  boot_fail: ["its node could not be started", "run it again"],
  deadline: ["it could not end before its deadline"],
  dependency: ["a job that it depended on did not end as it had to"],
};

/** A job that has ended, for a person. */
export function explainEnd(view: JobView): Explanation {
  const [message, hint] = ends[view.verdict ?? "failed"];
  if (view.verdict === "failed") return explainFailure(view);
  if (view.verdict === "cancelled" && view.cancelled_by_uid !== undefined)
    return { message: `it was cancelled by uid ${view.cancelled_by_uid}` };
  return { message, ...(hint === undefined ? {} : { hint }) };
}

/** Slurm's own signals: 53 tells that the job's files could not be opened; 9, where memory is not limited by cgroups, that it took too much. */
function explainFailure({ exit_code, signal }: JobView): Explanation {
  if (signal === 53) {
    return {
      message: "Slurm could not start it: its directory or its output file could not be opened on the node",
      hint: "the run's directory must be there, and writable by you, on the compute nodes",
    };
  }
  if (signal === 9) {
    return {
      message: "it was killed (signal 9)",
      hint: "if its Slurm log says that it exceeded its memory limit, ask for more mem",
    };
  }
  if (signal !== undefined) return { message: `it was ended by signal ${signal}`, hint: "see its log" };
  if (exit_code === 127)
    return { message: "it failed with exit code 127: a command was not found", hint: "see its log" };
  return {
    message: exit_code === undefined ? "it failed" : `it failed with exit code ${exit_code}`,
    hint: "see its log",
  };
}
