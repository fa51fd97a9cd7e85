// What can be said of the run that answers for another one, or that it follows.
import type { Context } from "../../command/context.js";
import { fateOf } from "../../pass/fate.js";
import { observe } from "../../pass/observe.js";
import { fault, isFault } from "../../record/fault.js";
import { handleOf } from "../../record/run-id.js";
import { type Graces, jobOf, type Standing, stateOf } from "../../record/state.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { leaderOf, makerOfRun } from "../../registry/makers.js";
import type { Registry } from "../../registry/open.js";
import { openRun } from "../../registry/runs.js";
import { unsent } from "../send/unsent.js";
import { repeated } from "./advice.js";

/** The run that makes, or made, what this one was to make, as a card and a record of lab-show have it. */
export interface AnsweredBy {
  id: string;
  user: string;
  name: string;
  state: string;
  /** Where it makes them. */
  outputs: Record<string, string>;
}

/** Undefined of a run that computes itself, or whose leader cannot be seen. */
export function answeredBy(disk: RunOnDisk, registry: Registry, limits: Graces, now: number): AnsweredBy | undefined {
  const { run, facts } = makerOfRun(registry, disk);
  if (run.id === disk.run.id) return undefined;
  const places = Object.entries(run.outputs).flatMap(([role, { path }]) => (path === undefined ? [] : [[role, path]]));
  const { id, user, name } = run;
  return { id, user, name, state: stateOf(facts, now, limits).state, outputs: Object.fromEntries(places) };
}

/**
 * The run whose log or metrics are shown for this one: itself, or the one that answers for it, which `say` is told. Throws
 * noperm where that one may not be read, noinput where it is gone.
 */
export function whoseLines(
  disk: RunOnDisk,
  what: "log" | "metrics" | "checkpoints",
  registry: Registry,
  say: (message: string) => void,
): RunOnDisk {
  const leader = disk.facts.attempts.length > 0 ? undefined : leaderOf(disk);
  if (!leader) return disk;
  const whose = leader.user === disk.run.user ? leader.run : `${leader.user}'s run ${leader.run}`;
  const has = `${disk.facts.outcome ? "was answered by" : "follows"} ${whose}`;
  const none = `it has no ${what} of its own: it ${has}`;
  let maker: RunOnDisk;
  try {
    maker = makerOfRun(registry, disk);
  } catch (error) {
    if (!isFault(error) || error.code !== "noperm") throw error;
    throw fault("noperm", `${none}, which you may not read`, { hint: unreadable(disk, leader.user), cause: error });
  }
  if (maker.run.id === disk.run.id) throw fault("noinput", `${none}, which is gone`);
  say(`${disk.run.id} ${has}, whose ${what} ${what === "log" ? "this is" : "these are"}`);
  return maker;
}

function unreadable({ run }: RunOnDisk, owner: string): string {
  return `ask ${owner} to let your group read it, or have lines of your own: lab run --recompute ${repeated(run)}`;
}

/** What could not be read of another's run that answers for this one is told so that one knows what to do; else as it is. */
export function ofAnother(error: unknown, disk: RunOnDisk, shown: RunOnDisk): unknown {
  if (!isFault(error) || error.code !== "noperm" || shown.run.user === disk.run.user) return error;
  return fault("noperm", error.message, { hint: unreadable(disk, shown.run.user), cause: error });
}

/** Why a run that was answered has no job, and what to do about it. */
export function whyAnswered({ run, facts: { outcome } }: RunOnDisk): { message: string; try: string[] } {
  const { cached_from: leader = "", cached_user: user } = outcome ?? {};
  const whose = user === run.user ? "your run" : `${user}'s run`;
  return {
    message: `${whose} ${leader} had made the same, so it was not computed`,
    try: [
      `how that went: lab show ${handleOf(leader)}`,
      `to compute it all the same: lab run --recompute ${repeated(run)}`,
    ],
  };
}

/** Whom a run follows, how that one is, and what there is besides waiting. Asks the scheduler; writes nothing. */
export async function whatIsFollowed(
  disk: RunOnDisk,
  limits: Graces,
  context: Context,
): Promise<{ message: string; detail?: string[]; try: string[] }> {
  const registry = await context.registry();
  const { run: id, user } = leaderOf(disk) ?? { run: "another run", user: disk.run.user };
  const leader = tried(() => openRun(registry, user, id));
  const whose = user === disk.run.user ? "your run" : `${user}'s run`;
  const name = leader ? ` (${leader.run.name})` : "";
  return {
    message: `it has no job of its own: ${whose} ${id}${name} computes the same`,
    detail: leader ? await howItIs(disk, leader, registry, limits, context) : ["that run cannot be seen"],
    try: [
      `wait until that one has ended: lab wait ${handleOf(disk.run.id)}`,
      `to wait for nobody, first: lab cancel ${handleOf(disk.run.id)}`,
      `then: lab run --no-follow ${repeated(disk.run)}`,
    ],
  };
}

async function howItIs(
  disk: RunOnDisk,
  leader: RunOnDisk,
  registry: Registry,
  limits: Graces,
  context: Context,
): Promise<string[]> {
  const scheduler = await context.scheduler();
  let seen: Awaited<ReturnType<typeof observe>>;
  try {
    const whom = { run: disk.run.id, before: undefined };
    seen = await observe(leader, whom, { registry, scheduler, now: context.now });
  } catch (error) {
    if (!isFault(error)) throw error;
    context.say(`${error.message}; this is what was known before`);
    return [line(leader, stateOf(leader.facts, context.now, limits))];
  }
  const { standing, unsent: isUnsent } = fateOf(leader, {
    graces: limits,
    now: context.now,
    ...(seen ? { seen } : {}),
  });
  const hidden = !seen && !leader.facts.outcome && jobOf(leader.facts) !== undefined;
  return [
    line(leader, standing),
    ...(isUnsent && !standing.final
      ? [unsent(leader, registry.user) ?? "it is not submitted yet; if that takes too long, another one computes it"]
      : []),
    ...(hidden
      ? [`its job cannot be seen by you: that it has ended, only ${leader.run.user} or its files can tell`]
      : []),
  ];
}

function line({ run }: RunOnDisk, { state, mode, job, message }: Standing): string {
  const how = mode === undefined || mode === state ? state : `${state} (${mode})`;
  return `${run.id} is ${how}${job === undefined ? "" : `, its job is ${job}`}${message === undefined ? "" : `: ${message}`}`;
}

function tried<T>(open: () => T): T | undefined {
  try {
    return open();
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}
