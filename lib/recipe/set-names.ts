// `--set params.epoch=3` where the recipe says `epochs`: a new name is fine, one that is nearly an old one is a slip.
import { fault } from "../record/fault.js";
import { nearest } from "../record/names.js";
import { isTable } from "../toml/path.js";
import { type Layer, merged } from "./layers.js";
import { tokensIn } from "./tokens.js";

const open = ["params", "args", "env"];

/**
 * Throws usage for a name that a flag sets in [params], [args] or [env], is not there, and is near to one that is; and for a
 * bare word where the recipe has a number, or true or false.
 */
export function checkSetNames(layers: readonly Layer[]): void {
  const table = merged(layers.filter((layer) => layer.flag === undefined));
  for (const { flag, file } of layers) {
    if (flag === undefined) continue;
    for (const section of open) {
      const [set, has] = [file.value[section], table[section]];
      if (!isTable(set) || !isTable(has)) continue;
      for (const name of Object.keys(set)) {
        if (Object.hasOwn(has, name)) {
          checkWord(flag, has[name], set[name]);
          continue;
        }
        const near = nearest(name, Object.keys(has));
        if (near === undefined) continue;
        throw fault("usage", `${flag}: the recipe has no ${section}.${name}`, {
          hint: `did you mean ${section}.${near}? a new name of its own must differ by more`,
        });
      }
    }
  }
}

/** `--set params.lr=abc` is nearly always a slip; whoever means the text can say so by quotes. A token is meant. */
function checkWord(flag: string, before: unknown, after: unknown): void {
  if (typeof after !== "string" || flag.endsWith('"') || flag.endsWith("'") || tokensIn(after).length > 0) return;
  const words = changedKind(before, after);
  if (words === undefined) return;
  const point = /^[+-]?\d+,\d+$/.test(after) ? `did you mean ${after.replace(",", ".")}? ` : "";
  throw fault("usage", `${flag}: ${words}`, {
    hint: `${point}a text that is meant has quotes: ${flag.slice(0, flag.length - after.length).replace(/^--set /, "--set '")}"${after}"'`,
  });
}

/**
 * What a flag does to [params] and [args] that may be meant, and may be a slip: a param that the recipe has not got, which
 * nothing may read; a text in quotes, or a list, where the recipe has a number.
 */
export function setWarnings(layers: readonly Layer[]): string[] {
  const table = merged(layers.filter((layer) => layer.flag === undefined));
  return layers.flatMap(({ flag, file }) =>
    flag === undefined
      ? []
      : ["params", "args"].flatMap((section) => warningsIn(section, flag, file.value[section], table[section])),
  );
}

function warningsIn(section: string, flag: string, set: unknown, has: unknown): string[] {
  if (!isTable(set) || !isTable(has)) return [];
  return Object.entries(set).flatMap(([name, value]) => {
    const words = Object.hasOwn(has, name)
      ? changedKind(has[name], value)
      : section === "params"
        ? newName(name, Object.keys(has))
        : undefined;
    return words === undefined ? [] : [`${flag}: ${words}`];
  });
}

function newName(name: string, known: string[]): string | undefined {
  if (known.length === 0) return undefined;
  const near = known.find((one) => isShortFor(one, name) || isShortFor(name, one));
  const meant = near === undefined ? "" : `; did you mean params.${near}?`;
  return `the recipe has no params.${name}, which is added; it has ${known.join(", ")}${meant}`;
}

/** `lr` for learning_rate, `rate` too. */
function isShortFor(short: string, long: string): boolean {
  const words = long.toLowerCase().split(/[_.-]/);
  if (words.length < 2) return false;
  return words.map((word) => word[0]).join("") === short.toLowerCase() || words.includes(short.toLowerCase());
}

function changedKind(before: unknown, after: unknown): string | undefined {
  const [was, is] = [kindOf(before), kindOf(after)];
  if (was === is || (was !== "a number" && was !== "true or false")) return undefined;
  return `it is ${is}, where the recipe has ${was}, ${before}`;
}

function kindOf(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint") return "a number";
  if (typeof value === "boolean") return "true or false";
  return typeof value === "string" ? "a text" : Array.isArray(value) ? "a list" : "a table";
}
