// What stands in the registry before the first run of a pipeline: all of it. A pipeline of which one stage cannot be run is not
// begun.
import type { Context } from "../../command/context.js";
import { carriesError } from "../../command/each.js";
import { fault, recordError } from "../../record/fault.js";
import { isRun } from "../../record/phase.js";
import { isPipelineRecord, type Pipeline } from "../../record/pipeline.js";
import type { Run } from "../../record/run.js";
import { note } from "../../registry/journal.js";
import { readPipeline, writePipeline } from "../../registry/pipelines.js";
import type { SweepsToCreate } from "./creating-sweeps.js";

export interface PipelinesToCreate {
  /** The records as they come; the runs of a pipeline are held until the last of them is there. */
  from(records: AsyncIterable<unknown>): AsyncGenerator<unknown>;
  /** Writes the pipeline that a run is of, if that has not been done. Throws dataerr where nobody has told of it. */
  write(run: Run): Promise<void>;
}

interface Told {
  pipeline: Pipeline;
  runs: Run[];
}

/** The pipelines of a stream of runs that are to be created; the files of its sweeps are written before that of a pipeline. */
export function pipelinesToCreate(sweeps: Pick<SweepsToCreate, "write">, context: Context): PipelinesToCreate {
  const told = new Map<string, Told>();
  const written = new Set<string>();
  return {
    async *from(records) {
      let held: { open: Told; records: unknown[] } | undefined;
      for await (const record of records) {
        if (!held && isPipelineRecord(record)) {
          const open: Told = { pipeline: record, runs: [] };
          told.set(record.id, open);
          held = { open, records: [] };
        }
        if (!held) {
          yield record;
          continue;
        }
        held.records.push(record);
        if (isRun(record) && record.pipeline?.id === held.open.pipeline.id) held.open.runs.push(record);
        if (held.open.runs.length < toCome(held.open.pipeline)) continue;
        yield* whole(held.open, held.records);
        held = undefined;
      }
      if (held) yield* whole(held.open, held.records);
    },
    async write({ pipeline: member, dry_run }) {
      if (member === undefined || written.has(member.id) || context.dryRun || dry_run) return;
      const registry = await context.registry();
      const one = told.get(member.id);
      for (const run of one?.runs ?? []) await sweeps.write(run);
      if (one && readPipeline(registry, registry.user, member.id) === undefined) {
        if (writePipeline(registry, withPlans(one)) === "made")
          note(registry, "pipeline_created", undefined, {
            ...{ pipeline: member.id, name: one.pipeline.name, of: one.pipeline.of },
          });
      } else if (!one && !readPipeline(registry, registry.user, member.id))
        throw fault("dataerr", `the pipeline ${member.id}, of which it is, is not there`, {
          hint: "its record comes before its runs: lab-plan | lab-snapshot | lab-resolve | lab-create",
        });
      written.add(member.id);
    },
  };
}

/** Of a pipeline that is resumed only some runs come. */
function toCome({ of, resumed }: Pipeline): number {
  return typeof resumed === "number" ? resumed : of;
}

/** Where one of its runs could not come so far, none is made. */
function* whole({ runs, pipeline }: Told, records: readonly unknown[]): Generator<unknown> {
  const wrong = runs.find(carriesError);
  const isShort = runs.length < toCome(pipeline);
  if (!wrong && !isShort) return yield* records;
  const why = wrong ? `the stage '${wrong.pipeline?.stage}' cannot be run` : "some of its runs have not come";
  const error = recordError(fault("dataerr", `nothing of the pipeline is made: ${why}`));
  for (const record of records) {
    const isIts = isRun(record) && record.pipeline?.id === pipeline.id;
    yield isIts && !carriesError(record) ? { ...record, error } : record;
  }
}

function withPlans({ pipeline, runs }: Told): Pipeline {
  const { dry_run: _, resumed: __, ...rest } = pipeline;
  const swept = new Set(pipeline.stages.flatMap(({ sweep, runs: ids }) => (sweep === undefined ? [] : ids)));
  return { ...rest, plans: runs.filter(({ id }) => !swept.has(id)).map((run) => ({ ...run })) };
}
