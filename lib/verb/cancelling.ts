// Cancelling: the wish is written down first, so that a crash between it and the scheduler is no forgotten wish.

import os from "node:os";
import type { Context } from "../command/context.js";
import { jobCanceller } from "../pass/cancel.js";
import { lookAgain } from "../pass/memory.js";
import { settle, voidUnsubmitted } from "../pass/settle.js";
import { decided } from "../record/decided.js";
import { type Graces, stateOf } from "../record/state.js";
import { cacheDirectory } from "../registry/cache.js";
import type { RunOnDisk } from "../registry/facts.js";
import { note } from "../registry/journal.js";
import { envelope, runDirectory } from "../registry/layout.js";
import type { Registry } from "../registry/open.js";
import { list } from "../registry/read.js";
import { marked, openRun } from "../registry/runs.js";
import { writeRequest } from "../registry/submissions.js";
import { eachNamed, graces, mustOwn, standingOf, statusOf } from "./runs.js";

/** Cancels each run that has not ended and yields its status; one that has ended comes back as it is. */
export async function* cancelAll(
  records: AsyncIterable<unknown>,
  { reason, keep }: { reason: string | undefined; keep: boolean },
  context: Context,
): AsyncGenerator<object> {
  const limits = await graces(context);
  let canceller: ReturnType<typeof jobCanceller> | undefined;
  const cancelJob: ReturnType<typeof jobCanceller> = async (run, job) => {
    canceller ??= jobCanceller(await context.scheduler(), (await context.registry()).id);
    return canceller(run, job);
  };
  const act = async (run: RunOnDisk) => {
    const cancelling = { context, limits, reason, cancelJob };
    // First those that follow it, or a pass would have them take over.
    for (const follower of keep ? [] : ownFollowers(run, await context.registry())) {
      context.say(`${follower.run.id} followed it and ends too (--keep-followers lets it take over)`);
      if (!context.dryRun) await cancelOne(cancelling, follower);
    }
    const { after, message } = await cancelOne(cancelling, run);
    const dry = context.dryRun ? { dry_run: true } : {};
    return { ...statusOf(after, Date.now(), limits), ...(message ? { message } : {}), ...dry };
  };
  yield* eachNamed(records, act, limits, context);
}

/** The caller's own runs that follow one of hers. */
function ownFollowers(leader: RunOnDisk, registry: Registry): RunOnDisk[] {
  if (leader.owner !== registry.uid || leader.facts.outcome) return [];
  return marked(registry, "active", registry.user).flatMap((id) => {
    if (id === leader.run.id || !isDecided(registry, id)) return [];
    const run = openRun(registry, registry.user, id);
    const decision = run && !run.facts.outcome ? decided(run.facts) : undefined;
    return run && decision?.decision === "follows" && decision.leader === leader.run.id ? [run] : [];
  });
}

/** Without opening it. */
function isDecided(registry: Registry, id: string): boolean {
  const lab = envelope(runDirectory(registry.base, registry.user, id));
  return list(lab).some((name) => name.startsWith("decision-"));
}

interface Cancelling {
  context: Context;
  limits: Graces;
  reason: string | undefined;
  cancelJob: ReturnType<typeof jobCanceller>;
}

async function cancelOne(
  { context, limits, reason, cancelJob }: Cancelling,
  run: RunOnDisk,
): Promise<{ after: RunOnDisk; message?: string }> {
  const registry = await context.registry();
  mustOwn(run, registry.uid);
  const before = standingOf(run, Date.now(), limits);
  if (before.final) {
    context.say(`${run.run.id} has ended already: ${before.state}`);
    return { after: run };
  }
  if (context.dryRun) return { after: run };
  // Should the scheduler not hear of it now, the next pass opens the run, sees the wish and tells it. A pass that is under way
  // may have opened it just before the wish was there.
  const look = () => lookAgain(cacheDirectory(registry, context.env, os.homedir()), run.run.id);
  look();
  if (writeRequest(registry, run.dir, "cancel", run.run.id, reason) === "made")
    note(registry, "run_cancel_asked", run.run.id, { name: run.run.name });
  look();
  const fresh = () => openRun(registry, registry.user, run.run.id) ?? run;
  if (before.job === undefined && voidUnsubmitted(registry, fresh(), "cancel")) {
    const closed = fresh();
    settle(registry, closed, stateOf(closed.facts, Date.now()), Date.now());
    return { after: fresh() };
  }
  const { job } = stateOf(fresh().facts, Date.now());
  const asked = job === undefined || (await cancelJob(fresh(), job));
  const after = fresh();
  if (after.facts.outcome) return { after };
  return { after, message: asked ? "asked to end" : `its job is gone: ${job} is another job's id now` };
}
