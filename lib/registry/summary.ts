// A run in one short line: its status, which nothing changes any more, and the fields of its plan that lists look at.
import type { Summary, Unplaced } from "../record/pack.js";
import type { Status } from "../record/records.js";
import type { Run } from "../record/run.js";
import type { RunOnDisk } from "./facts.js";
import { lastValues } from "./last-metrics.js";
import { statusOf } from "./status.js";

/** The fields of run.json that a summary has whole, where they are not too large (bytes). */
const planKeys = ["params", "args", "seed", "parent", "narrative", "resources", "epoch", "repo", "workdir"] as const;
const largestPlan = 4096;
const mostMetrics = 64;

/** The summary of a settled run, but for where its full line is. */
export function summaryOf(disk: RunOnDisk): Unplaced {
  const {
    type: _,
    v: __,
    id,
    state,
    name,
    user: ___,
    run_dir: ____,
    ended_at,
    planned_at,
    ...rest
  } = statusOf(disk, 0);
  const plan = planOf(disk.run);
  const last = lastValues(disk);
  return {
    type: "summary",
    v: 1,
    id,
    state,
    name,
    // Early, so that lists find it without reading the line whole.
    ...(ended_at === undefined ? {} : { ended_at }),
    planned_at,
    ...rest,
    ...(disk.run.key === undefined ? {} : { key: disk.run.key.digest }),
    ...(plan === undefined ? {} : { plan }),
    ...(Object.keys(last).length > mostMetrics ? {} : { metrics: last }),
  };
}

function planOf(run: Run): Record<string, unknown> | undefined {
  const plan = Object.fromEntries(planKeys.flatMap((key) => (run[key] === undefined ? [] : [[key, run[key]]])));
  return JSON.stringify(plan).length > largestPlan ? undefined : plan;
}

/** The status of a packed run, as it was before it was packed. */
export function statusIn(summary: Summary, base: string, user: string): Status {
  const {
    type: _,
    v: __,
    id,
    state,
    name,
    plan: ___,
    metrics: ____,
    key: _____,
    full_at: ______,
    full_bytes: _______,
    ...rest
  } = summary;
  const { tags, group, note, ...standing } = rest as Partial<Status>;
  return {
    type: "status",
    v: 1,
    id,
    name,
    user,
    state,
    ...standing,
    planned_at: summary.planned_at,
    // Not by path.join, which takes as long as all the rest.
    run_dir: `${base}/runs/${user}/${id}`,
    ...(tags === undefined ? {} : { tags }),
    ...(group === undefined ? {} : { group }),
    ...(note === undefined ? {} : { note }),
  };
}

/** Whether a summary tells all that there is to a field of run.json, named as it begins (`params`): then absent is absent. */
export function tellsAllOf(summary: Summary, key: string): boolean {
  return key === "metrics" ? summary.metrics !== undefined : summary.plan !== undefined && known.has(key);
}

/** Whether a field of a summary, or of its plan, says what run.json says, under the same name: then it never changes. */
export function isPlanned(key: string): boolean {
  return planned.has(key);
}

const planned: ReadonlySet<string> = new Set([...planKeys, "name", "tags", "group", "planned_at"]);
const known: ReadonlySet<string> = new Set([...planKeys, "tags", "group", "id", "name", "user", "planned_at"]);
