// lab-throttle: no more jobs at once than policies and the command line say. It holds what is too much, and releases what it
// has held itself.
import os from "node:os";
import { pid } from "node:process";
import type { Context } from "../command/context.js";
import { sharesItsJob } from "../record/counted.js";
import { fault, isFault } from "../record/fault.js";
import { type Holdable, holding } from "../record/holding.js";
import { like } from "../record/like.js";
import type { Hold } from "../record/policy.js";
import type { Run } from "../record/run.js";
import { jobOf } from "../record/state.js";
import { timestamp } from "../record/units.js";
import { holdsOf, removeHold, writeHold } from "../registry/holds.js";
import { note } from "../registry/journal.js";
import type { Registry } from "../registry/open.js";
import { anyActive, marked, openRun } from "../registry/runs.js";
import type { Queue } from "../scheduler/scheduler.js";
import { policiesDirectory, policiesOf } from "./policy-files.js";

export interface ThrottleOptions {
  name: string[];
  recipe: string[];
  max: number | undefined;
  order: string;
  release: boolean;
}

interface Rule {
  id: string;
  max: number;
  applies(run: Run): boolean;
}

/** What was held and released. Throws where nothing says how many, and where the scheduler cannot be asked. */
export async function* throttle(options: ThrottleOptions, context: Context): AsyncGenerator<Hold> {
  const rules = options.release ? [] : await rulesOf(options, context);
  const [registry, scheduler] = [await context.registry(), await context.scheduler()];
  const isAsked = context.args.length + options.name.length + options.recipe.length > 0 || options.release;
  if (!scheduler.hold || !scheduler.release) {
    // Of a pass that takes what is configured nothing is wrong then.
    if (!isAsked) return;
    throw fault("dataerr", `cannot hold jobs: the ${scheduler.kind} scheduler has no way to`, {
      hint: "max_concurrent of a policy is kept by lab-evald, whatever the scheduler",
    });
  }
  const holds = holdsOf(registry, (error) => {
    if (!isFault(error)) throw error;
    context.report(undefined, error);
  });
  // The scheduler is asked for nothing while nothing is under way.
  if (holds.size === 0 && !anyActive(registry, () => true)) return;
  const queue = await scheduler.queue();
  const jobs = jobsOf(rules, holds, queue, registry, context);
  if (options.order === "newest") jobs.reverse();
  const decided = options.release ? allGo(holds, queue) : holding(jobs, new Map(rules.map(({ id, max }) => [id, max])));
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
  const hold = decided.hold.map(known);
  if (!context.dryRun) for (const one of hold) writeHold(registry, one);
  if (!context.dryRun && hold.length > 0) await scheduler.hold(decided.hold);
  for (const one of hold) {
    if (!context.dryRun) note(registry, "job_held", one.run, { job: one.job, rule: one.rule });
    yield { ...one, state: "held", ...dry };
  }
  if (!context.dryRun && decided.release.length > 0) await scheduler.release(decided.release);
  for (const [list, state] of [
    [decided.release, "released"],
    [[...new Set([...decided.forget, ...gone])], "forgotten"],
  ] as const)
    for (const job of list) {
      const one = holds.get(job) ?? known(job);
      if (!context.dryRun) {
        removeHold(registry, job);
        if (state === "released") note(registry, "job_released", one.run, { job, rule: one.rule });
      }
      yield { ...one, state, ...dry };
    }
}

/** Everything that is held here goes, whatever the rules say. */
function allGo(holds: ReadonlyMap<string, Hold>, queue: Queue) {
  const release = [...holds.keys()].filter((job) => waitsOrRuns(queue, job));
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
      const waits = view.phase === "pending";
      const held = waits && /^JobHeld/.test(view.reason ?? "");
      jobs.push({ job, run: disk.run, rules: under, waits, held, ours: holds.has(job) });
    } catch (error) {
      if (!isFault(error)) throw error;
      context.report(id, error);
    }
  }
  // Slurm counts its jobs, and the elements of an array.
  return jobs.sort((a, b) => a.job.localeCompare(b.job, "en", { numeric: true }));
}

async function rulesOf({ name, recipe, max }: ThrottleOptions, context: Context): Promise<Rule[]> {
  const { args } = context;
  const words = [...name.map((word) => ({ kind: "name", word })), ...recipe.map((word) => ({ kind: "recipe", word }))];
  if (words.length > 0 && max === undefined) throw fault("usage", "how many at once?", { hint: "--max N" });
  const rules: Rule[] = [];
  const has = args.length > 0 || (words.length === 0 && (await policiesDirectory(context)) !== undefined);
  for (const policy of has ? await policiesOf(context) : []) {
    const most = max ?? policy.max_concurrent;
    if (most === undefined) continue;
    rules.push({
      id: `policy:${policy.name}`,
      max: most,
      applies: ({ evaluates }) => evaluates?.policy === policy.name,
    });
  }
  for (const { kind, word } of words) {
    const passes = like(word);
    const of = ({ name, recipe }: Run) => (kind === "name" ? name : (recipe.path ?? ""));
    rules.push({ id: `${kind}:${word}`, max: max ?? 0, applies: (run) => passes(of(run)) });
  }
  const labctl = (await context.config()).config.dispatch?.throttle;
  if (args.length === 0 && words.length === 0 && labctl) {
    const passes = like(labctl.job_name);
    rules.push({ id: `name:${labctl.job_name}`, max: labctl.max_concurrent, applies: (run) => passes(run.name) });
  }
  if (rules.length > 0 || has) return rules;
  throw fault("usage", "how many of what at once?", {
    hint: "name policies that have max_concurrent, or --name NAME --max N; or set dispatch.policies_dir",
  });
}
