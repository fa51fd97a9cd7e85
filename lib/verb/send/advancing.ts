// What can go on now: runs that waited for an input, and have it or a job to wait for, those whose input will never come;
// runs that follow another, which has made what they need, or never will.
import type { Context } from "../../command/context.js";
import { isOfThePlace } from "../../command/context.js";
import { answerFor } from "../../pass/answer.js";
import { follow } from "../../pass/follow.js";
import { lookAtProducers } from "../../pass/producers.js";
import type { Sender } from "../../pass/submit.js";
import { lookAtPoints } from "../../pass/sweep-points.js";
import { decided, waitsForRoom } from "../../record/decided.js";
import { type Fault, isFault } from "../../record/fault.js";
import { stateOf } from "../../record/state.js";
import { timestamp } from "../../record/units.js";
import { readParts } from "../../registry/arrays.js";
import { decide } from "../../registry/decisions.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { arrayDirectory, envelope, runDirectory } from "../../registry/layout.js";
import type { Registry } from "../../registry/open.js";
import { list } from "../../registry/read.js";
import { marked, openRun } from "../../registry/runs.js";
import { writerAlive } from "../../registry/submissions.js";
import { tellOfEnd } from "../passes.js";
import { graces } from "../runs.js";
import { isReady } from "./ready.js";
import { rendered } from "./rendered.js";
import { senderOf, sendRun } from "./sending.js";

const patience_s = 20;

/**
 * One advance pass over the caller's runs that wait for others (or `only` these). Yields those that were sent, have ended, or
 * wait for something else than before; a dry pass yields those that would be sent or would end. Throws `unavailable`.
 */
export async function* advancePass(context: Context, only?: readonly string[]): AsyncGenerator<RunOnDisk> {
  const registry = await context.registry();
  const limits = await graces(context);
  let sender: Sender | undefined;
  const gathered: RunOnDisk[] = [];
  for (const id of only ?? marked(registry, "active", registry.user)) {
    if (context.signal.aborted) return;
    try {
      const run = waitingRun(registry, id, limits);
      if (!run) continue;
      sender ??= await senderOf(patience_s, context);
      if (!context.dryRun && isForMany(run)) gathered.push(run);
      else if (context.dryRun ? await mayGo(run, sender, context) : await advanceOne(run, sender, gathered, context))
        yield openRun(registry, registry.user, id) ?? run;
    } catch (error) {
      if (!isFault(error) || isOfThePlace(error)) throw error;
      const ended = told(id, error, registry, context);
      if (ended) yield ended;
    }
  }
  if (sender && gathered.length > 0) yield* advanceMany(gathered, sender, context);
}

/** Says what is wrong with a run; gives it where that is its end. */
function told(id: string, error: Fault, registry: Registry, context: Context): RunOnDisk | undefined {
  // Somebody else is sending it this moment, or nobody knows yet whether it was taken: another pass does.
  if (error.code === "tempfail") context.say(`${id}: ${error.message}`);
  else context.report(id, error);
  const refused = error.code === "refused" ? openRun(registry, registry.user, id) : undefined;
  if (!refused?.facts.outcome) return undefined;
  tellOfEnd(refused.run, refused.facts.outcome, context);
  return refused;
}

/** Points of a sweep go together, as elements of arrays, and so does what waits for room. */
function isForMany({ run, facts }: RunOnDisk): boolean {
  const isPoint = run.sweep !== undefined && run.sweep.aggregate !== true;
  return (
    waitsForRoom(facts) || (isPoint && ["blocked", "claimed", "unclaimed"].includes(decided(facts)?.decision ?? ""))
  );
}

/** Sends those that may go, with the others of their arrays. Yields those of which there is news. */
async function* advanceMany(disks: readonly RunOnDisk[], sender: Sender, context: Context): AsyncGenerator<RunOnDisk> {
  const { sendWaiting } = await import("./sending-waiting.js");
  const { registry } = sender;
  let unreachable: Fault | undefined;
  for await (const [disk, sent] of sendWaiting(disks, sender, context)) {
    const { id } = disk.run;
    if (sent instanceof Error) {
      if (!isFault(sent)) throw sent;
      if (isOfThePlace(sent)) unreachable ??= sent;
      else {
        const ended = told(id, sent, registry, context);
        if (ended) yield ended;
      }
      continue;
    }
    if (sent.how === "failed" && sent.ended) tellOfEnd(disk.run, sent.ended, context);
    if (sent.how === "deferred" || (sent.how === "blocked" && !sent.news)) continue;
    yield openRun(registry, registry.user, id) ?? disk;
  }
  if (unreachable) throw unreachable;
}

/** The ids of these runs, and of all the caller's own that they wait for, directly or not. */
export function withUpstream(registry: Registry, disks: readonly RunOnDisk[]): string[] {
  const ids = new Set(disks.map(({ run }) => run.id));
  for (const queue = [...disks]; ; ) {
    const disk = queue.pop();
    if (!disk) return [...ids];
    for (const id of awaitedBy(disk)) {
      if (ids.has(id)) continue;
      const producer = openRun(registry, registry.user, id);
      if (!producer) continue;
      ids.add(id);
      queue.push(producer);
    }
  }
}

/** The runs that a run waits for: what is to make its inputs, or the one that it follows. */
function awaitedBy({ facts: { decision, outcome } }: RunOnDisk): string[] {
  if (!decision || outcome) return [];
  if (decision.decision === "blocked") return decision.runs ?? [];
  return decision.decision === "follows" && decision.leader !== undefined ? [decision.leader] : [];
}

/** The run if it waits for others. Of most nothing was ever decided but that they compute, which shows without opening them. */
function waitingRun(registry: Registry, id: string, limits: Parameters<typeof stateOf>[2]): RunOnDisk | undefined {
  const lab = envelope(runDirectory(registry.base, registry.user, id));
  if (!list(lab).some((name) => name.startsWith("decision-") || name === "scheduler.json")) return undefined;
  const run = openRun(registry, registry.user, id);
  if (!run || run.facts.cancel) return undefined;
  const { state } = stateOf(run.facts, Date.now(), limits);
  return waits.has(state) || isToBeSentAgain(run, state) || isLeftBehind(registry, run, state) ? run : undefined;
}

/** Others of its array were sent, and whoever sent them died before it was its turn. */
function isLeftBehind(registry: Registry, { facts }: RunOnDisk, state: string): boolean {
  const { array, intent } = facts.submissions.at(-1) ?? {};
  if (state !== "planned" || !array || intent) return false;
  const dir = arrayDirectory(registry.base, registry.user, array.id);
  const last = readParts({ array, dir, owner: registry.uid }).at(-1)?.intent;
  if (!last) return false;
  const alive = writerAlive(last);
  return alive === false || (alive === undefined && Date.now() - Date.parse(last.at) > elsewhere_ms);
}

/** Of a process on another host it is not known whether it lives: nobody takes so long between two parts (milliseconds). */
const elsewhere_ms = 600_000;

const waits = new Set<string>(["blocked", "following", "requeued", "deferred"]);

/** It has taken over, or lost a job that somebody else's claim made superfluous, and a pass died before it was sent. */
function isToBeSentAgain({ dir, facts }: RunOnDisk, state: string): boolean {
  if (state !== "planned" || facts.decision?.decision !== "claimed") return false;
  return (facts.decision.submission ?? 0) > 0 || list(envelope(dir)).includes("decision-2.json");
}

/** Whether there is news of it. */
async function advanceOne(disk: RunOnDisk, sender: Sender, gathered: RunOnDisk[], context: Context): Promise<boolean> {
  const decision = decided(disk.facts)?.decision;
  if (decision === undefined) return sendAgain(disk, sender, gathered, context);
  if (decision !== "follows" && decision !== "hit") return sendOne(disk, sender, context);
  const { config } = await context.config();
  const { registry, asker, scheduler, now } = sender;
  const by = "advance";
  const asking = async () => ({ registry, scheduler, graces: await graces(context), now: now(), asker });
  const ready = () => isReady(disk.run, asking);
  const followed = await follow(
    { ...asker, by, scheduler, courtesy_s: config.cache.courtesy, now: now(), ready },
    disk,
  );
  if (followed.how === "waits") return followed.news;
  if (followed.how === "ended") {
    if (followed.made) tellOfEnd(disk.run, followed.outcome, context);
    return true;
  }
  context.say(`${disk.run.id}: computes it now, since ${disk.facts.decision?.leader ?? "its leader"} did not`);
  return sendNow(disk, sender, gathered, context);
}

/** Sends what has just been claimed, or is to be; points of sweeps with the others. */
async function sendNow({ run }: RunOnDisk, sender: Sender, gathered: RunOnDisk[], context: Context): Promise<boolean> {
  const disk = openRun(sender.registry, sender.registry.user, run.id);
  if (!disk) return false;
  if (!isForMany(disk)) return sendOne(disk, sender, context);
  gathered.push(disk);
  return false;
}

/** What became of the last submission counts no more from here on; its claim is spent, and the next one is asked for. */
function sendAgain(disk: RunOnDisk, sender: Sender, gathered: RunOnDisk[], context: Context): Promise<boolean> {
  const { registry, now } = sender;
  decide(registry, disk, { decision: "unclaimed", at: timestamp(now()) });
  context.say(
    `${disk.run.id}: ${stateOf(disk.facts, now()).message ?? "was left behind when others of its array were sent"}`,
  );
  return sendNow(disk, sender, gathered, context);
}

async function sendOne(disk: RunOnDisk, sender: Sender, context: Context): Promise<boolean> {
  const sent = await sendRun(rendered(disk), sender, context);
  if (sent.how === "blocked") return sent.news;
  if (sent.how === "failed" && sent.ended) tellOfEnd(disk.run, sent.ended, context);
  return true;
}

async function mayGo({ run, facts }: RunOnDisk, sender: Sender, context: Context): Promise<boolean> {
  const { registry, scheduler, asker, now } = sender;
  const asking = { registry, scheduler, graces: await graces(context), now: now(), asker };
  if (decided(facts)?.decision === "follows") {
    const answer = await answerFor(run, { ...asker, dry: true, ready: () => isReady(run, async () => asking) });
    return answer?.decision !== "follows" || answer.leader !== facts.decision?.leader;
  }
  if (waitsForRoom(facts)) {
    const { roomOf } = await import("./sending-elements.js");
    return (await roomOf(sender, context).of(run.resources)) > 0;
  }
  if (run.sweep?.aggregate) return lookAtPoints(run, registry, asking.graces, asking.now).how !== "waits";
  return (await lookAtProducers(run, asking)).awaited.length === 0;
}
