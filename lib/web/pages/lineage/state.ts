// What of a graph has been fetched: what was asked about, and what was unfolded since.
import type { LineageArrow, LineageNode } from "../../../serve/api/lineage.js";

export interface Around {
  nodes: readonly LineageNode[];
  edges: readonly LineageArrow[];
}

/** Both together. Of a node that was unfolded the later answer tells what is still left out that way. */
export function merged(old: Around, more: Around, unfolded: { id: string; way: "up" | "down" }): Around {
  const nodes = new Map(old.nodes.map((node) => [node.id, node]));
  for (const { asked: _, ...node } of more.nodes) {
    const before = nodes.get(node.id);
    if (node.id === unfolded.id && before)
      nodes.set(node.id, withMore(before, unfolded.way, node.more?.[unfolded.way]));
    else if (!before) nodes.set(node.id, { ...node, depth: node.depth + (nodes.get(unfolded.id)?.depth ?? 0) });
  }
  const key = ({ from, to, kind, role = "", step = -1 }: LineageArrow) => `${from} ${to} ${kind} ${role} ${step}`;
  const edges = new Map([...old.edges, ...more.edges].map((edge) => [key(edge), edge]));
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

function withMore(node: LineageNode, way: "up" | "down", count: number | undefined): LineageNode {
  const { more: { [way]: _, ...rest } = {}, ...others } = node;
  const more = count === undefined ? rest : { ...rest, [way]: count };
  return Object.keys(more).length > 0 ? { ...others, more } : others;
}
