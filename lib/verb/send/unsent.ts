// Runs that nobody has sent: their pipe has died, or the scheduler could not be asked then, or it is about to.
import { lastSent } from "../../record/decided.js";
import type { Run } from "../../record/run.js";
import { handleOf } from "../../record/run-id.js";
import type { RunOnDisk } from "../../registry/facts.js";

/** The command that sends a run that was made and never sent; of a sweep all that is missing of it. */
export function sending({ id, sweep }: Pick<Run, "id" | "sweep">): string {
  return sweep ? `lab sweep resume ${handleOf(sweep.id)}` : `lab submit ${handleOf(id)}`;
}

/** What is said to whoever waits for runs that nobody has sent: a line a command. */
export function neverSent(runs: readonly Pick<Run, "id" | "sweep">[]): string[] {
  const commands = new Map<string, number>();
  for (const run of runs) commands.set(sending(run), (commands.get(sending(run)) ?? 0) + 1);
  return Array.from(commands, ([command, count]) => {
    const what = count === 1 ? "one run was made and never sent" : `${count} runs were made and never sent`;
    return `${what}: if nothing is about to, ${command}`;
  });
}

/** What to do about one that others follow, as one line; undefined where it was sent, has ended, or waits for something itself. */
export function unsent({ run, facts }: RunOnDisk, me: string): string | undefined {
  if (lastSent(facts) > 0 || facts.outcome || facts.cancel || facts.decision?.decision !== "claimed") return undefined;
  const handle = handleOf(run.id);
  if (run.user === me) return `${handle} is not sent yet: if nothing is about to, ${sending(run)}`;
  return `${handle} is not sent yet: if ${run.user} does not, yours is sent when the claim's lease is over`;
}
