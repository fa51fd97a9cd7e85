// Giving lost runs up: what nothing can settle any more, its owner does.
import type { Context } from "../command/context.js";
import { settle } from "../pass/settle.js";
import { fault } from "../record/fault.js";
import { stateOf } from "../record/state.js";
import type { RunOnDisk } from "../registry/facts.js";
import { openRun } from "../registry/runs.js";
import { writeRequest } from "../registry/submissions.js";
import { eachNamed, graces, mustOwn, statusOf } from "./runs.js";

export interface Forgetting {
  reason: string | undefined;
  /** Also what may still come back. */
  force: boolean;
}

/** Gives up each run that is lost and yields its status; one that is not is refused. */
export async function* forgetAll(
  records: AsyncIterable<unknown>,
  { reason, force }: Forgetting,
  context: Context,
): AsyncGenerator<object> {
  const limits = await graces(context);
  const registry = await context.registry();
  const forget = (disk: RunOnDisk) => {
    const { run } = disk;
    mustOwn(disk, registry.uid);
    const { state } = stateOf(disk.facts, Date.now(), limits);
    if (state !== "lost" && !(force && ["submitted", "unknown"].includes(state))) {
      const hint =
        state === "queued" || state === "running" ? "lab cancel ends it" : "only what is lost can be given up";
      throw fault("refused", `cannot give it up: it is ${state}`, { hint });
    }
    if (context.dryRun) return { ...statusOf(disk, Date.now(), limits), state: "lost" as const, dry_run: true };
    writeRequest(registry, disk.dir, "forget", run.id, reason);
    settle(registry, disk, { state: "lost", message: "given up by its owner", final: true }, Date.now());
    return statusOf(openRun(registry, registry.user, run.id) ?? disk, Date.now(), limits);
  };
  yield* eachNamed(records, forget, limits, context);
}
