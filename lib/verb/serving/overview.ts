// What goes on now, what went wrong lately, and who uses what.
import { hasEnded } from "../../record/state.js";
import { parseTime, timestamp } from "../../record/units.js";
import { overviewApi, usersApi } from "../../serve/api/overview.js";
import { timing } from "../../serve/index/floats.js";
import { counted, filtered, grouped, narrow, reading } from "../../serve/index/select.js";
import { columnOf, newestFirst, type Table } from "../../serve/index/table.js";
import { answering } from "./answering.js";
import { failedRows } from "./failed-rows.js";
import { asking, standingOf } from "./index/asking.js";
import type { Index } from "./index/index.js";
import { rowTexts } from "./index/row-text.js";
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
    const state = columnOf(table, ["state"]);
    const endOf = endingIn(table);
    const active = narrow(all, state, (value) => !hasEnded(String(value)));
    const over = narrow(all, state, (value) => hasEnded(String(value ?? "")));
    const ended = filtered(over, (row) => endOf(row) >= from);
    const queued = narrow(active, state, (value) => waiting.has(String(value ?? "")));
    const exited = narrow(active, state, (value) => value === "exited");
    const running = narrow(active, state, (value) => value !== "exited" && !waiting.has(String(value ?? "")));
    const failed = narrow(ended, state, (value) => value === "failed" || value === "lost");
    const lately = failed.slice().sort((a, b) => endOf(b) - endOf(a));
    const view = (rows: Int32Array) => rowTexts(index, rows.subarray(0, most), now);
    return {
      ...{ me: registry.user, since: timestamp(from), states: countsOf(index, active, ended) },
      ...{
        active: view(Int32Array.from([...running, ...exited])),
        queued: view(queued),
        failed: failedRows(serving, lately.subarray(0, most)),
      },
      failures_by_mode: modesOf(index, failed, endOf),
      throughput: throughputOf(index, ended, endOf, from, now),
      users: usersOf(index, { running, queued, ended, exited }, now),
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

/** When a row's run ended; of one that does not say when it was planned. */
function endingIn(table: Table): (row: number) => number {
  const [end, planned] = [timing(table, ["ended_at"]), timing(table, ["planned_at"])];
  const has = reading(table, ["ended_at"]);
  return (row) => (has(row) === undefined ? planned(row) : end(row));
}

function modesOf({ table }: Index, failed: Int32Array, endOf: (row: number) => number) {
  const [modeOf, stateOf] = [reading(table, ["mode"]), reading(table, ["state"])];
  const modes = new Map<string, { mode: string; count: number; newest: number }>();
  for (const row of failed) {
    const mode = String(modeOf(row) ?? stateOf(row));
    const newest = endOf(row) || 0;
    const known = modes.get(mode);
    if (!known) modes.set(mode, { mode, count: 1, newest });
    else {
      known.count += 1;
      if (newest > known.newest) known.newest = newest;
    }
  }
  return [...modes.values()]
    .map((mode) => ({ ...mode, newest: timestamp(mode.newest) }))
    .sort((a, b) => b.count - a.count);
}

/** Of those that ended, settled or not, and of those that run; GPUs are counted for as long as the runs took in all. */
function usersOf({ table }: Index, rows: Record<"running" | "queued" | "ended" | "exited", Int32Array>, now: number) {
  const [userOf, stateOf, gpusOf] = [["user"], ["state"], ["resources", "gpus"]].map((path) => reading(table, path));
  const [start, end] = [timing(table, ["started_at"]), timing(table, ["ended_at"])];
  const users = new Map<
    unknown,
    { user: string; running: number; queued: number; ended: number; failed: number; gpu_hours: number }
  >();
  const gpuHours = (row: number) => {
    const gpus = Number(gpusOf?.(row) ?? 0);
    if (!(gpus > 0)) return 0;
    const until = end(row);
    const hours = ((Number.isNaN(until) ? now : until) - start(row)) / 3_600_000;
    // What was answered by another run took nothing.
    return hours > 0 && stateOf?.(row) !== "cached" ? gpus * hours : 0;
  };
  const add = (what: "running" | "queued" | "ended", rowsOf: Int32Array) => {
    for (const row of rowsOf) {
      const user = userOf?.(row);
      const one = users.get(user) ?? {
        ...{ user: String(user), running: 0, queued: 0, ended: 0, failed: 0, gpu_hours: 0 },
      };
      users.set(user, one);
      one[what] += 1;
      if (what === "ended" && stateOf?.(row) === "failed") one.failed += 1;
      if (what !== "queued") one.gpu_hours += gpuHours(row);
    }
  };
  add("running", rows.running);
  add("queued", rows.queued);
  add("ended", rows.ended);
  add("ended", rows.exited);
  return [...users.values()].sort((a, b) => b.gpu_hours - a.gpu_hours);
}

export const users = answering(
  usersApi,
  async (_, __, serving) => {
    const index = await asking(serving);
    const { table } = index;
    const { counts, firsts } = grouped(table, newestFirst(table), [["user"]]);
    const [userOf, plannedAt] = [reading(table, ["user"]), reading(table, ["planned_at"])];
    const all = [...counts].map((runs, group) => {
      const first = firsts[group] ?? -1;
      const newest = plannedAt(first);
      return { user: String(userOf(first)), runs, ...(typeof newest === "string" ? { newest } : {}) };
    });
    return { me: serving.registry.user, users: all, ...standingOf(index) };
  },
  { tag: ({ index }) => index.version() },
);
