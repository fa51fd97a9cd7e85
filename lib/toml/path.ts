// Dotted paths into a TOML document: `resources.components.0.gpus`, with keys that are not bare words in quotes.
import { fault } from "../record/fault.js";

export type TomlPath = readonly (string | number)[];

/** The path as a person writes it; keys that TOML would not take bare are quoted. */
export function dotted(path: TomlPath): string {
  return path.map((key) => (typeof key === "number" || bare.test(key) ? key : JSON.stringify(key))).join(".");
}

const bare = /^[A-Za-z0-9_-]+$/;

/** The keys of a dotted path as TOML reads a key: bare words and quoted strings between dots. Throws dataerr. */
export function parseDotted(text: string): string[] {
  const keys: string[] = [];
  const part = /\s*(?:([A-Za-z0-9_-]+)|("(?:[^"\\]|\\.)*")|'([^']*)')\s*(\.|$)/y;
  for (let more = true; more; ) {
    const match = part.exec(text);
    const key = match && (match[1] ?? match[3] ?? unquoted(match[2]));
    if (!match || key === undefined || key === null) {
      throw fault("dataerr", `cannot read the path '${text}'`, {
        hint: `write table.key, with quotes around a key that has dots: args."a.b"`,
      });
    }
    keys.push(key);
    more = match[4] === ".";
  }
  return keys;
}

function unquoted(json: string | undefined): string | undefined {
  try {
    return json === undefined ? undefined : (JSON.parse(json) as string);
  } catch {
    return undefined;
  }
}

/** The value at a path, or undefined; only what the document itself says, never what an object inherits. */
export function valueAt(root: unknown, path: TomlPath): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

/** A table of TOML: an object that is neither a list nor a date. */
export function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
