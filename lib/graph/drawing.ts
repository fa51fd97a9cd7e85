// Edges as something to draw: things, and arrows between them.
import type { Edge } from "../record/artifact.js";
import type { Node } from "../record/lineage.js";

export interface Thing extends Node {
  name: string;
  /** Somebody asked about it. */
  asked?: true;
  /** There is more behind it. */
  cut?: true;
}

export type Arrow = Pick<Edge, "from" | "to" | "kind" | "role" | "step">;

export interface Drawing {
  /** By id, in the order in which the edges name them. */
  things: Map<string, Thing>;
  arrows: Arrow[];
}

/** What edges speak of, ready to be drawn. Pure. */
export function drawingOf(edges: Iterable<Edge>): Drawing {
  const things = new Map<string, Thing>();
  const arrows: Arrow[] = [];
  for (const edge of edges) {
    const { from, to, kind, role, step, depth, cut = false } = edge;
    add(things, endOf(edge, "from", cut && depth < 0));
    add(things, endOf(edge, "to", cut && depth > 0));
    arrows.push({ from, to, kind, ...(role === undefined ? {} : { role }), ...(step === undefined ? {} : { step }) });
  }
  return { things, arrows };
}

/** The fields of one end, without its prefix; the compiler cannot follow the names. */
function endOf(edge: Edge, which: "from" | "to", cut: boolean): Thing {
  const id = edge[which];
  const fields = Object.entries(edge).filter(([key]) => key.startsWith(`${which}_`));
  const named = Object.fromEntries(fields.map(([key, value]) => [key.slice(which.length + 1), value]));
  return { name: id, ...named, id, ...(cut ? { cut } : {}) } as Thing;
}

/** What one edge says of a thing and another does not, is known of it. */
function add(things: Map<string, Thing>, thing: Thing): void {
  things.set(thing.id, { ...thing, ...things.get(thing.id), ...(thing.cut ? { cut: true } : {}) });
}

/** Arrows by the thing at one of their ends. */
export function arrowsBy(end: "from" | "to", arrows: readonly Arrow[]): Map<string, Arrow[]> {
  const by = new Map<string, Arrow[]>();
  for (const arrow of arrows) {
    const there = by.get(arrow[end]);
    if (there) there.push(arrow);
    else by.set(arrow[end], [arrow]);
  }
  return by;
}
