// The runs of one stream that have been resolved, by their ids: the stages of a pipeline take from each other what no registry
// knows yet.
import type { Context } from "../../command/context.js";
import type { ArtifactInput, Run } from "../../record/run.js";

const resolvedFor = new WeakMap<Context, Map<string, Run>>();

/** Remembers a run of a pipeline. */
export function rememberResolved(run: Run, context: Context): void {
  if (run.pipeline === undefined) return;
  const known = resolvedFor.get(context) ?? new Map<string, Run>();
  resolvedFor.set(context, known.set(run.id, run));
}

/** The run of this stream that makes the input. */
export function resolvedBefore({ run, stage }: ArtifactInput, context: Context): Run | undefined {
  return run === undefined || stage === undefined ? undefined : resolvedFor.get(context)?.get(run);
}
