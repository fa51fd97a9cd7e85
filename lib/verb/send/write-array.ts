// One array on disk: what each element is, then the index, the script and the record of the array.
import type { Context } from "../../command/context.js";
import { renderArrayScript, renderValues } from "../../job/render-array.js";
import { type ArrayElement, indexText, valuesText } from "../../record/array.js";
import type { Run } from "../../record/run.js";
import { drawRunId } from "../../record/run-id.js";
import { timestamp } from "../../record/units.js";
import { type NewArray, writeArray } from "../../registry/arrays.js";
import { arrayDirectory, arrayFiles, userDirectory } from "../../registry/layout.js";
import { stepOptions } from "../../scheduler/slurm/step-options.js";
import { together } from "./one-job.js";
import { paramsText } from "./render-input.js";
import { directivesOf, type Prepared, writeFiles } from "./rendering.js";

/** Writes an array of these runs and returns each with its place in it; a dry run gets the text of the script. */
export async function writeGroup(
  elements: readonly Prepared[],
  one_job: number | undefined,
  context: Context,
): Promise<Run[]> {
  const first = elements[0] as Prepared;
  const about = newArray(first.run, one_job);
  const dir = arrayDirectory(first.registry.base, first.registry.user, about.id);
  const placed = elements.map((one, i) => inArray(one, about.id, i));
  const { text: values, places } = valuesText(placed.map(({ run, input }) => renderValues(input, paramsText(run))));
  const index = elements.map(({ run, n }, i): ArrayElement => {
    const place = places[i];
    return { run: run.id, submission: n, ...(place ? { values: place } : {}) };
  });
  const script = await scriptText(first, about, dir, index, context);
  if (!first.dry) {
    const written = await Promise.allSettled(placed.map((one) => writeFiles(one, {})));
    for (const one of written) if (one.status === "rejected") throw one.reason;
    writeArray(first.registry, about, index, { script, values });
  }
  const file = arrayFiles(dir).script;
  return placed.map(({ given, n, files, dry }, i) => ({
    ...given,
    phase: "rendered" as const,
    submission: { n, script: file, context: files.context, array: { id: about.id, index: i } },
    // Of a thousand runs it is the same.
    ...(dry ? { dry_run: true, ...(i === 0 ? { script } : {}) } : {}),
  }));
}

function newArray({ name, sweep, resources }: Run, one_job: number | undefined): NewArray {
  const now = Date.now();
  return {
    id: drawRunId(now),
    name,
    ...(sweep === undefined ? {} : { sweep: sweep.id }),
    ...(resources.max_concurrent === undefined ? {} : { max_concurrent: resources.max_concurrent }),
    ...(one_job === undefined ? {} : { one_job }),
    at: timestamp(now),
  };
}

function inArray(prepared: Prepared, id: string, index: number): Prepared {
  const { input } = prepared;
  return { ...prepared, input: { ...input, context: { ...input.context, array: { id, index } } } };
}

async function scriptText(
  prepared: Prepared,
  { id, name, one_job }: NewArray,
  dir: string,
  index: readonly ArrayElement[],
  context: Context,
): Promise<string> {
  const { registry, run } = prepared;
  const tasks = one_job === undefined ? undefined : Math.min(one_job, index.length);
  const asking = tasks === undefined ? run : { ...run, resources: together(run, index.length, tasks) };
  const directives = await directivesOf({ ...prepared, run: asking }, context, {
    id,
    name,
    dir,
    ...(tasks === undefined ? {} : { tasks }),
  });
  return renderArrayScript({
    directives,
    id,
    name,
    dir,
    runs: userDirectory(registry.base, "runs", registry.user),
    of: index.length,
    width: indexText(index).width,
    inherit: run.environment?.inherit ?? false,
    ...(tasks === undefined ? {} : { one_job: tasks, step: stepOptions(run.resources) }),
  });
}
