// --set path=value: one key of a recipe from the command line, as a layer of its own.
import { type Fault, fault, isFault } from "../record/fault.js";
import { parseToml, type TomlFile } from "../toml/document.js";
import { dotted, isTable, parseDotted } from "../toml/path.js";
import type { Layer } from "./layers.js";
import { tokenAt } from "./tokens.js";

/**
 * The layer of one `path=value`: the value is TOML, and a word that is no TOML is a string. Relative paths in it are
 * relative to `cwd`. Throws usage.
 */
export function setLayer(text: string, cwd: string): Layer {
  const flag = `--set ${text}`;
  const { path, value } = split(text, flag);
  if (path === "extends") throw fault("usage", `${flag}: extends cannot be set: it says which files are read`);
  return { file: document(path, value, flag), dir: cwd, flag };
}

function split(text: string, flag: string): { path: string; value: string } {
  const at = /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^="'])*=/.exec(text)?.[0].length;
  if (at === undefined) throw fault("usage", `${flag}: there is no = in it`, { hint: "write --set params.lr=1e-4" });
  return { path: wording(flag, () => dotted(parseDotted(text.slice(0, at - 1)))), value: text.slice(at).trim() };
}

function document(path: string, value: string, flag: string): TomlFile {
  // No value of a recipe is a time of the day: 08:00:00 is a duration that TOML takes for one.
  const literal = /^\d{1,2}:\d\d(:\d\d)?$/.test(value) ? undefined : parsed(`${path} = ${value}`, flag);
  if (literal && isOneValue(literal, path, value)) return literal;
  if (/^["'[{]/.test(value) && tokenAt(value, 0) === undefined) {
    throw fault("usage", `${flag}: the value is no TOML`, {
      hint: `texts keep their quotes, inside of those for your shell: --set '${path}=${example(value)}'`,
    });
  }
  return wording(flag, () => parseToml(`${path} = ${tomlString(value)}`, flag, "usage"));
}

/** A value of this form that is TOML: of a list of bare words, that list with its quotes. */
function example(value: string): string {
  const words = /^\[(.*)\]?$/.exec(value)?.[1]?.replace(/\]$/, "").split(",");
  const bare = words?.map((word) => word.trim().replaceAll(/^["']|["']$/g, ""));
  if (bare?.every((word) => /^[\w.+-]+$/.test(word)))
    return `[${bare.map((word) => (Number.isNaN(Number(word)) ? tomlString(word) : word)).join(", ")}]`;
  return value.startsWith("{") ? '{ name = "value" }' : value.startsWith("[") ? '["a", "b"]' : '"some text"';
}

function parsed(text: string, flag: string): TomlFile | undefined {
  try {
    return parseToml(text, flag, "usage");
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}

/** Whether the text was one value, and no comment or second line made it another one. */
function isOneValue(file: TomlFile, path: string, value: string): boolean {
  let table: unknown = file.value;
  for (const key of parseDotted(path)) {
    if (!isTable(table) || Object.keys(table).length !== 1) return false;
    table = table[key];
  }
  return isTable(table) || Array.isArray(table) || typeof table === "string" || !/[#\n]/.test(value);
}

/** Faults in the words of the flag: there is no file and no line to look at. */
function wording<T>(flag: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (isFault(error)) throw worded(error, flag);
    throw error;
  }
}

function worded(error: Fault, flag: string): Fault {
  const message = error.message.startsWith(flag)
    ? error.message.slice(flag.length).replace(/^(:\d+:\d+)?: /, "")
    : error.message;
  return fault("usage", `${flag}: ${message}`, { hint: error.hint, cause: error });
}

/** A text as a basic string of TOML. */
export function tomlString(text: string): string {
  return JSON.stringify(Buffer.from(text).toString()).replaceAll("\x7f", "\\u007f");
}
