// What lies beside the tar, for people who want to know where it came from.
import type { SnapshotRecord } from "../record/snapshot.js";
import { shortSize, timestamp } from "../record/units.js";
import { lookAt } from "./look-at.js";
import { patterns } from "./patterns.js";
import { readablePatch } from "./readable-patch.js";
import { isSecret } from "./secrets.js";
import type { Snapshot } from "./snapshot.js";
import type { Tree } from "./take-snapshot.js";
import { TreeChanged } from "./tree-changed.js";
import { shownPath, type TreePath } from "./tree-path.js";
import type { TarFile } from "./write-tar.js";

const patchLimit = 2 ** 20;
// The contents are in the tar; of a file this large nobody reads the patch.
const patchedFileLimit = 2 ** 24;
const untrackedLimit = 1000;

/** The record of a snapshot whose tar was just written. Throws TreeChanged if the patch shows another state than the tar. */
export async function snapshotRecord(
  { digest, root, kind, files, bytes, commit, branch, dirty, left_out, links_out }: Snapshot,
  tar: TarFile,
  tree: Tree,
  include: readonly string[],
): Promise<SnapshotRecord> {
  const remotes = (await tree.changes[0]?.[1].remotes()) ?? {};
  return {
    type: "snapshot",
    v: 1,
    id: digest,
    kind,
    root,
    ...(commit === undefined ? {} : { commit }),
    ...(branch === undefined ? {} : { branch }),
    ...(dirty === undefined ? {} : { dirty }),
    ...(Object.keys(remotes).length === 0 ? {} : { remotes }),
    files,
    bytes,
    tar_digest: tar.digest,
    tar_bytes: tar.bytes,
    left_out,
    ...(links_out.length === 0 ? {} : { links_out }),
    ...untracked(kind, tree),
    ...(await patchOf(tree, include)),
    ...submodules(tree),
    created_at: timestamp(Date.now()),
  };
}

function untracked(kind: Snapshot["kind"], { entries }: Tree): Partial<SnapshotRecord> {
  const paths = kind === "git" ? entries.filter(({ tracked }) => !tracked) : [];
  if (paths.length === 0) return {};
  return {
    untracked: paths.slice(0, untrackedLimit).map(({ path }) => shownPath(path)),
    untracked_count: paths.length,
  };
}

function submodules({ listing }: Tree): Partial<SnapshotRecord> {
  if (listing.inner.length === 0) return {};
  return {
    submodules: listing.inner.map(({ path, kind, commit, recorded }) => ({
      path: shownPath(path),
      kind,
      ...(commit === undefined ? {} : { commit }),
      ...(recorded === undefined ? {} : { recorded }),
    })),
  };
}

async function patchOf(tree: Tree, include: readonly string[]): Promise<Partial<SnapshotRecord>> {
  if (tree.changes.every(([, { commit }, changed]) => commit === undefined || changed?.length === 0)) return {};
  const places = new Map(tree.entries.map(({ path }, place) => [path, place]));
  const wanted = patterns(include);
  const against = (path: TreePath) => {
    if (isSecret(path) && !wanted(path)) return "named like a secret";
    return (tree.entries[places.get(path) ?? -1]?.bytes ?? 0) > patchedFileLimit
      ? `larger than ${shortSize(patchedFileLimit)}`
      : undefined;
  };
  const { patch, notes } = await readablePatch(tree.changes, against, patchLimit);
  // Git read these files after we did; if they are still what we read, so is what it says of them.
  for (const [prefix, , changed] of tree.changes) {
    for (const path of changed ?? []) {
      const place = places.get(prefix + path);
      if (place === undefined) continue;
      const now = lookAt(tree.root, prefix + path);
      if (!now || !tree.stats.same(place, now)) throw new TreeChanged(prefix + path);
    }
  }
  return { ...(patch === "" ? {} : { patch }), ...(notes.length === 0 ? {} : { patch_notes: notes }) };
}
