// What goes on now, what went wrong lately, and who uses what.
import { hasEnded } from "../../record/state.js";
import { parseTime, timestamp } from "../../record/units.js";
import { overviewApi, usersApi } from "../../serve/api/overview.js";
import { counted, filtered, narrow } from "../../serve/index/select.js";
import { columnOf, fieldOf, newestFirst } from "../../serve/index/table.js";
import { answering } from "./answering.js";
import { asking, standingOf } from "./index/asking.js";
import type { Index } from "./index/index.js";
import { rowView, type Shown } from "./index/row-view.js";
import { selectRuns } from "./index/select-runs.js";
import { throughputOf } from "./throughput.js";

const most = 20;
const waiting = new Set(["planned", "blocked", "following", "deferred", "submitted", "queued", "requeued"]);

export const overview = answering(
  overviewApi,
  async (_, { since = "1d", user = [] }, serving) => {
    const { context, registry } = serving;
    const { now } = context;
    const index = await asking(serving);
    const from = parseTime(since, now);
    const all = await selectRuns(index, { user }, "", now);
    const { table } = index;
    const state = (row: number) => String(fieldOf(table, row, ["state"]) ?? "");
    const endOf = (row: number) =>
      Date.parse(String(fieldOf(table, row, ["ended_at"]) ?? fieldOf(table, row, ["planned_at"])));
    const active = narrow(all, columnOf(table, ["state"]), (value) => !hasEnded(String(value)));
    const ended = filtered(all, (row) => hasEnded(state(row)) && endOf(row) >= from);
    const queued = filtered(active, (row) => waiting.has(state(row)));
    const running = filtered(active, (row) => !waiting.has(state(row)));
    const failed = filtered(ended, (row) => state(row) === "failed" || state(row) === "lost");
    const lately = failed.slice().sort((a, b) => endOf(b) - endOf(a));
    const view = (rows: Int32Array): Shown[] =>
      [...rows.subarray(0, most)].flatMap((row) => rowView(index, row, now) ?? []);
    return {
      ...{ me: registry.user, since: timestamp(from), states: countsOf(index, active, ended) },
      ...{ active: view(running), queued: view(queued), failed: view(lately) },
      failures_by_mode: modesOf(index, failed, endOf),
      throughput: throughputOf(index, ended, from, now),
      users: usersOf(index, running, queued, ended, now),
      total: all.length,
      ...standingOf(index),
    };
  },
  { tag: ({ index }) => `${index.version()}-${Math.floor(Date.now() / 60_000)}` },
);

function countsOf({ table }: Index, ...rows: Int32Array[]): Record<string, number> {
  const column = columnOf(table, ["state"]);
  const counts: Record<string, number> = {};
  for (const some of rows)
    for (const { value, count } of column ? counted(some, column) : [])
      counts[String(value)] = (counts[String(value)] ?? 0) + count;
  return counts;
}

function modesOf({ table }: Index, failed: Int32Array, endOf: (row: number) => number) {
  const modes = new Map<string, { mode: string; count: number; newest: string }>();
  for (const row of failed) {
    const mode = String(fieldOf(table, row, ["mode"]) ?? fieldOf(table, row, ["state"]));
    const newest = timestamp(endOf(row) || 0);
    const known = modes.get(mode);
    if (!known) modes.set(mode, { mode, count: 1, newest });
    else {
      known.count += 1;
      if (newest > known.newest) known.newest = newest;
    }
  }
  return [...modes.values()].sort((a, b) => b.count - a.count);
}

/** Of those that ended and of those that run; GPUs are counted for as long as the runs took in all. */
function usersOf({ table }: Index, running: Int32Array, queued: Int32Array, ended: Int32Array, now: number) {
  const users = new Map<
    string,
    { running: number; queued: number; ended: number; failed: number; gpu_hours: number }
  >();
  const add = (rows: Int32Array, what: "running" | "queued" | "ended") => {
    for (const row of rows) {
      const name = String(fieldOf(table, row, ["user"]));
      const one = users.get(name) ?? { running: 0, queued: 0, ended: 0, failed: 0, gpu_hours: 0 };
      users.set(name, one);
      one[what] += 1;
      if (what === "ended" && fieldOf(table, row, ["state"]) === "failed") one.failed += 1;
      if (what !== "queued") one.gpu_hours += gpuHours(row);
    }
  };
  const gpuHours = (row: number) => {
    const gpus = Number(fieldOf(table, row, ["resources", "gpus"]) ?? 0);
    const started = Date.parse(String(fieldOf(table, row, ["started_at"])));
    const end = Date.parse(String(fieldOf(table, row, ["ended_at"])));
    const hours = ((Number.isNaN(end) ? now : end) - started) / 3_600_000;
    // What was answered by another run took nothing.
    return hours > 0 && gpus > 0 && fieldOf(table, row, ["state"]) !== "cached" ? gpus * hours : 0;
  };
  add(running, "running");
  add(queued, "queued");
  add(ended, "ended");
  return [...users].map(([user, rest]) => ({ user, ...rest })).sort((a, b) => b.gpu_hours - a.gpu_hours);
}

export const users = answering(
  usersApi,
  async (_, __, serving) => {
    const index = await asking(serving);
    const found = new Map<string, { user: string; runs: number; newest?: string }>();
    for (const row of newestFirst(index.table)) {
      const user = String(fieldOf(index.table, row, ["user"]));
      const one = found.get(user);
      const newest = fieldOf(index.table, row, ["planned_at"]);
      if (one) one.runs += 1;
      else found.set(user, { user, runs: 1, ...(typeof newest === "string" ? { newest } : {}) });
    }
    const all = [...found.values()].sort((a, b) => b.runs - a.runs);
    return { me: serving.registry.user, users: all, ...standingOf(index) };
  },
  { tag: ({ index }) => index.version() },
);
