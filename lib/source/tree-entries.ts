// The second look at a tree: what each listed path is right now.
import fs from "node:fs";
import { errnoOf, systemFault } from "../record/fault.js";
import { insideTree } from "./inside-tree.js";
import type { Found } from "./list-repository.js";
import { lookAt } from "./look-at.js";
import { parentOf, patterns } from "./patterns.js";
import { isSecret } from "./secrets.js";
import { type StatTable, statTable, statWidth } from "./stat-table.js";
import { TreeChanged } from "./tree-changed.js";
import type { DigestEntry } from "./tree-digest.js";
import { shownPath, systemPath, type TreePath } from "./tree-path.js";

/** A file or link that belongs to the snapshot. */
export interface Entry extends DigestEntry {
  bytes: number;
  tracked: boolean;
  watched: boolean;
}

export type LeftOut = {
  path: string;
  reason: string;
};

export interface Entries {
  /** Sorted by path; each path once. */
  entries: Entry[];
  /** Their numbers, in the same order. */
  stats: StatTable;
  leftOut: LeftOut[];
  /** Tracked files that are not there, and not watched for coming back. */
  gone: TreePath[];
}

export interface Selection {
  /** Patterns of what is not shipped. */
  ignore: readonly string[];
  /** Patterns of what is shipped though it is named like a secret. */
  include: readonly string[];
}

/**
 * Sorts what was found and looks at each: plain files and links become entries, what is gone is dropped, secrets and
 * special files are left out with the reason. Nothing behind a link is touched. Throws noperm and the like, naming the path.
 */
export function treeEntries(root: TreePath, found: readonly Found[], { ignore, include }: Selection): Entries {
  const [ignored, wanted, isInside] = [patterns(ignore), patterns(include), insideTree(root)];
  const [entries, leftOut, gone]: [Entry[], LeftOut[], TreePath[]] = [[], [], []];
  const stats = statTable(new BigInt64Array(found.length * statWidth));
  let last: TreePath | undefined;
  for (const file of sorted(found)) {
    const { path } = file;
    if (path === last || ignored(path)) continue;
    last = path;
    const stat = isInside(parentOf(path)) ? lookAt(root, path) : undefined;
    if (stat === undefined) {
      if (file.tracked && !file.watched) gone.push(path);
      continue;
    }
    const mode = Number(stat.mode);
    const reason = reasonAgainst(path, mode, wanted);
    if (reason === undefined) {
      stats.set(entries.length, stat);
      entries.push(entryOf(root, file, mode, stat.size));
    } else if (reason !== "") leftOut.push({ path: shownPath(path), reason });
  }
  return { entries, stats, leftOut, gone };
}

function sorted(found: readonly Found[]): Found[] {
  return found.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

const { S_IFMT, S_IFREG, S_IFLNK, S_IFDIR, S_IFIFO, S_IFSOCK, S_IXUSR } = fs.constants;

/** Why it is not shipped; "" where there is nothing to say, undefined where it is shipped. */
function reasonAgainst(path: TreePath, mode: number, wanted: (path: TreePath) => boolean): string | undefined {
  const type = mode & S_IFMT;
  if (type === S_IFREG) return isSecret(path) && !wanted(path) ? "named like a secret" : undefined;
  if (type === S_IFLNK) return undefined;
  if (type === S_IFDIR) return "";
  if (type === S_IFIFO) return "a named pipe";
  return type === S_IFSOCK ? "a socket" : "a device";
}

function entryOf(root: TreePath, file: Found, mode: number, size: bigint): Entry {
  const { path, tracked, watched, executable = (mode & S_IXUSR) !== 0 } = file;
  const isLink = (mode & S_IFMT) === S_IFLNK;
  return {
    path,
    mode: isLink ? "120000" : executable ? "100755" : "100644",
    sha: undefined,
    target: isLink ? targetOf(root, path) : undefined,
    bytes: isLink ? 0 : Number(size),
    tracked,
    watched,
  };
}

function targetOf(root: TreePath, path: TreePath): TreePath {
  try {
    return fs.readlinkSync(systemPath(`${root}/${path}`), "latin1");
  } catch (error) {
    if (["ENOENT", "EINVAL", "ENOTDIR"].includes(errnoOf(error) ?? "")) throw new TreeChanged(path);
    throw systemFault(error, `read the link '${shownPath(path)}'`);
  }
}
