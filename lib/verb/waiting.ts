// Waiting for runs: the passes over the runs in question, again and again with back-off, until all of them have ended.
import fs from "node:fs";
import type { Context } from "../command/context.js";
import { plain } from "../command/plain.js";
import { type Fault, fault, isFault, type RecordError, recordError } from "../record/fault.js";
import type { Status } from "../record/records.js";
import type { Graces } from "../record/state.js";
import { hasSucceeded } from "../record/state.js";
import { shortDuration } from "../record/units.js";
import type { RunOnDisk } from "../registry/facts.js";
import type { Registry } from "../registry/open.js";
import { openRun } from "../registry/runs.js";
import { packSome } from "./packing.js";
import { reconcilePass } from "./passes.js";
import { registerPass } from "./registering.js";
import { graces, grown, namedRuns, statusOf } from "./runs.js";
import { advancePass, withUpstream } from "./send/advancing.js";
import { neverSent } from "./send/unsent.js";
import { withLastError } from "./show/last-error.js";
import { sleep } from "./sleep.js";

export interface Waiting {
  timeout_s: number | undefined;
  patience_s: number;
  passes: boolean;
}

const ends = new Set(["succeeded", "cached", "failed", "cancelled", "lost"]);

/** Yields the status of each run when it has ended, in the order of the ends; the exit status tells how they ended. */
export async function* waitFor(
  records: AsyncIterable<unknown>,
  waiting: Waiting,
  context: Context,
): AsyncGenerator<object> {
  const open = new Map<string, RunOnDisk>();
  const given = new Map<string, Record<string, unknown>>();
  for await (const named of namedRuns(records, context)) {
    if ("other" in named) yield named.other;
    else {
      open.set(named.run.run.id, named.run);
      if (named.record) given.set(named.run.run.id, named.record);
    }
  }
  const registry = await context.registry();
  const limits = await graces(context);
  const began = Date.now();
  let reached = began;
  let pause = 250;
  let rounds = 0;
  while (open.size > 0 && !context.signal.aborted) {
    const mine = [...open.values()].filter(({ owner }) => owner === registry.uid);
    const trouble = waiting.passes && mine.length > 0 ? await pass(context, withUpstream(registry, mine)) : undefined;
    if (!trouble) reached = Date.now();
    let moved = false;
    for (const [id, { run }] of open) {
      const disk = reopened(context, registry, run.user, id);
      if ("error" in disk) {
        open.delete(id);
        yield { ...(given.get(id) ?? { type: "status", v: 1, id }), error: disk.error };
        continue;
      }
      open.set(id, disk);
      const status = statusOf(disk, Date.now(), limits);
      moved ||= status.state !== stateBefore.get(id);
      stateBefore.set(id, status.state);
      if (!ends.has(status.state)) continue;
      if (waiting.passes && disk.owner === registry.uid && !(await isOver(context, disk, status, limits))) continue;
      open.delete(id);
      if (!hasSucceeded(status.state)) context.no();
      yield grown(given.get(id), withLastError(status, disk));
    }
    if (open.size === 0) break;
    if (trouble && Date.now() - reached > waiting.patience_s * 1000) {
      clear(context);
      throw trouble;
    }
    if (waiting.timeout_s !== undefined && Date.now() - began > waiting.timeout_s * 1000) {
      clear(context);
      throw fault(
        "tempfail",
        `still waiting for ${open.size} run${open.size > 1 ? "s" : ""} after ${shortDuration(waiting.timeout_s)}`,
      );
    }
    // In the first round a command beside this one may be about to.
    if (++rounds === 2) sayUnsent(withUpstream(registry, mine), registry, limits, context);
    progress(context, open.size, began, [...open.keys()], trouble);
    pause = moved ? 250 : Math.min(pause * 1.5, 10_000);
    await sleep(pause, context.signal);
  }
  clear(context);
  if (waiting.passes && !context.signal.aborted) await packSome(context);
  for (const id of context.signal.aborted && context.terminal.err ? open.keys() : []) {
    context.say(`${id} goes on: lab wait ${id.slice(-6)}, lab cancel ${id.slice(-6)}`);
  }
}

/** Nobody sends what was made and never sent, or what a run waits for that was not: that wait would be for ever. */
function sayUnsent(ids: readonly string[], registry: Registry, limits: Graces, context: Context): void {
  const runs = ids.flatMap((id) => openRun(registry, registry.user, id) ?? []);
  const unsent = runs.filter((disk) => statusOf(disk, Date.now(), limits).state === "planned");
  for (const line of neverSent(unsent.map(({ run }) => run))) {
    clear(context);
    context.say(line);
  }
}

/** The run as it is now, or why it cannot be waited for any more. */
function reopened(context: Context, registry: Registry, user: string, id: string): RunOnDisk | { error: RecordError } {
  try {
    const disk = openRun(registry, user, id);
    if (disk) return disk;
    throw fault("noinput", "the run is gone");
  } catch (error) {
    if (!isFault(error)) throw error;
    context.report(id, error);
    return { error: recordError(error) };
  }
}

const stateBefore = new Map<string, Status["state"]>();

async function pass(context: Context, mine: string[]): Promise<Fault | undefined> {
  try {
    for await (const _ of reconcilePass(context, mine));
    await registered(context, mine);
    for await (const _ of advancePass(context, mine));
    return undefined;
  } catch (error) {
    if (isFault(error) && error.code === "unavailable") return error;
    throw error;
  }
}

/**
 * Whoever has waited finds how the run ended and all that it has made: its end is written down, and registered is what was
 * written on a node, also where it takes its time to be seen here.
 */
async function isOver(
  context: Context,
  { run, facts }: RunOnDisk,
  { state }: Status,
  limits: Graces,
): Promise<boolean> {
  // The pass began before the state was derived, perhaps within a grace that is over by now: the next one writes the end down.
  if (!facts.outcome) return state === "lost";
  const early = await registered(context, [run.id]);
  return !early || Date.now() - Date.parse(facts.outcome.at) > limits.accounting_s * 1000;
}

/** Whether something of runs that have ended cannot be seen yet. */
async function registered(context: Context, ids: string[]): Promise<boolean> {
  let early = false;
  for await (const done of registerPass(context, ids)) early ||= done.early === true;
  return early;
}

function progress(context: Context, left: number, began: number, ids: string[], trouble: Fault | undefined): void {
  if (!context.terminal.err) return;
  const what = left === 1 ? `${ids[0]} is ${stateBefore.get(ids[0] ?? "")}` : `${left} runs are under way`;
  const words = trouble ? trouble.message : `${what}, ${shortDuration((Date.now() - began) / 1000)}`;
  fs.writeSync(2, `\r\u001b[K${plain(words.replaceAll("\n", "; ")).slice(0, 100)}`);
}

function clear(context: Context): void {
  if (context.terminal.err) fs.writeSync(2, "\r\u001b[K");
}
