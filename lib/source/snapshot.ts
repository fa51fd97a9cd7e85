// Snapshots of a source tree.
import crypto from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { fault } from "../record/fault.js";
import type { SnapshotRecord } from "../record/snapshot.js";
import type { Budget, Warning } from "./budget.js";
import type { Source } from "./find-source.js";
import type { Inspections } from "./inspections.js";
import type { OutsideLink } from "./outside-links.js";
import type { Environment } from "./repository.js";
import { readStatCache } from "./stat-cache.js";
import { isTreeChanged, type TreeChanged } from "./tree-changed.js";
import type { LeftOut } from "./tree-entries.js";
import { unchangedSnapshot } from "./unchanged-snapshot.js";
import type { TarFile } from "./write-tar.js";

export interface SnapshotOptions extends Source {
  /** Patterns of gitignore(5) for what is not shipped, tracked or not. */
  ignore?: readonly string[];
  /** What alone counts for `paths_digest`. */
  paths?: readonly string[];
  /** Patterns of what is shipped though it is named like a secret. */
  include?: readonly string[];
  /** Where to remember what was seen; statCacheName makes a name for it. */
  cacheFile?: string;
  /** Whether the cache is read only. */
  forget?: boolean;
  /** The caller's uid: whose caches and repositories are trusted further than others'. */
  uid: number;
  /** The caller's environment, for git: PATH, HOME, XDG_CONFIG_HOME. */
  env: Environment;
  budget?: Partial<Budget>;
  /** What git was asked already (startLooking); it is closed when the snapshot is taken. */
  asked?: Inspections;
  /** A file to be made for the tar, beside its final place. Without it the tree is only hashed. */
  spool?: string;
  /** Whether the tar of this digest is still to be made. */
  wanted?: (digest: string) => boolean | Promise<boolean>;
}

export interface Snapshot extends Source {
  digest: string;
  paths_digest?: string;
  files: number;
  bytes: number;
  commit?: string;
  branch?: string;
  /** Whether what is shipped is something else than the commit; absent where nobody can tell. */
  dirty?: boolean;
  left_out: LeftOut[];
  links_out: OutsideLink[];
  warnings: Warning[];
  /** The tar, in `spool`, and what belongs beside it; absent where it was not wanted. */
  tar?: TarFile;
  record?: SnapshotRecord;
}

const waits_ms = [0, 100, 500, 2000];

/**
 * Takes a snapshot of a tree: tracked, modified and untracked files that git does not ignore, with modes and links, those
 * of submodules, or all files of a plain directory; bytes as they are in the work tree. The tar holds exactly what the
 * digest says, and all of it was there at one moment: a tree that changes while it is read is read again, up to four
 * times. Writes `spool` and (unless told to `forget`) `cacheFile` and nothing else, and runs nothing that the repository names.
 * Throws tempfail (it keeps changing), dataerr (too large, a pattern, a broken repository), noinput, noperm, unavailable
 * (no git), ioerr.
 */
export async function snapshotTree(options: SnapshotOptions): Promise<Snapshot> {
  let changed: TreeChanged | undefined;
  for (const wait of waits_ms) {
    if (wait > 0) await setTimeout(wait);
    try {
      // What the cache said may be why it went wrong.
      return await attempt(options, changed === undefined);
    } catch (error) {
      if (!isTreeChanged(error)) throw error;
      changed = error;
    }
  }
  throw fault("tempfail", `cannot snapshot '${options.root}': '${changed?.path}' keeps changing`, {
    hint: "stop what writes it, or leave it out by .gitignore or [source] ignore",
    cause: changed,
  });
}

async function attempt(options: SnapshotOptions, first: boolean): Promise<Snapshot> {
  const { uid, cacheFile } = options;
  const key = keyOf(options);
  // Git works while we read what we know of the tree.
  const asked = first && options.asked ? options.asked : await looking(options);
  try {
    if (options.kind === "git") await asked.at("");
    const cache = first && cacheFile !== undefined ? readStatCache(cacheFile, uid) : undefined;
    const known = cache !== undefined && cache.key === key ? await unchangedSnapshot(options, cache, asked) : undefined;
    if (known && (options.spool === undefined || (await options.wanted?.(known.digest)) === false)) return known;
    const { takeSnapshot } = await import("./take-snapshot.js");
    return await takeSnapshot(options, key, cache, asked);
  } finally {
    await asked.close();
  }
}

async function looking({ root, kind, env, uid }: SnapshotOptions): Promise<Inspections> {
  const { startLooking } = await import("./start-looking.js");
  return startLooking({ root, kind }, env, uid);
}

/** A file name for the cache of this tree under these options. */
export function statCacheName(options: Omit<SnapshotOptions, "uid" | "env">): string {
  return `${crypto.createHash("sha256").update(keyOf(options)).digest("hex").slice(0, 32)}.stat`;
}

function keyOf({ root, kind, ignore = [], paths = [], include = [] }: Omit<SnapshotOptions, "uid" | "env">): string {
  return JSON.stringify([root, kind, ignore, paths, include]);
}
