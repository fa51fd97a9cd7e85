// The story of each run: why it was made, what was done, how it ended, what was learned.
import type { Context } from "../../command/context.js";
import { differences } from "../../graph/differences.js";
import { fault, isFault } from "../../record/fault.js";
import type { NarrativeRecord } from "../../record/note.js";
import type { Run } from "../../record/run.js";
import type { Graces } from "../../record/state.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { lastValues } from "../../registry/last-metrics.js";
import { makerOfRun } from "../../registry/makers.js";
import { notesOf } from "../../registry/notes.js";
import type { Registry } from "../../registry/open.js";
import { findRun } from "../../registry/refs.js";
import { cannotShow, graces, namedRuns, statusOf } from "../runs.js";
import { commandWords } from "../show/command-words.js";

/** A `narrative` record for each run, in order. */
export async function* narrateAll(records: AsyncIterable<unknown>, context: Context): AsyncGenerator<object> {
  const limits = await graces(context);
  const registry = await context.registry();
  for await (const named of namedRuns(records, context)) {
    if ("other" in named) yield named.other;
    else {
      try {
        const bad = (message: string) => context.report(named.run.run.id, fault("dataerr", message));
        yield narrativeOf(named.run, registry, limits, context.now, bad);
      } catch (error) {
        cannotShow(named.run.run.id, error, context);
      }
    }
  }
}

/** The story of one run, as far as it is known. */
export function narrativeOf(
  disk: RunOnDisk,
  registry: Registry,
  limits: Graces,
  now: number,
  bad: (message: string) => void,
): NarrativeRecord {
  const { run } = disk;
  const { state, mode, message, elapsed_s } = statusOf(disk, now, limits);
  const notes = notesOf(registry, run.id, bad);
  const changed = sinceParent(run, registry);
  const metrics = metricsOf(disk, registry, bad);
  return {
    type: "narrative",
    v: 1,
    run: run.id,
    name: run.name,
    user: run.user,
    planned_at: run.planned_at,
    state,
    ...given({ mode, message, elapsed_s, group: run.group, parent: run.parent, narrative: run.narrative }),
    ...(run.tags.length > 0 ? { tags: run.tags } : {}),
    command: commandWords(run).join(" "),
    ...(Object.keys(run.params).length > 0 ? { params: run.params } : {}),
    ...(changed === undefined ? {} : { changed }),
    ...(Object.keys(metrics).length > 0 ? { metrics } : {}),
    ...(notes.length > 0 ? { notes } : {}),
  };
}

function metricsOf(disk: RunOnDisk, registry: Registry, bad: (message: string) => void) {
  try {
    return lastValues(disk.facts.attempts.length > 0 ? disk : makerOfRun(registry, disk));
  } catch (error) {
    if (!isFault(error)) throw error;
    bad(error.message);
    return {};
  }
}

/** What was changed since the run that this one goes back to; undefined where it names none, or none that can be read. */
function sinceParent(run: Run, registry: Registry): string[] | undefined {
  if (run.parent === undefined) return undefined;
  try {
    return differences(findRun(registry, run.parent, "/").run, run);
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function given<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
