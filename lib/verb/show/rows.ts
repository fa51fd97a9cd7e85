// A run as a list looks at it: its status and its fields, from its line in a pack or from its own files.
import { at } from "../../command/table.js";
import type { Summary } from "../../record/pack.js";
import type { Status } from "../../record/records.js";
import type { Run } from "../../record/run.js";
import type { Graces } from "../../record/state.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { lastValues } from "../../registry/last-metrics.js";
import type { Registry } from "../../registry/open.js";
import { filesOf } from "../../registry/pack-full.js";
import type { Entry } from "../../registry/roll.js";
import { openRun } from "../../registry/runs.js";
import { statusOf } from "../../registry/status.js";
import { statusIn, tellsAllOf } from "../../registry/summary.js";

/** A field of a run by its dotted name: what is so now, before what was so when it was planned; `metrics.loss` is its last value. */
export type Field = (key: string) => unknown;

export interface Row {
  status: Status;
  field: Field;
  /**
   * The same as records, of which an earlier one answers before a later one: the status, the plan and the metrics. All that
   * there is to fields that begin with these words is in them.
   */
  records(words: Iterable<string>): object[];
  /** The run itself, opened now if it was not. */
  disk(): RunOnDisk | undefined;
}

export interface Rows {
  registry: Registry;
  now: number;
  limits: Graces;
  /** Told of files of the run that are not what they should be. */
  problem(id: string, message: string): void;
}

/** Whether a run is wanted, as far as what was planned tells: tested before anything else of it is read. */
export interface Planned {
  run(run: Run): boolean;
  summary(summary: Summary): boolean;
}

/** The row of a run; undefined where it does not exist, or is not wanted. Throws faults where it cannot be read. */
export function rowOf(rows: Rows, entry: Entry, planned?: Planned): Row | undefined {
  const summary = entry.packed && summaryIn(entry.packed.line.text());
  if (summary === undefined) return liveRow(rows, entry.user, entry.id, planned);
  return planned?.summary(summary) === false ? undefined : packedRow(rows, entry, summary);
}

function summaryIn(text: string): Summary | undefined {
  try {
    return JSON.parse(text) as Summary;
  } catch {
    return undefined;
  }
}

function packedRow(rows: Rows, { user, id, packed }: Entry, summary: Summary): Row {
  const { registry } = rows;
  const status = statusIn(summary, registry.base, user);
  let run: unknown;
  const planned = () => {
    run ??= (packed && filesOf(registry, packed.pack, id, summary)?.["run.json"]) ?? openRun(registry, user, id)?.run;
    return run;
  };
  const field = (key: string) => {
    const known = at(status, key) ?? at(summary.plan, key);
    if (known !== undefined) return known;
    const dot = key.indexOf(".");
    const head = dot < 0 ? key : key.slice(0, dot);
    if (head === "metrics" && summary.metrics) return summary.metrics[key.slice(dot + 1)];
    if (tellsAllOf(summary, head)) return undefined;
    return head === "metrics" ? liveRow(rows, user, id)?.field(key) : at(planned(), key);
  };
  const records = (words: Iterable<string>) => {
    const missing = [...words].filter((word) => !Object.hasOwn(status, word) && !tellsAllOf(summary, word));
    if (missing.includes("metrics")) return liveRow(rows, user, id)?.records(missing) ?? [status];
    return [status, missing.length > 0 ? (planned() ?? {}) : (summary.plan ?? {}), { metrics: summary.metrics ?? {} }];
  };
  return { status, field, records, disk: () => openRun(registry, user, id) };
}

function liveRow(
  { registry, now, limits, problem }: Rows,
  user: string,
  id: string,
  planned?: Planned,
): Row | undefined {
  const disk = openRun(registry, user, id, planned && ((run) => planned.run(run)));
  if (!disk) return undefined;
  for (const message of disk.problems) problem(id, message);
  const status = statusOf(disk, now, limits);
  const measured = withMetrics(disk);
  const field = (key: string) => {
    const value = at(status, key) ?? at(disk.run, key);
    return value === undefined && key.startsWith("metrics.") ? measured.value(key.slice("metrics.".length)) : value;
  };
  return { status, field, records: () => [status, disk.run, measured], disk: () => disk };
}

/** The last values of a run's metrics, read when somebody asks; of one alone from the ends of the files only. */
function withMetrics(disk: RunOnDisk): { readonly metrics: Record<string, unknown>; value(name: string): unknown } {
  const known = new Map<string, unknown>();
  let metrics: Record<string, unknown> | undefined;
  return {
    get metrics() {
      metrics ??= lastValues(disk);
      return metrics;
    },
    value(name) {
      if (metrics) return metrics[name];
      if (!known.has(name)) known.set(name, lastValues(disk, [name])[name]);
      return known.get(name);
    },
  };
}
