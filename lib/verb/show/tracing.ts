// The lineage of what a person names, or of the records that come in.
import type { Context } from "../../command/context.js";
import { carriesError } from "../../command/each.js";
import { lineage } from "../../graph/lineage.js";
import type { Edge } from "../../record/artifact.js";
import { isFault, recordError } from "../../record/fault.js";
import type { Node, Way } from "../../record/lineage.js";
import { neighboursOn } from "../../registry/neighbours.js";
import { graces } from "../runs.js";
import { trusted } from "../trust.js";
import { type Finding, rootsOf } from "./lineage-roots.js";
import { thingsIn } from "./things-in.js";

export interface Tracing {
  ways: readonly Way[];
  /** In edges; all of it where not said. */
  depth: number | undefined;
}

/**
 * The edges of the arguments' lineage, then of each record's that is a run, a status, an artifact or an alias; each edge once.
 * Other records pass. What cannot be found is reported; if it is all that was asked, it is thrown.
 */
export async function* trace(
  records: AsyncIterable<unknown>,
  { ways, depth }: Tracing,
  context: Context,
): AsyncGenerator<object> {
  const finding = await findingIn(context);
  const neighbours = neighboursOn(finding.things);
  const given = new Set<string>();
  const options = { ways, given, ...(depth === undefined ? {} : { depth }) };
  async function* edgesOf(roots: readonly Node[]): AsyncGenerator<Edge> {
    let [edges, cut] = [0, 0];
    for await (const edge of lineage(roots, neighbours, options)) {
      if (context.signal.aborted) return;
      edges += 1;
      if (edge.cut) cut += 1;
      yield edge;
    }
    if (cut > 0)
      context.say(`${cut} of these ${cut > 1 ? "have" : "has"} more behind it, which --depth ${depth} leaves out`);
    if (edges === 0 && given.size === 0) for (const { name, id } of roots) context.say(`${name ?? id}: ${alone(ways)}`);
  }
  const named = context.args.filter((word) => word !== "-");
  yield* edgesOf(named.flatMap((ref) => found(ref, finding, context, named.length === 1)));
  for await (const record of records) {
    if (context.signal.aborted) return;
    const ref = carriesError(record) ? undefined : refOf(record as Record<string, unknown>);
    if (ref === undefined) yield record as object;
    else yield* traced(record as Record<string, unknown>, ref, finding, context, edgesOf);
  }
}

async function* traced(
  record: Record<string, unknown>,
  ref: string,
  finding: Finding,
  context: Context,
  edgesOf: (roots: readonly Node[]) => AsyncGenerator<Edge>,
): AsyncGenerator<object> {
  let roots: Node[];
  try {
    roots = rootsOf(ref, finding);
  } catch (error) {
    if (!isFault(error)) throw error;
    context.report(ref, error);
    yield { ...record, error: recordError(error) };
    return;
  }
  yield* edgesOf(roots);
}

function found(ref: string, finding: Finding, context: Context, alone: boolean): Node[] {
  try {
    return rootsOf(ref, finding);
  } catch (error) {
    if (!isFault(error) || alone) throw error;
    context.report(ref, error);
    return [];
  }
}

async function findingIn(context: Context): Promise<Finding> {
  const things = await thingsIn(context, await graces(context));
  return { things, cwd: context.cwd, trusts: await trusted(context), warn: (message) => context.say(message) };
}

/** By what a record names something that has a lineage. */
function refOf({ type, id, artifact, run, role }: Record<string, unknown>): string | undefined {
  if (typeof id === "string" && (type === "run" || type === "status" || type === "artifact")) return id;
  if (type !== "alias") return undefined;
  if (typeof artifact === "string") return artifact;
  return typeof run === "string" && typeof role === "string" ? `${run}:${role}` : undefined;
}

function alone(ways: readonly Way[]): string {
  const up = "it was made from nothing that is known";
  const down = "nothing was made from it";
  return ways.length > 1 ? `${up}, and ${down}` : ways[0] === "up" ? up : down;
}
