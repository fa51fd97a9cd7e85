// The description of a snapshot: what lies beside its tar as <digest>.json.
import * as v from "valibot";
import { count, digest, maybe, path, record, text, time, words } from "./schema.js";

/**
 * Where the files of a snapshot came from. `digest`s and the tar are exact; the rest is for people. Paths in it are
 * relative to `root` and, where they are no plain text, quoted as git quotes them.
 */
export const snapshotSchema = record("snapshot", {
  id: digest,
  kind: v.picklist(["git", "directory"]),
  root: path,
  commit: maybe(text),
  branch: maybe(text),
  dirty: maybe(v.boolean()),
  remotes: maybe(v.record(v.string(), text)),
  files: count,
  bytes: count,
  tar_digest: digest,
  tar_bytes: count,
  left_out: v.array(v.looseObject({ path: text, reason: text })),
  links_out: maybe(v.array(v.looseObject({ path: text, target: text }))),
  untracked: maybe(words),
  untracked_count: maybe(count),
  patch: maybe(text),
  patch_notes: maybe(words),
  submodules: maybe(
    v.array(
      v.looseObject({
        path: text,
        kind: v.picklist(["submodule", "repository"]),
        commit: maybe(text),
        recorded: maybe(text),
      }),
    ),
  ),
  created_at: time,
});
export type SnapshotRecord = v.InferOutput<typeof snapshotSchema>;
