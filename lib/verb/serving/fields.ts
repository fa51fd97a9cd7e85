// Which fields runs have: for those who choose columns, and for those who write filters.
import { fieldsApi } from "../../serve/api/runs.js";
import type { Column } from "../../serve/index/column.js";
import { rankSome } from "../../serve/index/ranks.js";
import { summed } from "../../serve/index/select.js";
import { breather } from "../breathing.js";
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
    const shown: Described[] = [];
    const rest = breather();
    for (const column of [...index.table.columns.values()]) {
      if (kindOf(column) === undefined) continue;
      while (column.loose && !rankSome(column, 4096)) await rest();
      const one = described(column, rows);
      if (one) shown.push(one);
      await rest();
    }
    shown.sort((a, b) => b.count - a.count || (a.path < b.path ? -1 : 1));
    return { fields: shown.slice(0, most), ...standingOf(index) };
  },
  { tag: ({ index }, { note }) => (note === undefined ? index.version() : undefined) },
);

type Described = NonNullable<ReturnType<typeof describe>>;

/** By the rows: of most fields there is nothing new. */
const known = new WeakMap<Int32Array, Map<Column, { version: number; field: Described | undefined }>>();

function described(column: Column, rows: Int32Array): Described | undefined {
  const all = known.get(rows) ?? new Map<Column, { version: number; field: Described | undefined }>();
  known.set(rows, all);
  const before = all.get(column);
  if (before?.version === column.version) return before.field;
  const field = describe(column, rows);
  all.set(column, { version: column.version, field });
  return field;
}

function kindOf({ path: [word = ""] }: Column): Kind | undefined {
  return kinds[word] ?? (plan.has(word) ? "plan" : status.has(word) ? "status" : undefined);
}

function describe(column: Column, rows: Int32Array) {
  const kind = kindOf(column);
  if (kind === undefined) return undefined;
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
