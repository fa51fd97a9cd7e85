// Which checkpoint of a run: what lab-checkpoint says, and what a rerun goes on from.
import type { Context } from "../command/context.js";
import { artifactIdOf } from "../record/artifact-id.js";
import { type Candidate, type Checkpoint, latestOf, usualGlobs } from "../record/checkpoint.js";
import { fault, isFault, recordError } from "../record/fault.js";
import { type Goal, goalOf } from "../record/goal.js";
import { handleOf } from "../record/run-id.js";
import { scored } from "../registry/best-step.js";
import { candidatesOf, pointedAt } from "../registry/checkpoints.js";
import type { RunOnDisk } from "../registry/facts.js";
import { artifactsOf } from "../registry/outputs.js";
import { cannotShow, namedRuns } from "./runs.js";
import { whoseLines } from "./show/what-answers.js";

export type Ask = { which: "latest" } | { which: "all" } | { which: "best"; by: Goal };

/** What was asked for, and of which runs: `RUN… latest`, `RUN… all`, `RUN… best METRIC[:min|max]`. */
export function askedFor(args: readonly string[]): { ask: Ask; runs: string[] } {
  const last = args.at(-1);
  if (last === "latest" || last === "all") return { ask: { which: last }, runs: args.slice(0, -1) };
  if (last === "best") throw fault("usage", "best by which metric?", { hint: "best loss:min" });
  if (args.at(-2) === "best") return { ask: { which: "best", by: goalOf(last ?? "") }, runs: args.slice(0, -2) };
  return { ask: { which: "latest" }, runs: [...args] };
}

/** The checkpoints that are asked for, of each run that is named. */
export async function* checkpoints(records: AsyncIterable<unknown>, context: Context): AsyncGenerator<object> {
  const { ask, runs } = askedFor(context.args);
  if (runs.length === 0 && context.args.length > 0)
    throw fault("usage", "of which runs?", { hint: "name them before it; - reads their records from standard input" });
  for await (const named of namedRuns(records, { ...context, args: runs })) {
    if ("other" in named) {
      yield named.other;
      continue;
    }
    const { run, record } = named;
    try {
      const shown = whoseLines(run, "checkpoints", await context.registry(), context.say);
      if (ask.which === "all") yield* (await allOf(shown)).map((candidate) => recordOf(shown, candidate));
      else yield await checkpointOf(shown, ask, (message) => context.say(`${shown.run.id}: ${message}`));
    } catch (error) {
      cannotShow(run.run.id, error, { ...context, args: runs });
      if (record && isFault(error)) yield { ...record, error: recordError(error) };
    }
  }
}

/** The one checkpoint of a run. Throws noinput where there is none, dataerr where it would have to guess. */
export async function checkpointOf(
  disk: RunOnDisk,
  ask: Exclude<Ask, { which: "all" }>,
  say: (message: string) => void,
): Promise<Checkpoint> {
  if (ask.which === "best") return bestOf(disk, await allOf(disk), ask.by, say);
  const pointed = pointedAt(disk);
  if (pointed) return recordOf(disk, pointed, { how: "pointer" });
  const latest = latestOf(await candidatesOf(disk));
  if (!latest) throw none(disk);
  return recordOf(disk, latest.one, { how: latest.how });
}

/** All of them, by their steps, those without one first. */
export async function allOf(disk: RunOnDisk): Promise<Candidate[]> {
  const found = await candidatesOf(disk);
  const pointed = pointedAt(disk);
  if (pointed && !found.some((one) => one.path === pointed.path)) found.push(pointed);
  if (found.length === 0) throw none(disk);
  return found.sort((a, b) => (a.step ?? -1) - (b.step ?? -1) || (a.path < b.path ? -1 : 1));
}

function none({ run, dir }: RunOnDisk) {
  const streams = Object.entries(run.outputs).filter(([, output]) => output.type === "checkpoint_stream");
  const where =
    streams.length > 0
      ? `no complete step in ${streams.map(([role]) => `the stream '${role}'`).join(" or ")}, and nothing`
      : "nothing";
  const globs = (run.checkpoints?.globs ?? usualGlobs).join(", ");
  return fault("noinput", `the run ${run.id} has no checkpoint`, {
    hint: `${where} in '${dir}' or its outputs is like ${globs} ([checkpoints] globs)`,
  });
}

/** By the value that was logged at a checkpoint's very step; of two that are as good the later. */
function bestOf(disk: RunOnDisk, all: Candidate[], by: Goal, say: (message: string) => void): Checkpoint {
  const stepped = all.filter((one) => one.step !== undefined);
  const { best, values } = scored(disk, stepped, by, say);
  const [first] = best;
  if (!first) throw unscored(disk, all, stepped, by, values);
  const twin = stepped.find((one) => one !== first.one && one.step === first.one.step);
  if (twin)
    throw fault("dataerr", `cannot tell the best checkpoint: two are of step ${first.one.step}`, {
      hint: `candidates: ${first.one.path}, ${twin.path}`,
    });
  const unknown = all.length - best.length;
  if (unknown > 0) say(`${unknown} of ${all.length} checkpoints have no value of '${by.name}' at their step`);
  return recordOf(disk, first.one, { how: "best", metric: { ...by, value: first.value } });
}

function unscored({ run }: RunOnDisk, all: Candidate[], stepped: Candidate[], { name }: Goal, rows: number) {
  const why =
    stepped.length === 0
      ? `none of ${all.length} checkpoints has a step in its name`
      : rows === 0
        ? `it has logged no '${name}'`
        : `no '${name}' was logged at ${stepped.map(({ step }) => step).join(", ")}`;
  return fault("noinput", `cannot tell the best checkpoint of ${run.id}: ${why}`, {
    hint: `lab metrics ${handleOf(run.id)}; lab checkpoint ${handleOf(run.id)} all`,
  });
}

/** The record of a candidate of a run. */
export function recordOf(disk: RunOnDisk, { path, step, role }: Candidate, more: Partial<Checkpoint> = {}): Checkpoint {
  const { id, name, user } = disk.run;
  const registered = role !== undefined && artifactsOf(disk).some((one) => one.role === role && one.step === step);
  return {
    type: "checkpoint",
    v: 1,
    run: id,
    name,
    user,
    path,
    ...(step === undefined ? {} : { step }),
    ...(role === undefined ? {} : { role }),
    ...(role !== undefined && registered ? { artifact: artifactIdOf(id, role, step) } : {}),
    ...more,
  };
}
