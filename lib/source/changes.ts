// What differs from the commit, for people: which files, and a patch.
import { type Inspection, rawPaths } from "./inspect.js";
import { patterns } from "./patterns.js";
import { isSecret } from "./secrets.js";
import type { Tree } from "./take-snapshot.js";
import type { Selection } from "./tree-entries.js";
import { shownPath, type TreePath } from "./tree-path.js";

/** The repositories of a tree, the outermost first, and the paths in them that differ from their commits, where known. */
export type Changes = [prefix: TreePath, Inspection, changed: TreePath[] | undefined][];

// Nothing is rewritten, filtered or shown by another program; submodules are asked on their own, since git would start
// another git in them, which reads their configuration.
const plainly = [
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

export interface Patch {
  patch: string;
  /** What is not in it and why. */
  notes: string[];
}

/**
 * The differences from the commits as one patch of at most `limit` bytes, cut at a line; `against` says why a path should
 * not be in it.
 */
export async function readablePatch(
  changes: Changes,
  against: (path: TreePath) => string | undefined,
  limit: number,
): Promise<Patch> {
  const result: Patch = { patch: "", notes: [] };
  let left = limit;
  for (const [prefix, { repository, commit }, changed = []] of changes) {
    const unwanted = changed.filter((path) => {
      const reason = against(prefix + path);
      if (reason !== undefined) result.notes.push(`without ${shownPath(prefix + path)}: ${reason}`);
      return reason !== undefined;
    });
    if (commit === undefined || unwanted.length === changed.length) continue;
    if (left <= 0 || unwanted.length > 1000) {
      result.notes.push(`without ${prefix === "" ? "the changes" : shownPath(prefix)}: too much`);
      continue;
    }
    const { code, out, more } = await repository.gitBounded(patchArguments(prefix, commit, unwanted), left);
    if (code !== 0 && !more)
      result.notes.push(`without ${prefix === "" ? "the changes" : shownPath(prefix)}: git cannot make it`);
    if (more) result.notes.push(`cut after ${limit} bytes`);
    const end = more ? out.lastIndexOf(10) + 1 : out.length;
    result.patch += out.toString("utf8", 0, end);
    left -= more ? left : end;
  }
  return result;
}

function patchArguments(prefix: TreePath, commit: string, unwanted: TreePath[]): string[] {
  const shown = Buffer.from(prefix, "latin1").toString("utf8");
  const prefixes = [`--src-prefix=a/${shown}`, `--dst-prefix=b/${shown}`];
  const excluded = unwanted.map((path) => `:(exclude,glob)${escaped(path)}`);
  return ["diff", "--binary", ...plainly, ...prefixes, commit, "--", ".", ...excluded];
}

/** A glob for the path; bytes that an argument cannot carry match any byte. */
function escaped(path: TreePath): string {
  return path.replace(/[\\*?[\]]/g, "\\$&").replace(/[\u0080-\u00ff]/g, "?");
}
