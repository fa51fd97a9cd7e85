// The lists of a recipe's [source] that name files: `paths` (what counts for the cache key) and `include` (secrets to ship).
import path from "node:path";
import { fault } from "../record/fault.js";
import type { Warning } from "./budget.js";
import { lookAt } from "./look-at.js";
import { patterns } from "./patterns.js";
import { isInTree, type TreePath, treePath } from "./tree-path.js";

/**
 * The entries that `paths` selects. Each names a file or directory from the root of the tree on, or is a pattern of
 * gitignore(5) anchored there. Throws dataerr for one that selects nothing: it would silently count for nothing.
 */
export function selectedPaths<T extends { path: TreePath }>(entries: readonly T[], paths: readonly string[]): T[] {
  const selected = new Set<T>();
  for (const given of paths) {
    const name = path.posix.normalize(given).replace(/^\/+/, "");
    const matches = name === "." || name === "./" ? () => true : patterns([`/${name}`]);
    const some = entries.filter((entry) => matches(entry.path));
    if (some.length === 0) {
      throw fault("dataerr", `cannot take the digest of '${given}': no file of the snapshot is there`, {
        hint: "[source] paths are relative to the root of the source",
      });
    }
    for (const entry of some) selected.add(entry);
  }
  return entries.filter((entry) => selected.has(entry));
}

/** Paths that `include` names outright (no pattern) and that are files: they are shipped even if git ignores them. */
export function includedPaths(root: TreePath, include: readonly string[]): TreePath[] {
  return include.flatMap((given) => {
    if (/[*?[\]!\\]/.test(given)) return [];
    const name = treePath(path.posix.normalize(given).replace(/^\/+|\/$/g, ""));
    if (!isInTree(name)) throw fault("dataerr", `cannot include '${given}': it is no path inside the source`);
    return lookAt(root, name)?.isFile() ? [name] : [];
  });
}

/** A warning for each pattern of `include` that matches no file of the snapshot. */
export function idleIncludes(entries: readonly { path: TreePath }[], include: readonly string[]): Warning[] {
  return include.flatMap((given) => {
    const matches = patterns([given]);
    if (entries.some((entry) => matches(entry.path))) return [];
    return [
      {
        message: `[source] include '${given}' matches no file`,
        hint: "a pattern does not reach files that git ignores: name them",
      },
    ];
  });
}
