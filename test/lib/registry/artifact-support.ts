// Runs with outputs, as a registry holds them after jobs and passes have done their part.
import fs from "node:fs";
import path from "node:path";
import type { Test } from "tap";
import type { Artifact } from "../../../lib/record/artifact.js";
import { artifactIdOf } from "../../../lib/record/artifact-id.js";
import type { Outcome } from "../../../lib/record/facts.js";
import type { Run } from "../../../lib/record/run.js";
import { noteEdge } from "../../../lib/registry/edges.js";
import { aliasDirectory, envelope, outputFile, runDirectory } from "../../../lib/registry/layout.js";
import type { Registry } from "../../../lib/registry/open.js";
import { recordText } from "../../../lib/registry/write.js";
import { sampleRun } from "../record/sample.js";
import { putRun } from "./put-run.js";
import { smallRegistry } from "./support.js";

export const at = "2026-11-20T20:14:55.000Z";

/** A registry with the shared directory that each of these global names is in. */
export function registryFor(t: Test, ...names: string[]): Registry {
  const registry = smallRegistry(t);
  for (const name of names) {
    const directory = aliasDirectory(registry.base, name);
    if (fs.existsSync(directory)) continue;
    fs.mkdirSync(directory);
    fs.chmodSync(directory, 0o1777);
  }
  return registry;
}

/** A run of the caller's with a one-shot output `model` and a stream `checkpoint`. */
export function makeRun(registry: Registry, id: string, more: Partial<Run> = {}): Run {
  const root = path.join(registry.base, "../artifacts", registry.user);
  const run = sampleRun({
    id,
    user: registry.user,
    run_dir: runDirectory(registry.base, registry.user, id),
    outputs: {
      model: { type: "model", alias: "fit_model", digest: "stat", path: `${root}/fit_model@${id}` },
      checkpoint: {
        type: "checkpoint_stream",
        alias: "fit_checkpoint",
        marker: "_DONE",
        digest: "stat",
        path: `${root}/fit_checkpoint@${id}`,
      },
    },
    ...more,
  });
  putRun(registry, run, run.recipe.text);
  return run;
}

/** Registers an output of a run, as its owner's pass does. */
export function register(registry: Registry, run: Run, role: string, step?: number, attempt = 1): Artifact {
  const output = run.outputs[role];
  const place = `${output?.path}${step === undefined ? "" : `/step_${step}`}`;
  const artifact: Artifact = {
    type: "artifact",
    v: 1,
    id: artifactIdOf(run.id, role, step),
    kind: output?.type ?? "",
    user: run.user,
    path: place,
    run: run.id,
    recipe: run.name,
    role,
    ...(step === undefined ? {} : { step }),
    attempt,
    at,
  };
  fs.mkdirSync(place, { recursive: true });
  const file = outputFile(envelope(run.run_dir ?? ""), role, { ...(step === undefined ? {} : { step }), attempt });
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, recordText(artifact));
  noteEdge(registry, artifact.id, "made", run.id);
  return artifact;
}

/** Writes down how a run ended. */
export function end(run: Run, state: Outcome["state"], more: Partial<Outcome> = {}): void {
  const outcome: Outcome = { type: "outcome", v: 1, run: run.id, state, at, ...more };
  fs.writeFileSync(path.join(envelope(run.run_dir ?? ""), "outcome.json"), recordText(outcome));
}
