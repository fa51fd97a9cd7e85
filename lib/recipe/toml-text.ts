// A value as TOML writes it: for what is set on the words of a file or a record, and is to be read again.
import { dotted, isTable, type TomlPath } from "../toml/path.js";
import { tomlString } from "./set.js";

/** The value on one line; `spelled` has, by dotted path, how numbers and dates were written where that matters. */
export function tomlText(value: unknown, spelled?: ReadonlyMap<string, string>, at: TomlPath = []): string {
  const known = typeof value === "string" ? undefined : spelled?.get(dotted(at));
  if (known !== undefined) return known;
  if (typeof value === "string") return tomlString(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return `[${value.map((item, i) => tomlText(item, spelled, [...at, i])).join(", ")}]`;
  if (!isTable(value)) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, item]) => `${tomlString(key)} = ${tomlText(item, spelled, [...at, key])}`)
    .join(", ")} }`;
}
