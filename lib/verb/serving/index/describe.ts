// A field in short: what is in it, for those who choose columns and write filters.
import type { Column } from "../../../serve/index/column.js";
import { rankSome } from "../../../serve/index/ranks.js";
import { summed } from "../../../serve/index/select.js";

type Kind = "status" | "param" | "metric" | "arg" | "resource" | "sweep" | "plan";
const kinds: Readonly<Record<string, Kind>> = {
  params: "param",
  metrics: "metric",
  args: "arg",
  resources: "resource",
  sweep: "sweep",
  pipeline: "sweep",
};

/** Of run.json whole lines of packs have not: only what of it every run tells is offered. */
const plan = new Set(["seed", "parent", "narrative", "epoch", "repo", "workdir", "key", "group", "tags", "note"]);
const status = new Set(
  "id name user state mode message hint job exit_code attempt eval cached_from cached_user planned_at started_at ended_at beat_at elapsed_s".split(
    " ",
  ),
);
const mostValues = 20;

export type Described = NonNullable<ReturnType<typeof describe>>;

/** By the rows: of most fields there is nothing new. */
const known = new WeakMap<Int32Array, Map<Column, { version: number; field: Described | undefined }>>();

/** A field of some rows; undefined where none of them has it, and for what is no field to choose. `rest` is a breather. */
export async function described(
  column: Column,
  rows: Int32Array,
  rest: () => Promise<void> | undefined,
): Promise<Described | undefined> {
  const kind = kindOf(column);
  if (kind === undefined) return undefined;
  const all = known.get(rows) ?? new Map<Column, { version: number; field: Described | undefined }>();
  known.set(rows, all);
  const before = all.get(column);
  if (before?.version === column.version) return before.field;
  while (column.loose && !rankSome(column, 4096)) await rest();
  const { version } = column;
  const field = describe(column, rows, kind);
  all.set(column, { version, field });
  return field;
}

function kindOf({ path: [word = ""] }: Column): Kind | undefined {
  return kinds[word] ?? (plan.has(word) ? "plan" : status.has(word) ? "status" : undefined);
}

function describe(column: Column, rows: Int32Array, kind: Kind) {
  const { count, distinct, commonest, least, most } = summed(rows, column, mostValues);
  if (count === 0) return undefined;
  const type = typeOf(column.path.at(-1) ?? "", commonest[0]);
  const bounds = type === "number" && least <= most ? { min: least, max: most } : {};
  return { path: column.path.join("."), kind, type, count, distinct, values: commonest, ...bounds };
}

function typeOf(name: string, value: unknown): "number" | "text" | "time" | "boolean" | "list" {
  if (typeof value === "number") return "number";
  if (typeof value === "boolean") return "boolean";
  if (Array.isArray(value)) return "list";
  return /(^|_)at$/.test(name) && typeof value === "string" && !Number.isNaN(Date.parse(value)) ? "time" : "text";
}
