// Where the nodes of a graph are drawn, so that none overlaps another: dagre, which is loaded when a graph is first shown.
import { Graph, layout } from "@dagrejs/dagre";

export interface Sized {
  id: string;
  width: number;
  height: number;
}

export interface Box {
  /** Its left upper corner. */
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Drawn {
  boxes: ReadonlyMap<string, Box>;
  /** By the index of the edge: through which points it goes, from its source to its target. */
  lines: readonly (readonly (readonly [x: number, y: number])[])[];
  width: number;
  height: number;
}

/** From this many nodes on a layout that is quick counts for more than one that is short. */
const many = 220;

/** Lays out from left to right. An edge whose end is not there has no points. */
export function layoutOf(nodes: readonly Sized[], edges: readonly { from: string; to: string }[]): Drawn {
  const graph = new Graph({ multigraph: true });
  const ranker = nodes.length > many ? "longest-path" : "network-simplex";
  graph.setGraph({ rankdir: "LR", nodesep: 14, ranksep: 44, edgesep: 8, marginx: 8, marginy: 8, ranker });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height });
  const known = new Set(nodes.map(({ id }) => id));
  for (const [i, { from, to }] of edges.entries())
    if (known.has(from) && known.has(to) && from !== to) graph.setEdge(from, to, {}, String(i));
  layout(graph);
  const boxes = new Map<string, Box>();
  for (const { id } of nodes) {
    const { x = 0, y = 0, width = 0, height = 0 } = graph.node(id) as Partial<Box>;
    boxes.set(id, { x: x - width / 2, y: y - height / 2, width, height });
  }
  const lines = edges.map(({ from, to }, i) => {
    const edge = known.has(from) && known.has(to) && from !== to ? graph.edge(from, to, String(i)) : undefined;
    const points = (edge as { points?: { x: number; y: number }[] } | undefined)?.points;
    const [source, target] = [boxes.get(from), boxes.get(to)];
    if (!points || !source || !target) return [];
    // From the middle of one side to the middle of the other.
    return [
      [source.x + source.width, source.y + source.height / 2],
      ...points.slice(1, -1).map(({ x, y }): [number, number] => [x, y]),
      [target.x, target.y + target.height / 2],
    ] satisfies [number, number][];
  });
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return { boxes, lines, width: Math.max(width, 1), height: Math.max(height, 1) };
}
