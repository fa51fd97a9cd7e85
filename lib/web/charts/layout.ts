// Where the nodes of a graph are drawn, so that none overlaps another: in layers from left to right (Sugiyama's method), quick
// enough to be done at once for thousands of nodes.
import { type Layers, layersOf, rowsOf, type Spot } from "./layers.js";

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

const [between, around] = [46, 8];

/** Lays out from left to right. An edge whose end is not there has no points. */
export function layoutOf(nodes: readonly Sized[], edges: readonly { from: string; to: string }[]): Drawn {
  const layered = layersOf(nodes, edges);
  place(layered.layers);
  const all = layered.layers.flat();
  const top = all.reduce((least, { y, height }) => Math.min(least, y - height / 2), Number.POSITIVE_INFINITY);
  const bottom = all.reduce((most, { y, height }) => Math.max(most, y + height / 2), 0);
  const [lefts, width] = columnsOf(layered.layers);
  const down = around - (all.length === 0 ? 0 : top);
  const boxes = new Map(
    [...layered.spots].map(([id, { layer, column, y, width: wide, height }]): [string, Box] => [
      id,
      { x: (lefts[layer] ?? 0) + column * (wide + between / 2), y: y - height / 2 + down, width: wide, height },
    ]),
  );
  return {
    boxes,
    lines: linesOf(edges, layered, boxes, lefts, down),
    width,
    height: Math.max(1, bottom + down + around),
  };
}

/** Where each layer begins, and where the last one ends. */
function columnsOf(layers: Layers["layers"]): [lefts: number[], width: number] {
  let x = around;
  const lefts = layers.map((layer) => {
    const left = x;
    x += wideOf(layer) + between;
    return left;
  });
  return [lefts, Math.max(1, x - between + around)];
}

/** How wide a layer is: a crowded one has several columns. */
function wideOf(layer: readonly Spot[]): number {
  return layer.reduce((most, { width, column }) => Math.max(most, column * (width + between / 2) + width), 0);
}

/** From the middle of one side to the middle of the other, through the places that its way has between. */
function linesOf(
  edges: readonly { from: string; to: string }[],
  { ways, layers }: Layers,
  boxes: ReadonlyMap<string, Box>,
  lefts: readonly number[],
  down: number,
): Drawn["lines"] {
  const wide = layers.map(wideOf);
  return edges.map(({ from, to }, i) => {
    const [source, target] = [boxes.get(from), boxes.get(to)];
    if (!source || !target || from === to) return [];
    const through = (ways[i] ?? []).flatMap(({ layer, y }): [number, number][] => {
      const left = lefts[layer] ?? 0;
      return [
        [left, y + down],
        [left + (wide[layer] ?? 0), y + down],
      ];
    });
    return [
      [source.x + source.width, source.y + source.height / 2],
      ...through,
      [target.x, target.y + target.height / 2],
    ];
  });
}

const passes = 12;

/** Gives each spot its height: near the middle of its neighbours, in the order of its layer, apart from those beside it. */
function place(layers: readonly (readonly Spot[])[]): void {
  for (const layer of layers) {
    rowsOf(layer);
    for (const [i, off] of offsOf(layer).entries()) (layer[i] as Spot).y = off;
  }
  for (let pass = 0; pass < passes; pass += 1) {
    const last = pass >= passes - 2;
    for (const layer of pass % 2 === 0 ? layers : [...layers].reverse())
      settle(layer, ({ up, down }) => (last ? [...up, ...down] : pass % 2 === 0 ? up : down));
  }
}

/** How far below the first of a layer each is at least: those of a row beside each other, rows below each other. */
function offsOf(layer: readonly Spot[]): number[] {
  const heights = new Map<number, number>();
  for (const { row, height } of layer) heights.set(row, Math.max(heights.get(row) ?? 0, height));
  let off = 0;
  return layer.map(({ row }, i) => {
    const above = layer[i - 1]?.row ?? row;
    const [high, low] = [heights.get(above) ?? 0, heights.get(row) ?? 0];
    if (row !== above) off += (high + low) / 2 + (high === 0 || low === 0 ? 8 : 14);
    return off;
  });
}

/**
 * The places nearest to where the spots of a layer would be (by squares) that keep them in order and apart: pools of adjacent
 * violators (Ayer and others, 1955).
 */
function settle(layer: readonly Spot[], beside: (spot: Spot) => readonly Spot[]): void {
  const pools: { sum: number; weight: number; count: number }[] = [];
  const offs = offsOf(layer);
  for (const [i, spot] of layer.entries()) {
    const { y, weight } = wish(spot, beside(spot));
    let pool = { sum: (y - (offs[i] ?? 0)) * weight, weight, count: 1 };
    for (
      let before = pools.at(-1);
      before && before.sum / before.weight > pool.sum / pool.weight;
      before = pools.at(-1)
    ) {
      pool = { sum: before.sum + pool.sum, weight: before.weight + pool.weight, count: before.count + pool.count };
      pools.pop();
    }
    pools.push(pool);
  }
  let i = 0;
  for (const { sum, weight, count } of pools)
    for (let k = 0; k < count; k += 1, i += 1) {
      const spot = layer[i];
      if (spot) spot.y = sum / weight + (offs[i] ?? 0);
    }
}

/** Where a spot would be, and how much: long lines are to be straight. */
function wish(spot: Spot, beside: readonly Spot[]): { y: number; weight: number } {
  let [sum, weight] = [0, 0];
  for (const { id, y } of beside) {
    const pull = (spot.id === undefined ? 2 : 1) * (id === undefined ? 2 : 1);
    sum += y * pull;
    weight += pull;
  }
  return weight === 0 ? { y: spot.y, weight: 0.1 } : { y: sum / weight, weight };
}
