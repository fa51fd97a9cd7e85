// Making runs, and listing them by their markers; no list walks runs/.
import path from "node:path";
import { fault } from "../record/fault.js";
import { isUserName } from "../record/names.js";
import type { Run } from "../record/run.js";
import { isRunId } from "../record/run-id.js";
import { type RunOnDisk, readRun } from "./facts.js";
import { envelope, marker, runDirectory } from "./layout.js";
import { ownDirectory, ownerOf, type Registry } from "./open.js";
import { list } from "./read.js";
import { makeDirectory, mark, recordText, unmark, writeOnce } from "./write.js";

/**
 * Makes a run: markers first, run.json last, so that a crash between leaves a run that does not exist and a marker that
 * is removed after an hour. Says `exists` where this very run is there already. Throws cantcreat if another has its id.
 */
export function createRun(registry: Registry, run: Run, recipe: string): "made" | "exists" {
  for (const area of ["runs", "active", "loose"] as const) ownDirectory(registry, area);
  const dir = runDirectory(registry.base, registry.user, run.id);
  const lab = envelope(dir);
  mark(marker(registry.base, "active", registry.user, run.id));
  mark(marker(registry.base, "loose", registry.user, run.id));
  makeDirectory(dir, registry.modes.directory);
  makeDirectory(lab, registry.modes.directory);
  writeOnce(path.join(lab, "recipe.toml"), recipe, registry.modes.file);
  const { created_at: _, ...same } = run;
  if (writeOnce(path.join(lab, "run.json"), recordText(run), registry.modes.file) === "made") return "made";
  const there = readRun(dir, registry.uid)?.run;
  if (there && there.planned_at === same.planned_at && there.recipe.digest === same.recipe.digest) return "exists";
  throw fault("cantcreat", `cannot create the run: '${dir}' is another run`);
}

/** A run's place in the registry: whose it is and where. */
export interface RunPlace {
  user: string;
  id: string;
  dir: string;
}

/** The users that have runs, in order of name. */
export function usersWith(registry: Registry, area: "runs" | "active" | "loose" | "events"): string[] {
  return list(path.join(registry.base, area)).filter(isUserName).sort();
}

/** The ids of a user's runs that are marked in an area, oldest first. */
export function marked(registry: Registry, area: "active" | "loose", user: string): string[] {
  return list(path.join(registry.base, area, user))
    .filter(isRunId)
    .sort();
}

/** The run of a user, or undefined where it does not exist. Throws dataerr where it is not what it should be. */
export function openRun(registry: Registry, user: string, id: string): RunOnDisk | undefined {
  const owner = ownerOf(path.join(registry.base, "runs", user));
  if (owner === undefined) return undefined;
  return readRun(runDirectory(registry.base, user, id), owner);
}

/** Takes a run off the list of those that are not settled. */
export function deactivate(registry: Registry, user: string, id: string): void {
  unmark(marker(registry.base, "active", user, id));
}

/** Removes the markers of a run whose making was interrupted more than an hour ago. */
export function dropUnborn(registry: Registry, id: string): void {
  unmark(marker(registry.base, "active", registry.user, id));
  unmark(marker(registry.base, "loose", registry.user, id));
}
