// The walk over what was made from what. Where the neighbours of a node come from, is not its business.
import { type Edge, nodeTypes } from "../record/artifact.js";
import type { Link, Neighbours, Node, Way } from "../record/lineage.js";

export interface WalkOptions {
  ways: readonly Way[];
  /** How many edges far; all where not said. */
  depth?: number;
  /** Edges that were given before, by an earlier walk of the same question. */
  given?: Set<string>;
}

/**
 * The edges of everything that `roots` were made from, or that was made of them: nearest first, each edge once, whichever
 * paths lead to it, in an order that depends on nothing but the graph. Cycles (only forged records have them) end it. A run's
 * parent is named, not followed: it gave the run no bytes. Where `depth` cuts, the edge says `cut`.
 */
export async function* lineage(
  roots: readonly Node[],
  neighbours: Neighbours,
  { ways, depth = Number.POSITIVE_INFINITY, given = new Set() }: WalkOptions,
): AsyncGenerator<Edge> {
  const asked = new Set(roots.map(({ id }) => id));
  const isNew = (edge: Edge) => !given.has(keyOf(edge));
  for (const way of ways) {
    const reached = new Set(asked);
    let level = [...new Map(roots.map((node) => [node.id, node])).values()];
    for (let d = 1; level.length > 0 && d <= depth; d += 1) {
      const next: Node[] = [];
      for await (const [node, link] of linksOf(level, neighbours, way)) {
        const first = link.kind !== "parent" && !reached.has(link.node.id);
        if (first) next.push(link.node);
        if (first) reached.add(link.node.id);
        const edge = edgeOf(node, link, way, d, asked);
        if (!isNew(edge)) continue;
        given.add(keyOf(edge));
        const beyond = first && d === depth ? await neighbours(link.node, way) : [];
        const cut = beyond.some((further) => isNew(edgeOf(link.node, further, way, d + 1, asked)));
        yield cut ? { ...edge, cut } : edge;
      }
      level = next;
    }
  }
}

async function* linksOf(level: readonly Node[], neighbours: Neighbours, way: Way): AsyncGenerator<[Node, Link]> {
  for (const node of level)
    for (const link of (await neighbours(node, way)).slice().sort(compareLinks)) yield [node, link];
}

/** Two edges are one where ends, kind and role (and step) are. */
function keyOf({ from, to, kind, role = "", step }: Edge): string {
  return `${from} ${to} ${kind} ${step ?? ""} ${role}`;
}

function edgeOf(node: Node, { node: other, kind, role, step }: Link, way: Way, d: number, asked: Set<string>): Edge {
  const [from, to] = way === "up" ? [other, node] : [node, other];
  return {
    type: "edge",
    v: 1,
    from: from.id,
    to: to.id,
    kind,
    ...(role === undefined ? {} : { role }),
    ...(step === undefined ? {} : { step }),
    depth: way === "up" ? -d : d,
    ...end("from", from, asked.has(from.id)),
    ...end("to", to, asked.has(to.id)),
  };
}

/** The fields of one end; the compiler cannot follow the names. */
function end(which: "from" | "to", { id: _, ...fields }: Node, asked: boolean): Pick<Edge, "from_type" | "to_type"> {
  const named = Object.entries({ ...fields, ...(asked ? { asked } : {}) });
  return Object.fromEntries(named.map(([key, value]) => [`${which}_${key}`, value])) as never;
}

/** Artifacts before external inputs before sources, then by role, step, path and id; parents come last. */
export function compareLinks(a: Link, b: Link): number {
  const rank = ({ kind, node }: Link) => (kind === "parent" ? nodeTypes.length : nodeTypes.indexOf(node.type));
  return (
    rank(a) - rank(b) ||
    compare(a.role ?? "", b.role ?? "") ||
    (a.step ?? -1) - (b.step ?? -1) ||
    compare(a.node.path ?? "", b.node.path ?? "") ||
    compare(a.node.id, b.node.id)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
