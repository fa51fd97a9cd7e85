// The layers of a graph: each node right of all that lead to it, and in an order that crosses few lines.
import type { Sized } from "./layout.js";

/** What has a place in a layer: a node, or a part of a line that passes by (without id). */
export interface Spot {
  id?: string;
  layer: number;
  /** Within the layer: a crowded one has rows of several. */
  row: number;
  column: number;
  /** Its middle. */
  y: number;
  width: number;
  height: number;
  up: Spot[];
  down: Spot[];
}

export interface Layers {
  /** From left to right; each from top to bottom. */
  layers: readonly (readonly Spot[])[];
  spots: ReadonlyMap<string, Spot>;
  /** By the index of the edge: the spots that it passes between its ends. */
  ways: readonly (readonly Spot[])[];
}

export function layersOf(nodes: readonly Sized[], edges: readonly { from: string; to: string }[]): Layers {
  const spots = new Map(
    nodes.map(({ id, width, height }): [string, Spot] => [
      id,
      { id, width, height, layer: 0, row: 0, column: 0, y: 0, up: [], down: [] },
    ]),
  );
  const pairs = new Map<string, { from: Spot; to: Spot; way: Spot[] }>();
  const keyOf = ({ from, to }: { from: string; to: string }) => JSON.stringify([from, to]);
  for (const edge of edges) {
    const [from, to] = [spots.get(edge.from), spots.get(edge.to)];
    if (!from || !to || from === to || pairs.has(keyOf(edge))) continue;
    pairs.set(keyOf(edge), { from, to, way: [] });
    from.down.push(to);
    to.up.push(from);
  }
  assign([...spots.values()]);
  for (const spot of spots.values()) [spot.up, spot.down] = [[], []];
  const passing: Spot[] = [];
  for (const { from, to, way } of pairs.values()) {
    if (to.layer <= from.layer) continue;
    let before = from;
    for (let layer = from.layer + 1; layer < to.layer; layer += 1) {
      const spot: Spot = { layer, row: 0, column: 0, y: 0, width: 0, height: 0, up: [before], down: [] };
      before.down.push(spot);
      way.push(spot);
      passing.push(spot);
      before = spot;
    }
    before.down.push(to);
    to.up.push(before);
  }
  return { layers: ordered(spots, passing), spots, ways: edges.map((edge) => pairs.get(keyOf(edge))?.way ?? []) };
}

/** The layers by the longest way from a beginning (Kahn's order; what is in a circle follows). Beginnings stand by their first use. */
function assign(spots: readonly Spot[]): void {
  const left = new Map(spots.map((spot) => [spot, spot.up.length]));
  const waiting = spots.filter(({ up }) => up.length === 0);
  const rest = [...spots];
  const done = new Set<Spot>();
  while (done.size < spots.length) {
    const spot = waiting.pop() ?? rest.shift();
    if (!spot || done.has(spot)) continue;
    done.add(spot);
    for (const next of spot.down) {
      if (done.has(next)) continue;
      next.layer = Math.max(next.layer, spot.layer + 1);
      const count = (left.get(next) ?? 0) - 1;
      left.set(next, count);
      if (count === 0) waiting.push(next);
    }
  }
  for (const spot of spots)
    if (spot.up.length === 0 && spot.down.length > 0)
      spot.layer = Math.max(
        0,
        spot.down.reduce((least, { layer }) => Math.min(least, layer), Number.POSITIVE_INFINITY) - 1,
      );
}

const sweeps = 8;

/** Each layer by the middle of its neighbours in the layer before, to and fro (the barycentre heuristic). */
function ordered(spots: ReadonlyMap<string, Spot>, passing: readonly Spot[]): Spot[][] {
  const layers: Spot[][] = [];
  const seen = new Set<Spot>();
  const visit = (first: Spot) => {
    const waiting = [first];
    for (let spot = waiting.pop(); spot; spot = waiting.pop()) {
      if (seen.has(spot)) continue;
      seen.add(spot);
      while (layers.length <= spot.layer) layers.push([]);
      layers[spot.layer]?.push(spot);
      waiting.push(...spot.down.toReversed());
    }
  };
  for (const spot of spots.values()) if (spot.up.length === 0) visit(spot);
  for (const spot of [...spots.values(), ...passing]) visit(spot);
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    const at = new Map(layers.flatMap((layer) => layer.map((spot, i): [Spot, number] => [spot, i])));
    for (const layer of sweep % 2 === 0 ? layers : layers.toReversed()) {
      const middle = new Map(layer.map((spot, i) => [spot, middleOf(sweep % 2 === 0 ? spot.up : spot.down, at) ?? i]));
      layer.sort((a, b) => (middle.get(a) ?? 0) - (middle.get(b) ?? 0));
      for (const [i, spot] of layer.entries()) at.set(spot, i);
    }
  }
  return layers;
}

const crowd = 70;

/** Gives the nodes of a layer their rows and columns: one column, unless there are so many that nobody would see them all. */
export function rowsOf(layer: readonly Spot[]): void {
  const nodes = layer.reduce((sum, { id }) => sum + (id === undefined ? 0 : 1), 0);
  const columns = nodes > crowd ? Math.ceil(Math.sqrt(nodes / 6)) : 1;
  let [row, column] = [-1, columns];
  for (const spot of layer) {
    if (column >= columns && (spot.id !== undefined || columns === 1)) {
      row += 1;
      column = 0;
    }
    spot.row = Math.max(0, row);
    if (spot.id === undefined && columns > 1) continue;
    spot.column = column;
    column += 1;
  }
}

function middleOf(beside: readonly Spot[], at: ReadonlyMap<Spot, number>): number | undefined {
  if (beside.length === 0) return undefined;
  return beside.reduce((sum, spot) => sum + (at.get(spot) ?? 0), 0) / beside.length;
}
