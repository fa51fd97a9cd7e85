// The source of a run: where it is and what of it is shipped; since lab-snapshot also which snapshot that made.
import * as v from "valibot";
import { count, digest, maybe, path, text, words } from "./schema.js";

export const runSourceSchema = v.looseObject({
  kind: v.picklist(["git", "directory"]),
  root: path,
  paths: maybe(words),
  ignore: maybe(words),
  include: maybe(words),
  unpack: maybe(v.picklist(["auto", "node", "shared"])),
  digest: maybe(digest),
  paths_digest: maybe(digest),
  tar: maybe(path),
  tar_digest: maybe(digest),
  files: maybe(count),
  bytes: maybe(count),
  commit: maybe(text),
  branch: maybe(text),
  dirty: maybe(v.boolean()),
});
export type RunSource = v.InferOutput<typeof runSourceSchema>;

/** Where the source is and what of it is shipped, without what was found there: for a snapshot that is to be taken. */
export function sourceSettings({ kind, root, paths, ignore, include, unpack }: RunSource): RunSource {
  return {
    kind,
    root,
    ...(paths === undefined ? {} : { paths }),
    ...(ignore === undefined ? {} : { ignore }),
    ...(include === undefined ? {} : { include }),
    ...(unpack === undefined ? {} : { unpack }),
  };
}
