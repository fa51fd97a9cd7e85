// The places of an axis of cells: a value each, or a stretch of numbers each where there are many.
import { figure, said } from "../parts/format.js";
import { isWide } from "./scale.js";

export interface Bin {
  key: string;
  label: string;
  has(value: unknown): boolean;
}

const mostValues = 12;
const stretches = 8;

/** Numbers by size; of more than a dozen of them eight stretches, over decades by their logarithms. Pure. */
export function binsOf(values: readonly unknown[]): Bin[] {
  const distinct = [...new Map(values.map((value) => [JSON.stringify(value), value])).values()].filter(
    (value) => value !== undefined,
  );
  const numbers = distinct.filter((value) => typeof value === "number" && Number.isFinite(value)) as number[];
  if (numbers.length < distinct.length || distinct.length <= mostValues) {
    const sorted = numbers.length === distinct.length ? numbers.sort((a, b) => a - b) : distinct;
    return sorted.map((value) => {
      const key = JSON.stringify(value);
      return { key, label: said(value), has: (other) => JSON.stringify(other) === key };
    });
  }
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const log = isWide(low, high);
  const edge = (i: number) => (log ? low * (high / low) ** (i / stretches) : low + ((high - low) * i) / stretches);
  return Array.from({ length: stretches }, (_, i) => {
    const [from, to] = [edge(i), edge(i + 1)];
    const isLast = i === stretches - 1;
    const short = (value: number) => figure(Number(value.toPrecision(2)));
    return {
      key: `${from}`,
      label: `${short(from)}\n–${short(to)}`,
      has: (value) => typeof value === "number" && value >= from && (value < to || (isLast && value <= high)),
    };
  });
}
