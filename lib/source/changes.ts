// What differs from the commits.
import { type Inspection, rawPaths } from "./inspect.js";
import { patterns } from "./patterns.js";
import { isSecret } from "./secrets.js";
import type { Tree } from "./take-snapshot.js";
import type { Selection } from "./tree-entries.js";
import type { TreePath } from "./tree-path.js";

/** The repositories of a tree, the outermost first, and the paths in them that differ from their commits, where known. */
export type Changes = [prefix: TreePath, Inspection, changed: TreePath[] | undefined][];

/**
 * Options under which git compares without running anything. Submodules are asked on their own: git would start another
 * git in them, which reads their configuration.
 */
export const plainly = [
  "--no-ext-diff",
  "--no-textconv",
  "--no-renames",
  "--no-color",
  "--ignore-submodules=all",
  "--full-index",
];

/** Asks what differs from the commits; git is at work on it when this returns. */
export function changesOf(repositories: readonly [TreePath, Inspection][]): Promise<Changes> {
  const changes = Promise.all(
    repositories.map(
      async ([prefix, inspection]): Promise<Changes[number]> => [prefix, inspection, await changedPaths(inspection)],
    ),
  );
  // Whoever awaits it sees it fail; until then something else may.
  changes.catch(() => {});
  return changes;
}

/** Undefined where git cannot tell (objects are missing, say), or before the first commit. */
async function changedPaths({ repository, commit, differing }: Inspection): Promise<TreePath[] | undefined> {
  const asInIndex = (await differing()).length === 0;
  if (commit === undefined) return undefined;
  const diff = asInIndex ? ["diff-index", "--cached"] : ["diff"];
  const { code, out } = await repository.git([...diff, "--raw", "-z", ...plainly, commit, "--"], [0, 128]);
  return code === 0 ? rawPaths(out) : undefined;
}

/**
 * Whether what is shipped is something else than the outermost commit: changed or untracked files, inner repositories
 * that it does not record as they are. Undefined where git could not tell.
 */
export function isDirty({ changes, entries, listing }: Tree, { ignore, include }: Selection): boolean | undefined {
  const [ignored, wanted] = [patterns(ignore), patterns(include)];
  const counts = (path: TreePath) => !ignored(path) && (!isSecret(path) || wanted(path));
  if (changes[0]?.[1].commit === undefined || entries.some(({ tracked }) => !tracked)) return true;
  if (listing.inner.some(({ missing, commit, recorded }) => missing !== "files" && commit !== recorded)) return true;
  if (changes.some(([prefix, , changed]) => changed?.some((path) => counts(prefix + path)))) return true;
  return changes.some(([, , changed]) => changed === undefined) ? undefined : false;
}
