// Edges as something to draw: things, and arrows between them.
import type { Edge, NodeType } from "../record/artifact.js";

export interface Thing {
  id: string;
  type: NodeType;
  name: string;
  ref?: string;
  state?: string;
  user?: string;
  path?: string;
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

/** The things and arrows of edges. What one edge says of a thing and another does not, is known of it. */
export function drawingOf(edges: Iterable<Edge>): Drawing {
  const things = new Map<string, Thing>();
  const arrows: Arrow[] = [];
  for (const edge of edges) {
    const { from, to, kind, role, step, depth, cut = false } = edge;
    add(things, thing(from, edge.from_type, fieldsOf(edge, "from"), cut && depth < 0));
    add(things, thing(to, edge.to_type, fieldsOf(edge, "to"), cut && depth > 0));
    arrows.push({ from, to, kind, ...(role === undefined ? {} : { role }), ...(step === undefined ? {} : { step }) });
  }
  return { things, arrows };
}

type Fields = { [K in "name" | "ref" | "state" | "user" | "path"]?: string | undefined } & {
  asked?: boolean | undefined;
};

function fieldsOf(edge: Edge, which: "from" | "to"): Fields {
  return which === "from"
    ? {
        name: edge.from_name,
        ref: edge.from_ref,
        state: edge.from_state,
        user: edge.from_user,
        path: edge.from_path,
        asked: edge.from_asked,
      }
    : {
        name: edge.to_name,
        ref: edge.to_ref,
        state: edge.to_state,
        user: edge.to_user,
        path: edge.to_path,
        asked: edge.to_asked,
      };
}

function thing(id: string, type: NodeType, { asked, ...fields }: Fields, cut: boolean): Thing {
  const known = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return { id, type, name: id, ...known, ...(asked ? { asked: true } : {}), ...(cut ? { cut: true } : {}) };
}

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
