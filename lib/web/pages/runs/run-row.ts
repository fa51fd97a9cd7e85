// A run as lists have it, and a field of it.
import type { overviewApi } from "../../../serve/api/overview.js";
import type { AnswerOf } from "../../shell/client.js";

/** A status record, and beside it what one may want as a column. */
export type RunRow = AnswerOf<typeof overviewApi>["active"][number];

/** The value at a path (`params.lr`): what follows the first dot may itself have dots. */
export function valueAt(row: RunRow, path: string): unknown {
  if (path in row) return row[path];
  const dot = path.indexOf(".");
  if (dot < 0) return undefined;
  let value: unknown = row[path.slice(0, dot)];
  const rest = path.slice(dot + 1);
  if (isObject(value) && rest in value) return value[rest];
  for (const name of rest.split(".")) value = isObject(value) ? value[name] : undefined;
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The six last characters, by which every command knows a run. */
export function short(id: string): string {
  return id.slice(-6);
}
