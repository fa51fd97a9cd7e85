// The values of columns as texts in small letters, in which words are looked for: each is made once.
import type { Column } from "./column.js";

/** By the list of the values, which is another one where these get other numbers. */
const known = new WeakMap<unknown[], string[]>();

/** By the numbers of the values; lists with spaces between. */
export function lowerTexts({ values }: Column): readonly string[] {
  const all = known.get(values) ?? [];
  for (let code = all.length; code < values.length; code += 1) all.push(lower(values[code]));
  known.set(values, all);
  return all;
}

function lower(value: unknown): string {
  if (value === undefined) return "";
  return (typeof value === "string" ? value : Array.isArray(value) ? value.join(" ") : String(value)).toLowerCase();
}
