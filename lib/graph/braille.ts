// Lines in characters of eight dots each (Unicode's braille patterns).

export interface Canvas {
  /** A line of one layer from dot to dot; (0, 0) is the lower left one. What is outside is cut. */
  line(layer: number, x0: number, y0: number, x1: number, y1: number): void;
  /** The dots of a layer in the cells of a row, from the top, as bits of its characters. */
  row(layer: number, row: number): Uint8Array;
}

const bits = [
  [0x40, 0x80],
  [0x04, 0x20],
  [0x02, 0x10],
  [0x01, 0x08],
] as const;

/** A canvas of so many characters, whose layers are drawn by themselves. `drawn` says of which columns of dots a layer has none. */
export function braille(
  columns: number,
  rows: number,
  layers: number,
  drawn: (layer: number, x: number) => boolean = () => true,
): Canvas {
  const cells = Array.from({ length: layers }, () => new Uint8Array(columns * rows));
  const dot = (layer: number, x: number, y: number) => {
    if (x < 0 || y < 0 || x >= columns * 2 || y >= rows * 4 || !drawn(layer, x)) return;
    const cell = (rows - 1 - (y >> 2)) * columns + (x >> 1);
    const own = cells[layer] as Uint8Array;
    own[cell] = (own[cell] as number) | (bits[y & 3]?.[x & 1] ?? 0);
  };
  return {
    line(layer, x0, y0, x1, y1) {
      // Bresenham, "Algorithm for computer control of a digital plotter", IBM Systems Journal 4(1), 1965.
      const [dx, dy] = [Math.abs(x1 - x0), -Math.abs(y1 - y0)];
      const [sx, sy] = [x0 < x1 ? 1 : -1, y0 < y1 ? 1 : -1];
      for (let [x, y, error] = [x0, y0, dx + dy]; ; ) {
        dot(layer, x, y);
        if (x === x1 && y === y1) return;
        const twice = 2 * error;
        if (twice >= dy) [error, x] = [error + dy, x + sx];
        if (twice <= dx) [error, y] = [error + dx, y + sy];
      }
    },
    row: (layer, row) => (cells[layer] as Uint8Array).subarray(row * columns, (row + 1) * columns),
  };
}
