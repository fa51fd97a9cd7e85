// A run on disk as createRun leaves it, for tests that wait for nothing.
import path from "node:path";
import type { Run } from "../../../lib/record/run.js";
import { envelope, marker, runDirectory } from "../../../lib/registry/layout.js";
import { ownDirectory, type Registry } from "../../../lib/registry/open.js";
import { makeDirectory, mark, recordText, writeOnce } from "../../../lib/registry/write.js";

export function putRun(registry: Registry, run: Run, recipe: string): void {
  for (const area of ["runs", "active", "loose"] as const) ownDirectory(registry, area);
  for (const area of ["active", "loose"] as const) mark(marker(registry.base, area, registry.user, run.id));
  const dir = runDirectory(registry.base, registry.user, run.id);
  for (const directory of [dir, envelope(dir)]) makeDirectory(directory, registry.modes.directory);
  writeOnce(path.join(envelope(dir), "recipe.toml"), recipe, registry.modes.file);
  writeOnce(path.join(envelope(dir), "run.json"), recordText(run), registry.modes.file);
}
