// A snapshot of a tree that is new, or has changed.
import fs from "node:fs";
import { checkBudget, sizeOf } from "./budget.js";
import { type Changes, changesOf, isDirty } from "./changes.js";
import type { Inspections } from "./inspections.js";
import { listDirectory } from "./list-directory.js";
import { type Listing, listRepository } from "./list-repository.js";
import { outsideLinks } from "./outside-links.js";
import { patterns } from "./patterns.js";
import { readTree } from "./read-tree.js";
import { remember } from "./remember.js";
import { idleIncludes, includedPaths, selectedPaths } from "./selection.js";
import type { Snapshot, SnapshotOptions } from "./snapshot.js";
import { snapshotRecord } from "./snapshot-record.js";
import type { StatCache } from "./stat-cache.js";
import { treeDigest } from "./tree-digest.js";
import { type Entries, treeEntries } from "./tree-entries.js";
import { shownPath, type TreePath, treePath } from "./tree-path.js";
import { type Facts, snapshotOf } from "./unchanged-snapshot.js";

/** How long a file must have been left alone to be known by its numbers: a file system may know times by two seconds only. */
export const racyMs = 3000;

/** All that a snapshot is made of. */
export interface Tree extends Entries {
  root: TreePath;
  listing: Listing & { included: TreePath[] };
  changes: Changes;
}

/**
 * Lists the tree, looks at each file, and reads those that the cache does not know; `key` is that of the cache to be
 * written. Throws what snapshotTree throws, and TreeChanged.
 */
export async function takeSnapshot(
  options: SnapshotOptions,
  key: string,
  cache: StatCache | undefined,
  asked: Inspections,
): Promise<Snapshot> {
  const { ignore = [], include = [], paths = [] } = options;
  const root = treePath(options.root);
  const listing = await listTree(options, root, asked);
  const changing = changesOf(listing.repositories);
  if (options.spool !== undefined) void listing.repositories[0]?.[1].remotes();
  const trustedBefore = BigInt(Date.now() - racyMs) * 1_000_000n;
  const found = treeEntries(root, listing.found, { ignore, include });
  const size = sizeOf(found.entries);
  checkBudget(options.root, size, options.budget);
  const { digest, tar } = await readTree(root, found, cache, options);
  try {
    const tree: Tree = { root, listing, ...found, changes: await changing };
    const dirty = options.kind === "git" ? isDirty(tree, { ignore, include }) : undefined;
    const facts: Facts = {
      digest,
      ...(paths.length > 0 ? { paths_digest: treeDigest(selectedPaths(found.entries, paths)) } : {}),
      ...(dirty === undefined ? {} : { dirty }),
      left_out: [...found.leftOut, ...absentSubmodules(listing)],
      links_out: outsideLinks(found.entries),
      warnings: idleIncludes(found.entries, include),
      size,
    };
    const snapshot = snapshotOf(options, facts, tree.changes[0]?.[1]);
    if (tar) Object.assign(snapshot, { tar, record: await snapshotRecord(snapshot, tar, tree, include) });
    if (options.cacheFile !== undefined && !options.forget)
      await remember(options.cacheFile, key, facts, tree, trustedBefore);
    return snapshot;
  } catch (error) {
    if (tar) fs.rmSync(tar.path, { force: true });
    throw error;
  }
}

async function listTree(
  { kind, ignore = [], include = [] }: SnapshotOptions,
  root: TreePath,
  asked: Inspections,
): Promise<Listing & { included: TreePath[] }> {
  const included = includedPaths(root, include);
  const unwatched = (path: TreePath) => ({ path, tracked: false, watched: false });
  if (kind === "directory") {
    const found = [...listDirectory(root, patterns(ignore)), ...included].map(unwatched);
    return { found, inner: [], repositories: [], included };
  }
  const listing = await listRepository(root, asked);
  return { ...listing, found: [...listing.found, ...included.map(unwatched)], included };
}

function absentSubmodules({ inner }: Listing) {
  return inner.flatMap(({ path, missing }) =>
    missing === "files" ? [{ path: shownPath(path), reason: "a submodule that is not initialised" }] : [],
  );
}
