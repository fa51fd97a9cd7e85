import fs from "node:fs";
import { hashContents } from "./hash-contents.js";
import type { SnapshotOptions } from "./snapshot.js";
import type { StatCache } from "./stat-cache.js";
import { treeDigest } from "./tree-digest.js";
import type { Entries } from "./tree-entries.js";
import type { TreePath } from "./tree-path.js";
import { type TarFile, writeTar } from "./write-tar.js";

/**
 * The digest of a tree, whose entries' content digests it completes, and its tar if `spool` is given and the tar `wanted`.
 * Where most of the tree is to be read anyway, the tar is written in the same pass, and dropped if it turns out that
 * nobody wants it. Throws what writeTar and hashContents throw.
 */
export async function readTree(
  root: TreePath,
  tree: Entries,
  cache: StatCache | undefined,
  { spool, wanted = () => true }: Pick<SnapshotOptions, "spool" | "wanted">,
): Promise<{ digest: string; tar?: TarFile }> {
  const { entries } = tree;
  const unknown = recall(tree, cache);
  if (spool === undefined || unknown < entries.length / 2) {
    hashContents(root, tree);
    const digest = treeDigest(entries);
    return spool !== undefined && (await wanted(digest))
      ? { digest, tar: await writeTar(root, tree, spool) }
      : { digest };
  }
  const tar = await writeTar(root, tree, spool);
  const digest = treeDigest(entries);
  if (await wanted(digest)) return { digest, tar };
  fs.rmSync(spool, { force: true });
  return { digest };
}

/** Takes the content digests of unchanged files from the cache; how many files are still to be read. */
function recall({ entries, stats }: Entries, cache: StatCache | undefined): number {
  const places = new Map(cache?.names.map((name, index) => [name, index]));
  let unknown = 0;
  for (const [here, entry] of entries.entries()) {
    if (entry.target !== undefined) continue;
    const place = places.get(entry.path);
    if (place !== undefined && cache?.stats.equal(place, stats, here)) entry.sha = cache.content(place);
    else unknown += 1;
  }
  return unknown;
}
