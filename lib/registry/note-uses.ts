// What a new run will use, in the index, so that what was made of a thing can be found from the thing.

import { outputsIdOf, rerunsIdOf } from "../record/artifact-id.js";
import type { Run } from "../record/run.js";
import { noteEdge } from "./edges.js";
import { madeAt } from "./made-at.js";
import type { Registry } from "./open.js";
import { placeIdOf, usesOf } from "./used.js";

/**
 * Notes each thing that one of the caller's runs uses, and of what another run made also that run; of a path also the path
 * itself, and what a run of this registry made there. Done before run.json is written: an edge without a run says nothing, a
 * run without its edges would not be found.
 */
export function noteUses(registry: Registry, run: Run): void {
  for (const thing of thingsUsed(registry, run)) noteEdge(registry, thing, "used", run.id);
}

/** By what a run's uses are found in the index; one that repeats a point of a sweep is found by that, too. */
export function thingsUsed(registry: Registry, run: Using): string[] {
  const repeats = run.rerun_of !== undefined && run.sweep !== undefined && run.sweep.aggregate !== true;
  const uses = usesOf(run).flatMap((use) => {
    const made = use.maker ? [outputsIdOf(use.maker.run)] : [];
    const place = use.type === "external" && use.path !== undefined ? at(registry, use.path) : [];
    return [use.thing, ...made, ...place];
  });
  return repeats ? [...uses, rerunsIdOf(run.sweep?.id ?? "")] : uses;
}

type Using = Pick<Run, "inputs" | "source"> & Partial<Pick<Run, "rerun_of" | "sweep">>;

function at(registry: Registry, file: string): string[] {
  const made = madeAt(registry, file);
  return [placeIdOf(file), ...(made ? [made.id, outputsIdOf(made.run.run.id)] : [])];
}
