// Which fields runs have: for those who choose columns, and for those who write filters.
import { fieldsApi } from "../../serve/api/runs.js";
import type { Column } from "../../serve/index/column.js";
import { counted } from "../../serve/index/select.js";
import { answering } from "./answering.js";
import { asking, reporting, standingOf } from "./index/asking.js";
import { selectRuns } from "./index/select-runs.js";

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
const most = 2000;
const mostValues = 20;

export const fields = answering(
  fieldsApi,
  async (_, filters, serving) => {
    const index = await asking(serving);
    const rows = await selectRuns(index, filters, "", serving.context.now, reporting(serving));
    const shown = [...index.table.columns.values()].flatMap((column) => described(column, rows) ?? []);
    shown.sort((a, b) => b.count - a.count || (a.path < b.path ? -1 : 1));
    return { fields: shown.slice(0, most), ...standingOf(index) };
  },
  { tag: ({ index }, { note }) => (note === undefined ? index.version() : undefined) },
);

function described(column: Column, rows: Int32Array) {
  const [word = ""] = column.path;
  const kind: Kind | undefined = kinds[word] ?? (plan.has(word) ? "plan" : status.has(word) ? "status" : undefined);
  if (kind === undefined) return undefined;
  const values = counted(rows, column);
  const [first] = values;
  if (!first) return undefined;
  const count = values.reduce((sum, value) => sum + value.count, 0);
  const type = typeOf(column.path.at(-1) ?? "", first.value);
  const numbers = type === "number" ? boundsOf(values) : {};
  const commonest = values.slice(0, mostValues).map(({ value }) => value);
  return { path: column.path.join("."), kind, type, count, distinct: values.length, values: commonest, ...numbers };
}

function typeOf(name: string, value: unknown): "number" | "text" | "time" | "boolean" | "list" {
  if (typeof value === "number") return "number";
  if (typeof value === "boolean") return "boolean";
  if (Array.isArray(value)) return "list";
  return /(^|_)at$/.test(name) && typeof value === "string" && !Number.isNaN(Date.parse(value)) ? "time" : "text";
}

function boundsOf(values: readonly { value: unknown }[]): { min?: number; max?: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { value } of values) {
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? { min, max } : {};
}
