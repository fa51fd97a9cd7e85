// What would become of a pipeline: of each run who answers for it; where nobody does, what differs from the last time.
import type { Context } from "../../command/context.js";
import { carriesError } from "../../command/each.js";
import { keyDifferences } from "../../graph/key-differences.js";
import { isRun } from "../../record/phase.js";
import { isPipelineRecord, type Pipeline, type PipelineStatus, type StageStatus } from "../../record/pipeline.js";
import type { Run } from "../../record/run.js";
import { handleOf } from "../../record/run-id.js";
import type { Registry } from "../../registry/open.js";
import { pipelineIds, readPipeline } from "../../registry/pipelines.js";
import { openRun } from "../../registry/runs.js";
import { counted, pipelineStatus } from "./pipeline-status.js";

type RunStatus = StageStatus["runs"][number];

/** Pipelines whose runs come after them, as far as they were decided, as their statuses; all else passes. */
export async function* plannedStatuses(records: AsyncIterable<unknown>, context: Context): AsyncGenerator<object> {
  const registry = await context.registry();
  let open: { pipeline: Pipeline; runs: Run[] } | undefined;
  const told = () => (open ? [statusOf(open.pipeline, open.runs, registry)] : []);
  for await (const record of records) {
    if (isPipelineRecord(record)) {
      yield* told();
      open = { pipeline: record, runs: [] };
    } else if (open && isRun(record) && record.pipeline?.id === open.pipeline.id) open.runs.push(record);
    else if ((record as { type?: unknown }).type !== "sweep") yield record as object;
  }
  yield* told();
}

function statusOf(pipeline: Pipeline, runs: readonly Run[], registry: Registry): PipelineStatus {
  const known = new Map(runs.map((run) => [run.id, run]));
  const before = lastTime(pipeline, registry);
  const stages = pipeline.stages.map(({ name, after, sweep, runs: ids }) => {
    const all = ids.map((id, i) => wouldBe(id, known.get(id), before?.(name, i), registry.user));
    return { name, after, ...(sweep === undefined ? {} : { sweep }), counts: counted([all]), runs: all };
  });
  return { ...pipelineStatus(pipeline, stages), dry_run: true };
}

/** The run that the same place of the newest pipeline of the same name was. */
function lastTime(
  { id, name }: Pipeline,
  registry: Registry,
): ((stage: string, i: number) => Run | undefined) | undefined {
  for (const other of pipelineIds(registry, registry.user)) {
    const pipeline = other === id ? undefined : readPipeline(registry, registry.user, other);
    if (pipeline?.name !== name) continue;
    return (stage, i) => {
      const run = pipeline.stages.find((one) => one.name === stage)?.runs[i];
      return run === undefined ? undefined : openRun(registry, registry.user, run)?.run;
    };
  }
  return undefined;
}

function wouldBe(id: string, run: Run | undefined, before: Run | undefined, me: string): RunStatus {
  // Of a pipeline that is run again from a stage on, those before it are there.
  if (!run) return { run: id, state: "stays" };
  if (carriesError(run)) return { run: id, state: "error", message: run.error?.message ?? "" };
  const { decision = "", leader, leader_user } = run.decision ?? {};
  if (leader === undefined || leader_user === undefined) return { run: id, state: "run", message: whyRun(run, before) };
  const whose = leader_user === me ? "" : ` of ${leader_user}`;
  const is = decision === "hit" ? "answered by" : "follows";
  const state = decision === "hit" ? "hit" : "follow";
  return { run: id, state, message: `${is} ${handleOf(leader)}${whose}`, leader, leader_user };
}

const fewest = 4;

function whyRun(run: Run, before: Run | undefined): string {
  if (!before?.key || !run.key) return "it was never computed";
  if (before.key.digest === run.key.digest)
    return run.epoch === before.epoch ? "the last one did not succeed" : "it is to be computed anew";
  const { differs } = keyDifferences({ run: before, of: before.key.of }, { run, of: run.key.of });
  const words = differs.map(({ path, a, b }) => `${path}${short(a, b)}`);
  const more = words.length > fewest ? ` and ${words.length - fewest} more` : "";
  return `differs from ${handleOf(before.id)} in ${words.slice(0, fewest).join(", ")}${more}`;
}

/** Both values, where they are short. */
function short(a: unknown, b: unknown): string {
  const [from, to] = [a, b].map((value) => (value === undefined ? "nothing" : JSON.stringify(value)));
  return (from?.length ?? 99) + (to?.length ?? 99) > 40 ? "" : ` (${from} → ${to})`;
}
