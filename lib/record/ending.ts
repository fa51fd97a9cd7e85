// What an end means: the scheduler's verdict and the job's own exit record, read together. Each knows what the other
// cannot: the scheduler of failed nodes, limits and cancellations, the job of exit codes.
import type { Cancel, Exit, JobView, Mode, Verdict } from "./facts.js";
import type { Attempt } from "./run-facts.js";
import { neverBegan } from "./seen.js";
import type { Standing } from "./standing.js";

export interface End {
  /** The newest attempt; undefined if the job left no record. */
  attempt: Attempt | undefined;
  /** What the scheduler says, an end; undefined if it knows the job no more. */
  view: JobView | undefined;
  cancel: Cancel | undefined;
  /** Whether the owner had asked for the end before it came. */
  cancelled: boolean;
}

export type Ending = Pick<Standing, "state" | "mode" | "message" | "hint" | "exit_code" | "signal">;

/** How it ended, once everything about the end is there. */
export function endingOf({ attempt, view, cancel, cancelled }: End): Ending {
  const exit = attempt?.exit;
  const said = exit ? { exit_code: exit.code, ...(exit.signal === undefined ? {} : { signal: exit.signal }) } : {};
  if (exit && ranToItsEnd(exit)) return { ...said, state: "succeeded" };
  const known = view && byVerdict[view.verdict ?? "failed"];
  if (view && known) return { ...said, state: known[0], mode: known[1], message: messageOf(known[2], view, cancel) };
  if (exit) return { ...said, ...byExit(exit, attempt, view, cancelled) };
  return withoutExit(attempt, view);
}

/** The command ended well and by itself: nobody had asked it to. What came after (a failed node, a cancel) came too late. */
export function ranToItsEnd(exit: Exit): boolean {
  return exit.reason === "command" && exit.asked === undefined && exit.code === 0;
}

/** Whether the verdict leaves it to the exit record how the job ended. */
export function isByExit({ verdict = "failed" }: JobView): boolean {
  return byVerdict[verdict] === undefined;
}

const byVerdict: Record<Verdict, ["failed" | "cancelled", Mode, string] | undefined> = {
  completed: undefined,
  failed: undefined,
  cancelled: ["cancelled", "cancelled", "cancelled"],
  timeout: ["failed", "timeout", "it reached its time limit"],
  oom: ["failed", "oom", "it ran out of memory"],
  preempted: ["failed", "preempted", "it was preempted"],
  node_fail: ["failed", "node_fail", "its node failed"],
  boot_fail: ["failed", "node_fail", "its node could not boot"],
  deadline: ["failed", "timeout", "it could not end before its deadline"],
  dependency: ["failed", "dependency", "a job that it waited for did not end as it should"],
};

function messageOf(words: string, view: JobView, cancel: Cancel | undefined): string {
  if (view.verdict === "node_fail" && view.nodes) return `${words} (${view.nodes})`;
  if (view.verdict !== "cancelled") return words;
  const uid = view.cancelled_by_uid === undefined ? "" : ` by uid ${view.cancelled_by_uid}`;
  return `${words}${cancel ? " with lab cancel" : uid}${neverBegan(view) ? " before it started" : ""}`;
}

function byExit(exit: Exit, attempt: Attempt | undefined, view: JobView | undefined, cancelled: boolean): Ending {
  if (exit.reason === "input_error" || exit.reason === "launch_error")
    return { state: "failed", mode: exit.reason, message: exit.message ?? exit.reason.replace("_", " ") };
  if (exit.asked !== undefined && cancelled)
    return { state: "cancelled", mode: "cancelled", message: "cancelled with lab cancel" };
  if (exit.reason === "timeout") return { state: "failed", mode: "timeout", message: "its time limit was near" };
  if ((exit.oom_kills ?? 0) > 0 || outOfMemory(view))
    return { state: "failed", mode: "oom", message: "it ran out of memory" };
  if (exit.asked !== undefined)
    return { state: "failed", mode: "code_error", message: `it was asked to end by ${exit.asked}` };
  const how = exit.signal === undefined ? `exit code ${exit.code}` : `killed by ${exit.signal}`;
  const which = attempt && attempt.n > 1 ? ` (attempt ${attempt.n})` : "";
  return { state: "failed", mode: "code_error", message: `${how}${which}` };
}

function outOfMemory(view: JobView | undefined): boolean {
  return view?.steps?.some(({ word }) => word === "OUT_OF_MEMORY") ?? false;
}

function withoutExit(attempt: Attempt | undefined, view: JobView | undefined): Ending {
  const code = view?.exit_code === undefined ? {} : { exit_code: view.exit_code };
  const word = view?.word ?? view?.verdict ?? "gone";
  if (!attempt?.start) {
    return {
      state: "failed",
      mode: "launch_error",
      message: `the job never reached its first line (${word}${view?.reason ? `, ${view.reason}` : ""})`,
      hint: "the scheduler's own output is in the submission's directory",
      ...code,
    };
  }
  if (view?.verdict !== "completed" && outOfMemory(view))
    return { state: "failed", mode: "oom", message: "it ran out of memory", ...code };
  const how = view?.signal ? `killed by signal ${view.signal}` : `ended as ${word}`;
  const mode = view?.verdict === "completed" ? "launch_error" : "code_error";
  return { state: "failed", mode, message: `${how} without an exit record`, ...code };
}
