// What a run made, or what was brought from outside: its record, its names, and the seal under all that a run made.
import * as v from "valibot";
import { count, digest, errorOfRecord, maybe, path, record, runId, text, time, words } from "./schema.js";

export const artifactId = v.pipe(v.string(), v.regex(/^art-[0-9a-f]{20}$/, "is not the id of an artifact"));

/**
 * outputs/<role>[.<step>].a<attempt>.json, its copy beside the bytes, and artifacts/<user>/<id>.json: one artifact as one
 * attempt made it. Without `run` it was registered from outside.
 */
export const artifactSchema = record("artifact", {
  id: artifactId,
  error: maybe(errorOfRecord),
  dry_run: maybe(v.boolean()),
  kind: text,
  user: text,
  path,
  run: maybe(runId),
  /** The name of the run that made it. */
  recipe: maybe(text),
  role: maybe(text),
  step: maybe(count),
  attempt: maybe(count),
  /** From 2: the same attempt wrote the step again, and this is what it is since. */
  revision: maybe(count),
  /** In streams, not on disk: a later one has been written over it. */
  overwritten: maybe(v.boolean()),
  /** The alias that the recipe gives the output: of a stream it means the stream. */
  alias: maybe(text),
  marker: maybe(text),
  marker_mtime: maybe(count),
  marker_bytes: maybe(count),
  files: maybe(count),
  bytes: maybe(count),
  digest: maybe(digest),
  /** What the digest is over: names, sizes and times, or contents. */
  digest_of: maybe(v.picklist(["stat", "sha256"])),
  /** lab-stat/1 over the bytes where they came from outside: what the gate of a job compares. */
  stat_digest: maybe(digest),
  tags: maybe(words),
  note: maybe(text),
  /** Of another cluster's registry: what it was there, and what is known of who made it. */
  imported_from: maybe(
    v.looseObject({
      cluster: text,
      /** The id of that registry. */
      registry: text,
      /** As it was asked for. */
      alias: text,
      id: artifactId,
      kind: text,
      user: text,
      path,
      digest: maybe(digest),
      digest_of: maybe(v.picklist(["stat", "sha256"])),
      run: maybe(runId),
      recipe: maybe(text),
      role: maybe(text),
      step: maybe(count),
      attempt: maybe(count),
      /** When it was registered there. */
      at: time,
    }),
  ),
  /** What an evaluation found, where the output holds one that can be read. */
  result: maybe(v.record(v.string(), v.unknown())),
  /** In streams, not on disk: the number of the result to show where there is room for one. */
  headline: maybe(text),
  at: time,
});
export type Artifact = v.InferOutput<typeof artifactSchema>;

/** A file that `[collect]` names, or that the job has noted: recorded where it is. */
export const collectedSchema = v.looseObject({
  path,
  bytes: count,
  modified_at: time,
  role: maybe(text),
  metadata: maybe(v.record(v.string(), v.unknown())),
});
export type CollectedFile = v.InferOutput<typeof collectedSchema>;

/** outputs.json: written once at a run's settlement, in any terminal state: nothing will be registered for it any more. */
export const outputsSchema = record("outputs", {
  run: runId,
  error: maybe(errorOfRecord),
  dry_run: maybe(v.boolean()),
  state: text,
  /** The current ones: of each role and step the latest attempt's. */
  artifacts: v.array(
    v.looseObject({ id: artifactId, role: text, step: maybe(count), attempt: count, path, alias: maybe(text) }),
  ),
  /** Outputs that were declared and are not registered, and why. */
  missing: maybe(v.array(v.looseObject({ role: text, step: maybe(count), path: maybe(path), reason: text }))),
  collected: maybe(v.array(collectedSchema)),
  /** Files that matched `[collect]` and were left out, and why; `more` counts those that are not listed. */
  excluded: maybe(v.array(v.looseObject({ path: text, reason: text, more: maybe(count) }))),
  tracking: maybe(
    v.looseObject({
      wandb: maybe(v.looseObject({ entity: text, project: text, url: text, source: v.picklist(["log", "recipe"]) })),
    }),
  ),
  at: time,
});
export type Outputs = v.InferOutput<typeof outputsSchema>;

/**
 * One generation of a name: `aliases/<xx>/<name>.<generation>.json` (global) or `aliases/by-user/<user>/…`. The highest
 * counts. It means an artifact, or a whole stream (then it has run and role, and no artifact); with neither the name was
 * taken back.
 */
export const aliasSchema = record("alias", {
  /** In streams, not on disk: what it means as one word, `art-…` or `<run>:<role>`, and where that is. */
  id: maybe(text),
  path: maybe(path),
  name: text,
  error: maybe(errorOfRecord),
  dry_run: maybe(v.boolean()),
  scope: v.picklist(["global", "user"]),
  /** Who wrote this generation; of a name of scope `user` the one whose it is. */
  user: text,
  generation: count,
  artifact: maybe(artifactId),
  run: maybe(runId),
  /** Whose run it is, where it is another's than the writer's. */
  run_user: maybe(text),
  role: maybe(text),
  step: maybe(count),
  note: maybe(text),
  /** Whose name it was, where it was taken by force. */
  taken_from: maybe(text),
  at: time,
});
export type Alias = v.InferOutput<typeof aliasSchema>;

/**
 * An arrow of lineage, in the direction in which bytes went. Nodes are known by `run` ids and `art-`, `ext-`, `src-` and
 * `col-` ids: artifacts, external inputs, snapshots of a source, collected files.
 */
export const nodeTypes = ["run", "artifact", "external", "source", "collected"] as const;
export type NodeType = (typeof nodeTypes)[number];
export const edgeSchema = record("edge", {
  from: text,
  to: text,
  /** A run `made` a thing; a thing was `used` by a run; a step is `part` of its stream; a run is another's `parent`. */
  kind: v.picklist(["made", "used", "part", "parent"]),
  /** The role of the output, or that of the input. */
  role: maybe(text),
  step: maybe(count),
  from_type: v.picklist(nodeTypes),
  to_type: v.picklist(nodeTypes),
  /** For a person: the name of a run, role and step of an artifact, the last part of a path. */
  from_name: maybe(text),
  to_name: maybe(text),
  /** What one types to name it: a handle, `<handle>:<role>@<step>`. */
  from_ref: maybe(text),
  to_ref: maybe(text),
  /** Names that somebody gave it. */
  from_aliases: maybe(words),
  to_aliases: maybe(words),
  /** Of a run where it stands; `pending`, `overwritten` and the like of an artifact that is not simply there. */
  from_state: maybe(text),
  to_state: maybe(text),
  from_user: maybe(text),
  to_user: maybe(text),
  from_path: maybe(path),
  to_path: maybe(path),
  /** These were asked about. */
  from_asked: maybe(v.boolean()),
  to_asked: maybe(v.boolean()),
  /** How far its farther end is from what was asked about, in edges; negative towards what it was made from. */
  depth: v.pipe(v.number(), v.integer()),
  /** The farther end has more behind it, which `--depth` left out. */
  cut: maybe(v.boolean()),
});
export type Edge = v.InferOutput<typeof edgeSchema>;
