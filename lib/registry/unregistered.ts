// Why something that a run makes is not known yet, and what makes it known: only its owner's commands register it.
import { handleOf } from "../record/run-id.js";
import { stateOf } from "../record/state.js";
import type { RunOnDisk } from "./facts.js";
import type { Registry } from "./open.js";
import { isSealed } from "./outputs.js";
import { marked, openRun, usersWith } from "./runs.js";

/** What to tell who looks for what a run has made and finds none registered; undefined where all of it is. */
export function whyUnregistered(
  { user: me }: Pick<Registry, "user">,
  { run, dir, facts }: RunOnDisk,
): string | undefined {
  if (isSealed(dir)) return undefined;
  const handle = handleOf(run.id);
  const { state, final } = stateOf(facts, Date.now());
  const who = run.user === me ? "lab status" : `${run.user}'s next lab status`;
  if (final || state === "exited") return `the run ${handle} has ended and is not registered yet; ${who} registers it`;
  if (state === "running") return `the run ${handle} goes on; ${who} registers what it has written by now`;
  return `the run ${handle} is ${state}: it has written nothing yet`;
}

/** The run that will have this name given to one of its outputs, by its recipe, when it is registered; and in which role. */
export function whoWillBeCalled(
  registry: Registry,
  name: string,
  user?: string,
): { disk: RunOnDisk; role: string } | undefined {
  for (const owner of user === undefined ? usersWith(registry, "active") : [user]) {
    for (const id of marked(registry, "active", owner).reverse()) {
      const disk = openRun(registry, owner, id);
      const role = disk && Object.entries(disk.run.outputs).find(([, { alias }]) => alias === name)?.[0];
      if (disk && role !== undefined) return { disk, role };
    }
  }
  return undefined;
}
