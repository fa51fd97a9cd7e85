// How numbers and dates of [args] and [params] are written, where a JavaScript number would lose it.
import { spellings } from "../toml/document.js";
import { dotted, isTable, type TomlPath } from "../toml/path.js";
import { type Layer, layerOf, merged } from "./layers.js";

export interface Numbers {
  /** Floats whose JSON form reads back as something else: `1.0`, `1e-4`, `inf`; by dotted path. */
  numbers: Record<string, string>;
  /** Dates and times as they are written, by dotted path. */
  dates: Record<string, string>;
}

/** The spellings of the layer that says each number or date. */
export async function numbersOf(layers: readonly Layer[]): Promise<Numbers> {
  const found: Numbers = { numbers: {}, dates: {} };
  const table = merged(layers);
  const evaluation = isTable(table["eval"]) ? table["eval"] : {};
  for (const [path, value] of [
    ...numeric(table["args"], ["args"]),
    ...numeric(evaluation["args"], ["eval", "args"]),
    ...numeric(table["params"], ["params"]),
  ]) {
    const layer = layerOf(layers, table, path);
    addSpelling(found, path, value, layer && (await spellings(layer.file)).get(dotted(path)));
  }
  return found;
}

/** Adds what JSON would lose of a number or date, which the file spells so. */
export function addSpelling(to: Numbers, path: TomlPath, value: number | Date, spelled: string | undefined): void {
  if (value instanceof Date) to.dates[dotted(path)] = spelled ?? value.toISOString();
  else if (!Number.isFinite(value)) to.numbers[dotted(path)] = spelled ?? wordOf(value);
  else if (spelled !== undefined && isFloat(spelled) && spelled !== String(value)) to.numbers[dotted(path)] = spelled;
}

/** A table of args or params as JSON can hold it: dates as they are written, infinite numbers by their words. */
export function plainTable(value: unknown, path: TomlPath, { numbers, dates }: Numbers): unknown {
  if (Array.isArray(value)) return value.map((item, i) => plainTable(item, [...path, i], { numbers, dates }));
  if (value instanceof Date) return dates[dotted(path)] ?? value.toISOString();
  if (typeof value === "number" && !Number.isFinite(value)) return numbers[dotted(path)] ?? wordOf(value);
  if (!isTable(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, plainTable(item, [...path, key], { numbers, dates })]),
  );
}

/** The numbers and dates in a value, with their paths. */
export function* numeric(value: unknown, path: TomlPath): Generator<[TomlPath, number | Date]> {
  if (typeof value === "number" || value instanceof Date) yield [path, value];
  else if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* numeric(item, [...path, i]);
  else if (isTable(value)) for (const [key, item] of Object.entries(value)) yield* numeric(item, [...path, key]);
}

/** Whether a number is written as a float. */
export function isFloat(spelled: string): boolean {
  return !/^[+-]?0[xob]/.test(spelled) && /[.eE]/.test(spelled);
}

/** TOML's word, which Python's float() reads too. */
function wordOf(value: number): string {
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}
