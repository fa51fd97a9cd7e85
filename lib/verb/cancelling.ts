// Cancelling: the wish is written down first, so that a crash between it and the scheduler is no forgotten wish.

import type { Context } from "../command/context.js";
import { settle, voidUnsubmitted } from "../pass/settle.js";
import { stateOf } from "../record/state.js";
import type { RunOnDisk } from "../registry/facts.js";
import { note } from "../registry/journal.js";
import { marked, openRun } from "../registry/runs.js";
import { writeRequest } from "../registry/submissions.js";
import { memoryOf } from "./passes.js";
import { eachNamed, graces, mustOwn, statusOf } from "./runs.js";

/** Cancels each run that has not ended and yields its status; one that has ended comes back as it is. */
export async function* cancelAll(
  records: AsyncIterable<unknown>,
  reason: string | undefined,
  context: Context,
): AsyncGenerator<object> {
  const limits = await graces(context);
  const act = async (run: RunOnDisk) => {
    const after = await cancelOne(run, reason, context);
    const asked = after.facts.outcome || context.dryRun ? {} : { message: "asked to end" };
    return { ...statusOf(after, Date.now(), limits), ...asked, ...(context.dryRun ? { dry_run: true } : {}) };
  };
  yield* eachNamed(records, act, limits, context);
}

async function cancelOne(run: RunOnDisk, reason: string | undefined, context: Context): Promise<RunOnDisk> {
  const registry = await context.registry();
  mustOwn(run, registry.uid);
  const before = stateOf(run.facts, Date.now(), await graces(context));
  if (before.final) {
    context.say(`${run.run.id} has ended already: ${before.state}`);
    return run;
  }
  if (context.dryRun) return run;
  // Should the scheduler not hear of it now, the next pass opens the run, sees the wish and tells it.
  const memory = memoryOf(registry, context);
  memory.forget(run.run.id);
  memory.save(marked(registry, "active", registry.user));
  if (writeRequest(registry, run.dir, "cancel", run.run.id, reason) === "made")
    note(registry, "run_cancel_asked", run.run.id, { name: run.run.name });
  const fresh = () => openRun(registry, registry.user, run.run.id) ?? run;
  if (before.job === undefined && voidUnsubmitted(registry, fresh(), "cancel")) {
    const closed = fresh();
    settle(registry, closed, stateOf(closed.facts, Date.now()), Date.now());
    return fresh();
  }
  const { job } = stateOf(fresh().facts, Date.now());
  if (job !== undefined) await (await context.scheduler()).cancel([job]);
  return fresh();
}
