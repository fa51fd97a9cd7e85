// Whose a path is: the run in whose directory, or in whose output, it lies.
import path from "node:path";
import * as v from "valibot";
import { artifactIdOf } from "../record/artifact-id.js";
import { isRunId } from "../record/run-id.js";
import { runId, text } from "../record/schema.js";
import { fs } from "./disk.js";
import type { RunOnDisk } from "./facts.js";
import type { Registry } from "./open.js";
import { readRecord } from "./read.js";
import { openRun } from "./runs.js";
import { stepOf } from "./steps.js";
import { collectedIdOf } from "./used.js";

/** What lies at a path: an output of a run (of a stream the step that it is in), or a file in its directory. */
export type Made = { run: RunOnDisk; id: string; path: string } & (
  | { type: "artifact"; role: string; step?: number }
  | { type: "collected" }
);

type Open = (user: string, id: string) => RunOnDisk | undefined;

/**
 * The thing that a run made at `file`, or around it; undefined where no run of this registry did. What a note beside an
 * output says is only where to look: the run's own record must name the place. Throws faults of the file system.
 */
export function madeAt(
  registry: Registry,
  file: string,
  open: Open = (user, id) => openRun(registry, user, id),
): Made | undefined {
  return inOutput(file, open) ?? inRun(registry, file, open);
}

/** `<root>/<kind>/<user>/<directory>` has a note `.meta/<directory>.run.json`; so one looks beside everything above the file. */
function inOutput(file: string, open: Open): Made | undefined {
  for (let place = file; place !== path.dirname(place); place = path.dirname(place)) {
    const parent = path.dirname(place);
    const run = noted(path.join(parent, ".meta", `${path.basename(place)}.run.json`), path.basename(parent), open);
    const found = run && outputAround(run, file);
    if (found) return found;
  }
  return undefined;
}

const noteSchema = v.looseObject({ type: v.literal("output"), run: runId, role: text });

function noted(note: string, user: string, open: Open): RunOnDisk | undefined {
  try {
    const { run } = readRecord(note, noteSchema, { limit: 2 ** 16 }) ?? {};
    return run === undefined ? undefined : open(user, run);
  } catch {
    // A note that is none, or that may not be read, names nobody.
    return undefined;
  }
}

function inRun(registry: Registry, file: string, open: Open): Made | undefined {
  const [area, user, id] = path.relative(real(registry.base), real(file)).split(path.sep);
  const run = area === "runs" && user && id && isRunId(id) ? open(user, id) : undefined;
  return run && madeIn(run, file);
}

/** What a run made at or around a path: an output, or a file in its directory; undefined where it did not. */
export function madeIn(disk: RunOnDisk, file: string): Made | undefined {
  const output = outputAround(disk, file);
  if (output) return output;
  const below = path.relative(real(disk.dir), real(file));
  if (below === "" || below.split(path.sep)[0] === "..") return undefined;
  const place = path.join(disk.dir, below);
  return (
    outputAround(disk, place) ?? { run: disk, type: "collected", id: collectedIdOf(disk.run.id, place), path: place }
  );
}

function outputAround(disk: RunOnDisk, file: string): Made | undefined {
  for (const [role, { type, path: place }] of Object.entries(disk.run.outputs)) {
    if (place === undefined || !isWithin(place, file)) continue;
    const [first = ""] = path.relative(place, file).split(path.sep);
    const step = type === "checkpoint_stream" ? stepOf(first) : undefined;
    const made = { run: disk, type: "artifact" as const, id: artifactIdOf(disk.run.id, role, step), role };
    return step === undefined ? { ...made, path: place } : { ...made, path: path.join(place, first), step };
  }
  return undefined;
}

/** Whether a path is the place itself, or below it. */
export function isWithin(place: string, file: string): boolean {
  return file === place || file.startsWith(place.endsWith(path.sep) ? place : place + path.sep);
}

/** The path without links, or as it is where it leads nowhere. */
function real(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    return file;
  }
}
