// What made a cache key, and what makes two differ.
import type { Context } from "../../command/context.js";
import { type Keyed, keyDifferences } from "../../graph/key-differences.js";
import { type CacheKey, cacheKey } from "../../recipe/key.js";
import { fault, isFault, recordError } from "../../record/fault.js";
import type { Key, KeyComparison } from "../../record/key.js";
import { hasPhase, isRun } from "../../record/phase.js";
import type { Run } from "../../record/run.js";
import { findRun } from "../../registry/refs.js";
import { needs } from "../phase.js";
import { planAll } from "../plan/planning.js";
import { namedRuns } from "../runs.js";

interface Known extends Keyed {
  key: CacheKey;
  /** Of a run that nobody has made: the recipe. */
  recipe?: string;
}

/** The key of each run that is named, or its comparison with the key of the second. Says no where two differ. */
export async function* explainKeys(
  records: AsyncIterable<unknown>,
  { set }: { set: string[] },
  context: Context,
): AsyncGenerator<object> {
  const [first, second] = context.args;
  const other = second === undefined ? undefined : await known(second, set, context);
  if (first !== undefined && first !== "-") {
    yield await explained(await known(first, set, context), other, context);
    return;
  }
  for await (const given of keyed(records, context)) {
    yield "key" in given && "of" in given ? await explained(given as Known, other, context) : given;
  }
}

async function explained(one: Known, other: Known | undefined, context: Context): Promise<Key | KeyComparison> {
  if (!other) {
    const { digest, version, of } = one.key;
    return { type: "key", v: 1, ...nameOf(one), digest, version, of, ...epochOf(one) };
  }
  const found = keyDifferences(one, other);
  const same = one.key.digest === other.key.digest;
  if (!same) context.no();
  const files = found.differs.some(({ path }) => path === "source") ? await filesOf(one, other, context) : undefined;
  return {
    type: "key-comparison",
    v: 1,
    same,
    a: { ...nameOf(one), digest: one.key.digest, ...epochOf(one) },
    b: { ...nameOf(other), digest: other.key.digest, ...epochOf(other) },
    differs: found.differs,
    ...(files ? { files } : {}),
    besides: found.besides,
  };
}

async function filesOf(one: Known, other: Known, context: Context) {
  const { changedFiles } = await import("../plan/source-files.js");
  return changedFiles(one.run, other.run, context);
}

function nameOf({ run, recipe }: Known): { run: string } | { recipe: string } {
  return recipe === undefined ? { run: run.id } : { recipe };
}

function epochOf({ run, recipe }: Known): { epoch?: string } {
  return recipe !== undefined || run.epoch === undefined ? {} : { epoch: run.epoch };
}

/** A run by its name, or the run that a recipe would be now. */
async function known(word: string, set: readonly string[], context: Context): Promise<Known> {
  if (word.endsWith(".toml")) return ofRecipe(word, set, context);
  return ofRun(findRun(await context.registry(), word, context.cwd).run);
}

function ofRun(run: Run): Known {
  needs(run, "resolved", "lab-resolve");
  const key = run.key ?? cacheKey(run);
  return { run, key, of: key.of };
}

/** Planned, hashed and resolved as lab-run would do it, and nothing written. What is doubtful, lab-run says. */
async function ofRecipe(file: string, set: readonly string[], context: Context): Promise<Known> {
  const quiet: Context = { ...context, args: [file], rest: undefined, dryRun: true, say: () => {} };
  const { snapshotOf } = await import("../plan/snapshotting.js");
  const { resolveRun } = await import("../plan/resolving.js");
  for await (const planned of planAll({ ...nothingSaid, set: [...set] }, quiet)) {
    if (!isRun(planned))
      throw fault("dataerr", `'${file}' is a pipeline: each of its stages has a key`, {
        hint: `lab plan ${file} | lab snapshot -n | lab resolve | lab explain-key`,
      });
    const source = { ...planned.source, ...(await snapshotOf(planned.source, true, quiet)) };
    const run = await resolveRun({ ...planned, phase: "snapshotted", source }, quiet);
    return { ...ofRun(run), recipe: run.recipe.path ?? file };
  }
  throw fault("dataerr", `cannot plan '${file}'`);
}

const nothingSaid = {
  name: undefined,
  note: undefined,
  hypothesis: undefined,
  context: undefined,
  intent: undefined,
  "expected-outcome": undefined,
  tag: [],
  group: undefined,
  parent: undefined,
  "no-cache": false,
  recompute: false,
  "no-follow": false,
};

/** Runs of a stream: those that are planned say themselves what they are, others are opened. The rest passes. */
async function* keyed(records: AsyncIterable<unknown>, context: Context): AsyncGenerator<object> {
  for await (const record of records) {
    if (isRun(record) && !("error" in record) && record.phase !== undefined && !hasPhase(record, "created")) {
      try {
        yield ofRun(record);
      } catch (error) {
        if (!isFault(error)) throw error;
        context.report(record.id, error);
        yield { ...record, error: recordError(error) };
      }
      continue;
    }
    for await (const named of namedRuns(only(record), { ...context, args: [] }))
      yield "other" in named ? named.other : ofRun(named.run.run);
  }
}

async function* only(record: unknown): AsyncGenerator<unknown> {
  yield record;
}
