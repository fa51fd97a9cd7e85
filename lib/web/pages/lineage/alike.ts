// Siblings that are alike, drawn as one thing: sixty ablations of one dataset, and the sixty models of these.
import type { LineageArrow, LineageNode } from "../../../serve/api/lineage.js";
import type { Around } from "./state.js";

/** Several nodes in the place of one. */
export interface Pile {
  id: string;
  type: LineageNode["type"];
  name: string;
  members: readonly LineageNode[];
}

export type Shown = LineageNode | Pile;

export function isPile(node: Shown): node is Pile {
  return "members" in node;
}

/** How many of its members are in which state. */
export function statesOf({ members }: Pile): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of members) if (state) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

/** So many alike are still drawn one by one. */
const few = 3;

/**
 * The graph with nodes as one that are of a type, are called alike (but for numbers), and hang on the same things towards what
 * was asked about; then what hangs on these, likewise. What has an alias, or was asked about, stands alone, and so do the
 * members of piles that are `opened`. Pure; a pile is called after its first member.
 */
export function piled(
  { nodes, edges }: Around,
  opened: ReadonlySet<string>,
): { nodes: Shown[]; edges: LineageArrow[] } {
  const links = linksOf(edges);
  const far = distances(nodes, links);
  const stands = new Map<string, string>();
  const shown: Shown[] = [];
  for (const ring of ringsOf(nodes, far)) {
    const alike = new Map<string, LineageNode[]>();
    for (const node of ring) {
      const inner = (links.get(node.id) ?? []).filter(({ id }) => (far.get(id) ?? 0) < (far.get(node.id) ?? 0));
      const on = [...new Set(inner.map(({ id, way }) => `${way}${stands.get(id) ?? id}`))].sort();
      const alone = node.asked || node.aliases?.length ? node.id : "";
      const key = JSON.stringify([node.type, plain(node.name ?? node.type), on, alone]);
      const those = alike.get(key);
      if (those) those.push(node);
      else alike.set(key, [node]);
    }
    for (const members of alike.values()) {
      const [first] = members;
      const id = `alike-${first?.id}`;
      if (!first || members.length <= few || opened.has(id)) {
        shown.push(...members);
        continue;
      }
      for (const member of members) stands.set(member.id, id);
      shown.push({ id, type: first.type, name: plain(first.name ?? first.type).replace(/[-_. ]*…$/, ""), members });
    }
  }
  return { nodes: shown, edges: drawnEdges(edges, stands) };
}

/** A name without its numbers: `ablate-3` and `ablate-14` are called alike. */
function plain(name: string): string {
  return name.replace(/\d+([.,]\d+)*/g, "…");
}

function drawnEdges(edges: readonly LineageArrow[], stands: ReadonlyMap<string, string>): LineageArrow[] {
  const drawn = new Map<string, LineageArrow>();
  for (const edge of edges) {
    const [from, to] = [stands.get(edge.from) ?? edge.from, stands.get(edge.to) ?? edge.to];
    if (from !== to) drawn.set(`${from} ${to} ${edge.kind} ${edge.role}`, { ...edge, from, to });
  }
  return [...drawn.values()];
}

type Links = ReadonlyMap<string, readonly { id: string; way: "<" | ">" }[]>;

function linksOf(edges: readonly LineageArrow[]): Links {
  const links = new Map<string, { id: string; way: "<" | ">" }[]>();
  const put = (of: string, id: string, way: "<" | ">") => {
    const list = links.get(of);
    if (list) list.push({ id, way });
    else links.set(of, [{ id, way }]);
  };
  for (const { from, to } of edges) {
    put(from, to, ">");
    put(to, from, "<");
  }
  return links;
}

/** How many edges, of whichever way, lie between a node and what was asked about. */
function distances(nodes: readonly LineageNode[], links: Links): Map<string, number> {
  const far = new Map(nodes.flatMap(({ id, asked }) => (asked ? [[id, 0]] : []) as [string, number][]));
  let edge = [...far.keys()];
  for (let n = 1; edge.length > 0; n += 1) {
    const next = edge.flatMap((id) => (links.get(id) ?? []).map((link) => link.id)).filter((id) => !far.has(id));
    for (const id of next) far.set(id, n);
    edge = [...new Set(next)];
  }
  return far;
}

function ringsOf(nodes: readonly LineageNode[], far: ReadonlyMap<string, number>): LineageNode[][] {
  const rings: LineageNode[][] = [];
  for (const node of nodes) {
    const at = far.get(node.id) ?? 0;
    while (rings.length <= at) rings.push([]);
    rings[at]?.push(node);
  }
  return rings;
}
