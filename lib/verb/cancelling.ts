// Cancelling: the wish is written down first, so that a crash between it and the scheduler is no forgotten wish.

import os from "node:os";
import { type Context, isOfThePlace } from "../command/context.js";
import { jobCanceller } from "../pass/cancel.js";
import { lookAgain } from "../pass/memory.js";
import { settle, voidUnsubmitted } from "../pass/settle.js";
import { sharesItsJob } from "../record/counted.js";
import { decided } from "../record/decided.js";
import { type Fault, isFault, recordError } from "../record/fault.js";
import { type Graces, stateOf } from "../record/state.js";
import { cacheDirectory } from "../registry/cache.js";
import type { RunOnDisk } from "../registry/facts.js";
import { note } from "../registry/journal.js";
import { envelope, runDirectory } from "../registry/layout.js";
import type { Registry } from "../registry/open.js";
import { list } from "../registry/read.js";
import { marked, openRun } from "../registry/runs.js";
import { linkIntent, writeRequest } from "../registry/submissions.js";
import { eachNamed, graces, mustOwn, standingOf, statusOf } from "./runs.js";

/** Cancels each run that has not ended and yields its status; one that has ended comes back as it is. */
export async function* cancelAll(
  records: AsyncIterable<unknown>,
  { reason, keep }: { reason: string | undefined; keep: boolean },
  context: Context,
): AsyncGenerator<object> {
  const limits = await graces(context);
  const cancelling: Cancelling = { context, limits, reason, jobs: new Map() };
  let followers: ReturnType<typeof followersOf> | undefined;
  const act = async (run: RunOnDisk) => {
    // First those that follow it, or a pass would have them take over.
    followers ??= followersOf(await context.registry());
    for (const follower of keep ? [] : followers(run)) {
      context.say(`${follower.run.id} followed it and ends too (--keep-followers lets it take over)`);
      if (!context.dryRun) await cancelOne(cancelling, follower);
    }
    const { after, message } = await cancelOne(cancelling, run);
    const dry = context.dryRun ? { dry_run: true } : {};
    return { ...statusOf(after, Date.now(), limits), ...(message ? { message } : {}), ...dry };
  };
  const held: object[] = [];
  for await (const record of eachNamed(records, act, limits, context)) {
    held.push(record);
    if (held.length >= together) yield* ended(held.splice(0), cancelling);
  }
  yield* ended(held, cancelling);
}

/** So many runs' jobs are asked to end at once. */
const together = 1000;

/** Asks for the end of the jobs of the runs that came so far, and gives their records as they are then. */
async function* ended(held: readonly object[], { context, limits, jobs }: Cancelling): AsyncGenerator<object> {
  const asked = [...jobs.values()];
  jobs.clear();
  let said: Set<string> | Fault = new Set<string>();
  try {
    const registry = await context.registry();
    if (asked.length > 0) said = await jobCanceller(await context.scheduler(), registry.id)(asked);
  } catch (error) {
    if (!isFault(error)) throw error;
    said = error;
    if (isOfThePlace(error)) context.abnormal(error);
  }
  const byRun = new Map(asked.map((one) => [one.run.run.id, one]));
  for (const record of held) {
    const one = byRun.get(String((record as { id?: unknown }).id));
    if (!one || "error" in record) {
      yield record;
      continue;
    }
    const registry = await context.registry();
    const { id } = one.run.run;
    const after = openRun(registry, registry.user, id) ?? one.run;
    const now = { ...record, ...statusOf(after, Date.now(), limits) };
    if (said instanceof Set) {
      const message = said.has(id) ? "asked to end" : `its job is gone: ${one.job} is another job's id now`;
      yield after.facts.outcome ? now : { ...now, message };
      continue;
    }
    if (!isOfThePlace(said)) context.report(id, said);
    yield { ...now, error: recordError(said) };
  }
}

/** The caller's own runs that follow one of hers, by that; looked for once. */
function followersOf(registry: Registry): (leader: RunOnDisk) => RunOnDisk[] {
  let known: Map<string, RunOnDisk[]> | undefined;
  const find = () => {
    const found = new Map<string, RunOnDisk[]>();
    for (const id of marked(registry, "active", registry.user)) {
      const run = isDecided(registry, id) ? openRun(registry, registry.user, id) : undefined;
      const { decision, leader } = (run && !run.facts.outcome && decided(run.facts)) || {};
      if (run && decision === "follows" && leader !== undefined) found.set(leader, [...(found.get(leader) ?? []), run]);
    }
    return found;
  };
  return ({ owner, facts, run }) => {
    if (owner !== registry.uid || facts.outcome) return [];
    known ??= find();
    return (known.get(run.id) ?? []).filter(({ run: { id } }) => id !== run.id);
  };
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
  /** Jobs that are to be asked to end, by run. */
  jobs: Map<string, { run: RunOnDisk; job: string }>;
}

async function cancelOne(
  { context, limits, reason, jobs }: Cancelling,
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
  const shared = sharedSubmission(fresh());
  const isClosed =
    shared === undefined
      ? before.job === undefined && voidUnsubmitted(registry, fresh(), "cancel")
      : linkIntent(registry, run.dir, run.run.id, shared, "cancel", true).intent.void === true;
  if (isClosed) {
    const closed = fresh();
    settle(registry, closed, stateOf(closed.facts, Date.now()), Date.now());
    // A part of its array may have been sent meanwhile with it; its job would find that it is not to run.
    const sent =
      shared === undefined ? closed.facts.submissions.findLast(({ receipt }) => receipt)?.receipt : undefined;
    if (sent) jobs.set(run.run.id, { run: closed, job: sent.job });
    return { after: fresh() };
  }
  if (shared !== undefined)
    return { after: fresh(), message: "its job runs others too, and goes on until its command ends" };
  const { job } = stateOf(fresh().facts, Date.now());
  if (job !== undefined) jobs.set(run.run.id, { run: fresh(), job });
  return { after: fresh(), message: "asked to end" };
}

/** The submission of a run whose job runs others, too. */
function sharedSubmission({ facts }: RunOnDisk): number | undefined {
  const last = facts.submissions.findLast(({ intent, receipt }) => intent ?? receipt);
  return last?.array?.shared || sharesItsJob(facts) ? last?.n : undefined;
}
