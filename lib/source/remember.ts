import path from "node:path";
import { rawPaths } from "./inspect.js";
import { pruneCaches } from "./prune-caches.js";
import { writeStatCache } from "./stat-cache.js";
import type { Tree } from "./take-snapshot.js";
import type { TreePath } from "./tree-path.js";
import { type Facts, type Memory, outputsOf } from "./unchanged-snapshot.js";

/** Keeps what was found, so that the next snapshot reads what changed only, and nothing if nothing did. */
export async function remember(
  cacheFile: string,
  key: string,
  facts: Facts,
  tree: Tree,
  trustedBefore: bigint,
): Promise<void> {
  const { entries, stats, changes, listing, gone } = tree;
  const outputs = new Map<string, Buffer>();
  for (const [prefix, inspection] of changes) {
    for (const [name, output] of await outputsOf(prefix, inspection)) outputs.set(name, output);
  }
  // A submodule may come to life, and an index may change once more within the tick of its clock, without a word from git.
  const watchable =
    listing.inner.every(({ missing }) => missing === undefined) &&
    changes.every(([, { index }]) => index.changedNs < trustedBefore);
  const memory: Memory = {
    facts,
    repositories: Object.fromEntries(
      changes.map(([prefix, { commit, index }]) => [prefix, { index: index.identity, commit: commit ?? null }]),
    ),
    unwatched: await unwatched(tree),
    gone,
    included: listing.included,
  };
  writeStatCache(cacheFile, { key, stats, entries, outputs, ...(watchable ? { summary: memory } : {}) }, trustedBefore);
  pruneCaches(path.dirname(cacheFile));
}

/** Where the entries are that can change while git prints the same: it looks away from them, or finds that they differ. */
async function unwatched({ entries, changes }: Tree): Promise<number[]> {
  const suspects = new Set<TreePath>();
  for (const [prefix, { differing }] of changes) {
    for (const path of rawPaths(await differing())) suspects.add(prefix + path);
  }
  return entries.flatMap(({ path, watched }, place) => (watched && !suspects.has(path) ? [] : [place]));
}
