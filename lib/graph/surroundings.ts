// A part of the lineage that fits a screen: what is near, and how much is left out and where.
import type { Edge } from "../record/artifact.js";
import type { Link, Neighbours, Node, Way } from "../record/lineage.js";
import { compareLinks } from "./lineage.js";

export interface Place extends Node {
  /** Asked about. */
  asked?: true;
  /** How many edges from what was asked about; negative towards what it was made from. */
  depth: number;
  /** How many more neighbours it has than are shown, that way. */
  more?: Partial<Record<Way, number>>;
}

export interface Arrow {
  from: string;
  to: string;
  kind: Edge["kind"];
  role?: string;
  step?: number;
}

export interface Surroundings {
  nodes: Place[];
  edges: Arrow[];
  /** How many neighbours were left out, in all. */
  cut: number;
}

export interface Bounds {
  ways: readonly Way[];
  /** In edges. */
  depth: number;
  /** So many nodes at most, the nearest; what was asked about is among them. */
  nodes: number;
  /** How many neighbours of a node are not even among its links. */
  left(node: Node, way: Way): number;
}

/**
 * What is around `roots`: the nearest first, and of the equally near the first by kind, role, step and id, so that the same
 * question has the same answer. A run's parent is shown, not followed. Where depth or number of nodes end it, nodes say so.
 */
export async function surroundings(
  roots: readonly Node[],
  neighbours: Neighbours,
  bounds: Bounds,
): Promise<Surroundings> {
  const places = new Map<string, Place>();
  for (const root of roots) places.set(root.id, { ...root, asked: true, depth: 0 });
  const arrows = new Map<string, Arrow>();
  let cut = 0;
  for (const way of bounds.ways) {
    const reached = new Set(roots.map(({ id }) => id));
    let level: readonly Node[] = [...new Map(roots.map((node) => [node.id, node])).values()];
    for (let d = 1; level.length > 0; d += 1) {
      const next: Node[] = [];
      for (const node of level) {
        const links = (await neighbours(node, way)).slice().sort(compareLinks);
        let missing = bounds.left(node, way);
        for (const link of links) {
          const isKnown = places.has(link.node.id);
          if (!isKnown && (d > bounds.depth || places.size >= bounds.nodes)) {
            missing += 1;
            continue;
          }
          if (!isKnown) places.set(link.node.id, { ...link.node, depth: way === "up" ? -d : d });
          keep(arrows, arrowOf(node, link, way));
          if (link.kind === "parent" || reached.has(link.node.id)) continue;
          reached.add(link.node.id);
          if (d <= bounds.depth) next.push(link.node);
        }
        const place = places.get(node.id);
        if (missing > 0 && place) place.more = { ...place.more, [way]: missing };
        cut += missing;
      }
      level = next;
    }
  }
  return { nodes: [...places.values()], edges: [...arrows.values()], cut };
}

function arrowOf(node: Node, { node: other, kind, role, step }: Link, way: Way): Arrow {
  const [from, to] = way === "up" ? [other.id, node.id] : [node.id, other.id];
  return { from, to, kind, ...(role === undefined ? {} : { role }), ...(step === undefined ? {} : { step }) };
}

function keep(arrows: Map<string, Arrow>, arrow: Arrow): void {
  arrows.set(JSON.stringify([arrow.from, arrow.to, arrow.kind, arrow.role, arrow.step]), arrow);
}
