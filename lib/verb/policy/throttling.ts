// lab-throttle: no more jobs at once than policies and the command line say. It holds what is too much, and releases what it
// has held itself.
import os from "node:os";
import { pid } from "node:process";
import type { Context } from "../../command/context.js";
import { sharesItsJob } from "../../record/counted.js";
import { isFault } from "../../record/fault.js";
import { type Holdable, holding } from "../../record/holding.js";
import type { Hold } from "../../record/policy.js";
import type { Run } from "../../record/run.js";
import { jobOf } from "../../record/state.js";
import { timestamp } from "../../record/units.js";
import { holdsOf, removeHold, writeHold } from "../../registry/holds.js";
import { note } from "../../registry/journal.js";
import type { Registry } from "../../registry/open.js";
import { anyActive, marked, openRun } from "../../registry/runs.js";
import type { Queue } from "../../scheduler/scheduler.js";
import { alone } from "../own-lease.js";
import { type Holder, holdThem, isHeld, isOurs, letThemGo } from "./holding-jobs.js";
import { type Rule, type RuleOptions, rulesOf } from "./throttle-rules.js";

export interface ThrottleOptions extends RuleOptions {
  order: string;
  release: boolean;
}

/** What was held and released. Throws where nothing says how many, and where the scheduler cannot be asked. */
export async function* throttle(options: ThrottleOptions, context: Context): AsyncGenerator<Hold> {
  const rules = options.release ? [] : await rulesOf(options, context);
  const registry = await context.registry();
  const readHolds = () =>
    holdsOf(registry, (error) => {
      if (!isFault(error)) throw error;
      context.report(undefined, error);
    });
  // The scheduler is asked for nothing while nothing is under way.
  if (readHolds().size === 0 && !anyActive(registry, () => true)) return;
  // Of two at once one could forget the word of a hold that the other has just written.
  const release = context.dryRun ? () => {} : await alone(registry, "throttle", context);
  if (release === undefined) return;
  try {
    yield* onePass(options, rules, readHolds(), registry, context);
  } finally {
    release();
  }
}

async function* onePass(
  options: ThrottleOptions,
  rules: readonly Rule[],
  holds: ReadonlyMap<string, Hold>,
  registry: Registry,
  context: Context,
): AsyncGenerator<Hold> {
  const scheduler = await context.scheduler();
  const queue = await scheduler.queue();
  const jobs = jobsOf(rules, holds, queue, registry, context);
  if (options.order === "newest") jobs.reverse();
  const decided = options.release
    ? allGo(holds, jobs, queue)
    : holding(jobs, new Map(rules.map(({ id, max }) => [id, max])));
  const gone = [...holds.keys()].filter((job) => !waitsOrRuns(queue, job));
  const byJob = new Map(jobs.map((one) => [one.job, one]));
  const known = (job: string): Hold => {
    const one = byJob.get(job);
    const rule = rules.find(({ id }) => id === one?.rules[0]);
    const of = one ? { run: one.run.id, name: one.run.name } : {};
    const at = { user: registry.user, host: os.hostname(), pid, at: timestamp(Date.now()) };
    return { type: "hold", v: 1, job, ...of, rule: rule?.id ?? "", max_concurrent: rule?.max ?? 0, ...at };
  };
  const dry = context.dryRun ? { dry_run: true } : {};
  const holder: Holder = { registry, scheduler, now: () => Date.now() };
  const hold = decided.hold.map(known);
  if (!context.dryRun && hold.length > 0) await holdThem(hold, holder);
  for (const one of hold) {
    if (!context.dryRun) note(registry, "job_held", one.run, { job: one.job, rule: one.rule });
    yield { ...one, state: "held", ...dry };
  }
  const release = decided.release.map((job) => holds.get(job) ?? known(job));
  if (!context.dryRun && release.length > 0) await letThemGo(release, holder);
  for (const one of release) {
    if (!context.dryRun) note(registry, "job_released", one.run, { job: one.job, rule: one.rule });
    yield { ...one, state: "released", ...dry };
  }
  for (const job of new Set([...decided.forget, ...gone])) {
    if (!context.dryRun) removeHold(registry, job);
    yield { ...(holds.get(job) ?? known(job)), state: "forgotten", ...dry };
  }
  if (!options.release) tellDoubts(holds, queue, registry, context);
}

/** Of what nobody knows who holds it, since this command was killed at it, it is said once what can be done. */
function tellDoubts(holds: ReadonlyMap<string, Hold>, queue: Queue, registry: Registry, context: Context): void {
  for (const [job, hold] of holds) {
    const view = queue.get(job);
    if (!view || hold.doubtful || !isHeld(view) || isOurs(hold, view)) continue;
    if (!context.dryRun) writeHold(registry, { ...hold, doubtful: true });
    context.say(
      `${job} is held, and nobody knows whether by this command, which was killed at it: it stays so (scontrol release ${job}, or lab throttle --release)`,
    );
  }
}

/** Everything that is held here goes, whatever the rules say. */
function allGo(holds: ReadonlyMap<string, Hold>, jobs: readonly Holdable[], queue: Queue) {
  const unwritten = jobs.filter(({ job, held, ours }) => held && ours && !holds.has(job)).map(({ job }) => job);
  const release = [...[...holds.keys()].filter((job) => waitsOrRuns(queue, job)), ...unwritten];
  return { hold: [] as string[], release, forget: [] as string[] };
}

function waitsOrRuns(queue: Queue, job: string): boolean {
  const phase = queue.get(job)?.phase;
  return phase !== undefined && phase !== "ended";
}

/** One's own jobs that wait or run and are under a rule, or held by us; the oldest first. */
function jobsOf(
  rules: readonly Rule[],
  holds: ReadonlyMap<string, Hold>,
  queue: Queue,
  registry: Registry,
  context: Context,
): (Holdable & { run: Run })[] {
  const jobs: (Holdable & { run: Run })[] = [];
  for (const id of marked(registry, "active", registry.user)) {
    try {
      const disk = openRun(registry, registry.user, id);
      const job = disk && jobOf(disk.facts);
      if (!disk || job === undefined || sharesItsJob(disk.facts)) continue;
      const view = queue.get(job);
      const names = [id, disk.facts.submissions.at(-1)?.array?.id];
      const whose = queue.whose?.(job);
      if (!view || !waitsOrRuns(queue, job) || (whose && !names.includes(whose.run))) continue;
      const under = rules.filter((rule) => rule.applies(disk.run)).map((rule) => rule.id);
      const [hold, held] = [holds.get(job), isHeld(view)];
      const ours = held ? isOurs(hold, view) : hold !== undefined;
      jobs.push({ job, run: disk.run, rules: under, waits: view.phase === "pending", held, ours });
    } catch (error) {
      if (!isFault(error)) throw error;
      context.report(id, error);
    }
  }
  // Slurm counts its jobs, and the elements of an array; the local scheduler's are called as their runs are.
  const age = ({ job, run }: { job: string; run: Run }) => (job.startsWith("local-") ? `${run.id} ${job}` : job);
  return jobs.sort((a, b) => age(a).localeCompare(age(b), "en", { numeric: true }));
}
