// `[notify] run`: a program of the user's that hears how a run ended, at most once.
import type { Outcome } from "../record/facts.js";
import { type Fault, fault } from "../record/fault.js";
import type { Run } from "../record/run.js";
import { hasSucceeded } from "../record/state.js";

const most_s = 60;

/**
 * Runs the hook of a run that has just ended, with its outcome as one record on stdin; the hook is a command line for sh.
 * Returns what went wrong: the run has ended all the same.
 */
export async function notifyEnd(
  run: Run,
  outcome: Outcome,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Fault | undefined> {
  const { run: hook, when = "afterany" } = run.notify ?? {};
  if (hook === undefined || !asked(when, hasSucceeded(outcome.state))) return undefined;
  const { execa } = await import("execa");
  const result = await execa("sh", ["-c", hook], {
    input: `${JSON.stringify({ ...outcome, name: run.name, user: run.user, run_dir: run.run_dir })}\n`,
    env,
    extendEnv: false,
    cwd: "/",
    timeout: most_s * 1000,
    reject: false,
    all: true,
  });
  if (!result.failed) return undefined;
  const how = result.timedOut
    ? `it took longer than ${most_s} s`
    : `exit code ${result.exitCode ?? "?"}: ${result.all?.split("\n").at(-1) ?? ""}`;
  return fault("refused", `the hook '${hook}' of [notify] failed: ${how}`, { hint: "it isn't run again" });
}

function asked(when: string, succeeded: boolean): boolean {
  return when === "afterok" ? succeeded : when === "afternotok" ? !succeeded : true;
}
