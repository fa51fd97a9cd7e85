// `--where params.lr<1e-3`: one field, one comparison.
import { fault } from "../record/fault.js";

/** A test of one record, whose fields it gets by their dotted names. */
export type Test = (field: (key: string) => unknown) => boolean;

/** Reads FIELD, FIELD=VALUE, !=, <, <=, >, >=, ~ (contains). A field that is absent passes no test but `!=`. Throws usage. */
export function whereTest(text: string): Test {
  const match = /^([A-Za-z0-9_.-]+?)\s*(<=|>=|!=|==|=|<|>|~)\s*(.*)$/.exec(text);
  if (!match) {
    if (/^[A-Za-z0-9_.-]+$/.test(text)) return (field) => field(text) !== undefined && field(text) !== false;
    throw fault("usage", `cannot read --where '${text}'`, {
      hint: "FIELD, then one of = != < <= > >= ~, then a value",
    });
  }
  const [, key = "", operator = "", value = ""] = match;
  return (field) => compare(field(key), operator, value);
}

function compare(actual: unknown, operator: string, value: string): boolean {
  if (actual === undefined) return operator === "!=";
  if (operator === "~") return text(actual).toLowerCase().includes(value.toLowerCase());
  const order = ordered(actual, value);
  if (operator === "=" || operator === "==") return order === 0;
  if (operator === "!=") return order !== 0;
  if (order === undefined) return false;
  if (operator === "<") return order < 0;
  if (operator === "<=") return order <= 0;
  return operator === ">" ? order > 0 : order >= 0;
}

/** Numbers as numbers, everything else as text; undefined where they cannot be ordered. */
function ordered(actual: unknown, value: string): number | undefined {
  if (typeof actual === "number") {
    const number = Number(value);
    return value.trim() === "" || Number.isNaN(number) ? undefined : actual - number;
  }
  const mine = text(actual);
  return mine === value ? 0 : mine < value ? -1 : 1;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A name pattern in which `*` stands for any text and `?` for one character. */
export function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s");
}
