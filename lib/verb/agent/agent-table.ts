// The table that lab-tend works by: a line a part, how often, when at all, and what is run.
import type { Config } from "../../config/defaults.js";
import { fault, isFault } from "../../record/fault.js";
import { parseDuration } from "../../record/units.js";

export interface TablePart {
  /** The first word of the command, told apart from others. */
  name: string;
  interval_s: number;
  /** Whenever it is due, only while runs of the caller's are active, or only where one of some keys of the configuration is set. */
  when: "always" | "active" | { key: string; set: boolean };
  /** A line of sh. */
  command: string;
}

/** Reads a table; `#` begins a comment line. Throws usage, naming the line. */
export function agentTable(text: string, config: Config): TablePart[] {
  const parts: TablePart[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const wrong = (cause: string, hint: string) => fault("usage", `line ${index + 1} of the table ${cause}`, { hint });
    const [, every = "", when = "", command = ""] = /^\s*(\S+)\s+(\S+)\s+(\S.*?)\s*$/.exec(line) ?? [];
    if (command === "") throw wrong(`is not one of a part: '${line.trim()}'`, "EVERY WHEN COMMAND…");
    const interval_s = intervalOf(every, config);
    if (interval_s === undefined) throw wrong(`says '${every}'`, "how often: reconcile, evald, or a time such as 1h");
    parts.push({ name: nameOf(command, parts), interval_s, when: whenOf(when, config), command });
  }
  if (parts.length === 0) throw fault("usage", "the table has no parts", { hint: "EVERY WHEN COMMAND…, a line each" });
  return parts;
}

/** Its first word; the second of one word is `word:2`. */
function nameOf(command: string, parts: readonly TablePart[]): string {
  const word = command.split(/\s/, 1)[0] ?? "";
  const isTaken = (name: string) => parts.some((part) => part.name === name);
  for (let n = 2, name = word; ; n += 1) {
    if (!isTaken(name)) return name;
    name = `${word}:${n}`;
  }
}

/** `reconcile` and `evald` are what [dispatch] says, else a minute and five. */
function intervalOf(word: string, { dispatch }: Config): number | undefined {
  if (word === "reconcile") return dispatch?.reconcile_interval_secs ?? 60;
  if (word === "evald") return dispatch?.evald_interval_secs ?? 300;
  try {
    return Math.max(1, parseDuration(word));
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}

function whenOf(word: string, config: Config): TablePart["when"] {
  if (word === "always" || word === "active") return word;
  return { key: word.replaceAll(",", " or "), set: word.split(",").some((key) => isSet(key, config)) };
}

function isSet(key: string, config: Config): boolean {
  let value: unknown = config;
  for (const part of key.split("."))
    value = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[part] : undefined;
  return value !== undefined && value !== false;
}
