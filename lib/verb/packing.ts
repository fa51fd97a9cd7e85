// Packing: what lab-pack does of all settled runs, and acting commands of some, when many are loose.
import type { Context } from "../command/context.js";
import { mergePacks, usualMerges } from "../pass/merge-packs.js";
import { type PackPass, packLoose } from "../pass/pack.js";
import { isFault } from "../record/fault.js";
import { cleanPacks } from "../registry/clean-packs.js";
import type { Registry } from "../registry/open.js";

/** How many settled runs may be loose before acting commands pack some, and how long they take for it. */
const some = { least: 500, most: 300, patience_ms: 2000 };

/** Other hosts see within a minute what is new in a directory. */
const seen_ms = 120_000;

/** Packs all that is settled, and gives a record of each pack that was written; a dry one of each that would be. */
export async function* packAll({ rebuild }: { rebuild: boolean }, context: Context): AsyncGenerator<object> {
  const registry = await context.registry();
  if (rebuild) await rebuilt(registry, context);
  const pass = passOf(registry, context, { least: 1, most: Number.POSITIVE_INFINITY });
  yield* packLoose(pass);
  yield* mergePacks(pass, "all");
  const gone = cleanPacks(registry, pass.now, context.dryRun);
  const would = context.dryRun ? "would be" : "were";
  if (gone.length > 0) context.say(`${gone.length} packs ${would} removed: their runs are in others since a day`);
}

async function rebuilt(registry: Registry, { dryRun, say }: Context): Promise<void> {
  const { rebuildPacks } = await import("../pass/rebuild-packs.js");
  const { removed, indexed, marked } = rebuildPacks(registry, dryRun);
  const would = dryRun ? "would be" : "is";
  for (const { name, error } of removed) say(`the pack ${name} ${would} removed: ${error.message}`);
  for (const name of indexed) say(`the handles of the pack ${name} ${dryRun ? "would be" : "are"} written anew`);
  if (marked.length > 0) say(`${marked.length} runs that are in no pack ${dryRun ? "would be" : "are"} loose again`);
}

/** Packs some of the caller's settled runs, if many are loose. What is in the way of that is another day's trouble. */
export async function packSome(context: Context): Promise<void> {
  if (context.dryRun) return;
  const registry = await context.registry();
  const until = Date.now() + some.patience_ms;
  const pass = passOf(registry, context, some);
  const quietly = { ...pass, report: () => {}, stopped: () => pass.stopped() || Date.now() > until };
  try {
    if ([...packLoose(quietly)].length === 0) return;
    for (const _ of mergePacks(quietly, usualMerges));
    cleanPacks(registry, pass.now);
  } catch (error) {
    if (!isFault(error)) throw error;
  }
}

function passOf(registry: Registry, context: Context, { least, most }: { least: number; most: number }): PackPass {
  const { dryRun: dry, report, signal } = context;
  return { registry, now: Date.now(), least, most, seen_ms, dry, report, stopped: () => signal.aborted };
}
