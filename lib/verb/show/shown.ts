// What lab-show was asked for: runs and artifacts, by name or as records.
import type { Context } from "../../command/context.js";
import { carriesError } from "../../command/each.js";
import { type Fault, fault, isFault, recordError } from "../../record/fault.js";
import { type ArtifactRef, findArtifact } from "../../registry/artifact-refs.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { findRun } from "../../registry/refs.js";
import { whyUnregistered } from "../../registry/unregistered.js";
import { graces, namedRuns } from "../runs.js";
import { trusted } from "../trust.js";
import { whyNot } from "./lineage-roots.js";
import { wholeRun } from "./showing.js";
import { wholeArtifact } from "./showing-artifacts.js";

/** Everything about each run and artifact, in order; a word that could be both is the run. Other records pass. */
export async function* shown(records: AsyncIterable<unknown>, context: Context): AsyncGenerator<object> {
  const limits = await graces(context);
  const words = context.args.filter((word) => word !== "-");
  for (const ref of words) {
    if (context.signal.aborted) return;
    try {
      const run = runNamed(ref, await context.registry(), context.cwd);
      yield isFault(run) ? await artifactNamed(ref, run, context, limits) : await wholeRun(run, context, limits);
    } catch (error) {
      if (!isFault(error) || words.length === 1) throw error;
      context.report(ref, error);
    }
  }
  for await (const record of records) {
    if (context.signal.aborted) return;
    if (isArtifact(record) && !carriesError(record)) yield* artifactOf(record, context, limits);
    else yield* runsOf(record, context, limits);
  }
}

type Limits = Awaited<ReturnType<typeof graces>>;

/** The run, or why there is none. */
function runNamed(ref: string, registry: Parameters<typeof findRun>[0], cwd: string): RunOnDisk | Fault {
  if (/^art-/.test(ref)) return fault("noinput", `no run '${ref}'`);
  try {
    return findRun(registry, ref, cwd);
  } catch (error) {
    if (isFault(error)) return error;
    throw error;
  }
}

async function artifactNamed(ref: string, run: Fault, context: Context, limits: Limits): Promise<object> {
  let found: ArtifactRef;
  try {
    found = await findIn(ref, context);
  } catch (error) {
    if (!isFault(error) || ref.startsWith("art-")) throw error;
    // A path can only be a run; what has a colon, only an artifact.
    const isPath = /^[/.]/.test(ref) || (ref.includes("/") && error.code === "dataerr");
    throw isPath ? run : whyNot(ref, error, /^[^@]*:/.test(ref) ? undefined : run, "run or artifact");
  }
  if (found.warning !== undefined) context.say(found.warning);
  if (found.artifact) return wholeArtifact(found.artifact, found.producer, context, limits);
  if (found.id !== undefined) {
    const why = found.producer && whyUnregistered(await context.registry(), found.producer);
    throw fault("noinput", `'${ref}' is not made yet`, { hint: why ?? `its run is ${found.run}` });
  }
  throw fault("dataerr", `'${ref}' is a whole stream`, {
    hint: `one step of it: ${ref}@latest; all of them: lab artifacts --run ${found.run} --role ${found.role}`,
  });
}

async function findIn(ref: string, context: Context): Promise<ArtifactRef> {
  const trusts = await trusted(context);
  return findArtifact(await context.registry(), ref, context.cwd, { trusts, report: context.say });
}

function isArtifact(record: unknown): record is { id: string } {
  const { type, id } = record as { type?: unknown; id?: unknown };
  return type === "artifact" && typeof id === "string";
}

async function* artifactOf(record: { id: string }, context: Context, limits: Limits): AsyncGenerator<object> {
  try {
    yield { ...record, ...(await artifactNamed(record.id, fault("noinput", ""), context, limits)) };
  } catch (error) {
    if (!isFault(error)) throw error;
    context.report(record.id, error);
    yield { ...record, error: recordError(error) };
  }
}

async function* runsOf(record: unknown, context: Context, limits: Limits): AsyncGenerator<object> {
  for await (const named of namedRuns(one(record), { ...context, args: [] }))
    yield "other" in named ? named.other : await wholeRun(named.run, context, limits);
}

async function* one(record: unknown): AsyncGenerator<unknown> {
  yield record;
}
