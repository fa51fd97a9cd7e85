// Graphs for tests: written as `a>b`, or drawn by fast-check.
import fc from "fast-check";
import { lineage, type WalkOptions } from "../../../lib/graph/lineage.js";
import type { Edge, NodeType } from "../../../lib/record/artifact.js";
import type { Link, Neighbours, Node } from "../../../lib/record/lineage.js";

export interface Written {
  from: string;
  to: string;
  kind: Edge["kind"];
  role?: string;
  step?: number;
}

const types: Record<string, NodeType> = { r: "run", a: "artifact", e: "external", s: "source", c: "collected" };

/** The type of a node is told by its first letter: r1, a1, e1, s1, c1. */
export function node(id: string): Node {
  return { id, type: types[id[0] ?? ""] ?? "artifact", name: id };
}

/** `r1>a1` made, `a1>r2` used, `r1>r2` parent, `a1>a2` part; `r1>a1:model@5` with role and step. */
export function arrows(text: string): Written[] {
  return text
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => {
      const [, from = "", to = "", role, step] = /^(\w+)>(\w+)(?::(\w+))?(?:@(\d+))?$/.exec(word) ?? [];
      const runs = [from, to].map((id) => id.startsWith("r"));
      const kind = runs[0] ? (runs[1] ? "parent" : "made") : runs[1] ? "used" : "part";
      return { from, to, kind, ...(role ? { role } : {}), ...(step ? { step: Number(step) } : {}) };
    });
}

/** The neighbours by these arrows, and which nodes were asked for, in order. */
export function neighboursIn(written: readonly Written[]): Neighbours & { asked: string[] } {
  const asked: string[] = [];
  const neighbours = async ({ id }: Node, way: "up" | "down"): Promise<Link[]> => {
    asked.push(`${way} ${id}`);
    return written.flatMap(({ from, to, ...link }) =>
      way === "up" && to === id
        ? [{ ...link, node: node(from) }]
        : way === "down" && from === id
          ? [{ ...link, node: node(to) }]
          : [],
    );
  };
  return Object.assign(neighbours, { asked });
}

export async function walked(
  written: readonly Written[],
  roots: string[],
  options: Partial<WalkOptions> = {},
): Promise<Edge[]> {
  const edges: Edge[] = [];
  const all = { ways: ["up", "down"] as const, ...options };
  for await (const edge of lineage(roots.map(node), neighboursIn(written), all)) edges.push(edge);
  return edges;
}

/** `r1>a1` again. */
export function words(edges: readonly Pick<Edge, "from" | "to">[]): string[] {
  return edges.map(({ from, to }) => `${from}>${to}`);
}

/** Graphs of up to 14 nodes of all types with up to 30 arrows, also with cycles, doubles and loops. */
export const anyGraph = fc
  .array(
    fc.record({
      from: fc.constantFrom(..."r1 r2 r3 r4 r5 a1 a2 a3 a4 a5 e1 e2 s1 c1".split(" ")),
      to: fc.constantFrom(..."r1 r2 r3 r4 r5 a1 a2 a3 a4 a5 c1".split(" ")),
      role: fc.constantFrom("x", "y"),
      step: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
    }),
    { maxLength: 30 },
  )
  .map((list) =>
    list.map(({ from, to, role, step }): Written => {
      const [arrow] = arrows(`${from}>${to}:${role}`);
      return { ...(arrow as Written), ...(arrow?.kind === "made" && step !== undefined ? { step } : {}) };
    }),
  );
