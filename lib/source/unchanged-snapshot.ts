// The usual case, made cheap: nothing of the tree changed since the last snapshot.
import * as v from "valibot";
import { checkBudget, type Size, type Warning } from "./budget.js";
import { insideTree } from "./inside-tree.js";
import type { Inspection } from "./inspect.js";
import type { Inspections } from "./inspections.js";
import { lookAt } from "./look-at.js";
import { parentOf } from "./patterns.js";
import { includedPaths } from "./selection.js";
import type { Snapshot, SnapshotOptions } from "./snapshot.js";
import type { StatCache } from "./stat-cache.js";
import { type TreePath, treePath } from "./tree-path.js";

/** What follows from the files of a tree alone. */
export interface Facts extends Pick<Snapshot, "digest" | "paths_digest" | "dirty" | "left_out" | "links_out"> {
  size: Size;
  warnings: Warning[];
}

/** What the cache keeps of a snapshot: how it came out, and what must be the same for it to come out so again. */
export interface Memory {
  facts: Facts;
  /** By place. */
  repositories: Record<TreePath, { index: string; commit: string | null }>;
  /** Places of the files that we look at ourselves, and paths that were not there. */
  unwatched: number[];
  gone: TreePath[];
  included: TreePath[];
}

const memorySchema = v.object({
  facts: v.looseObject({
    digest: v.string(),
    left_out: v.array(v.object({ path: v.string(), reason: v.string() })),
    links_out: v.array(v.object({ path: v.string(), target: v.string() })),
    warnings: v.array(v.looseObject({ message: v.string() })),
    size: v.object({
      files: v.number(),
      bytes: v.number(),
      largest: v.array(v.object({ path: v.string(), bytes: v.number() })),
    }),
  }),
  repositories: v.record(v.string(), v.object({ index: v.string(), commit: v.nullable(v.string()) })),
  unwatched: v.array(v.number()),
  gone: v.array(v.string()),
  included: v.array(v.string()),
});

/** Another version of the toolkit may have kept something else. */
function isMemory(value: unknown): value is Memory {
  return v.is(memorySchema, value);
}

/**
 * The last snapshot, if nothing changed since; else undefined.
 * Git looks at what it tracks, with several threads: then as now a file had the numbers that the index has, and the index
 * is the same. That git may compare whole seconds only is enough, since nothing is kept of a tree in which a file was
 * younger than some seconds. We look at the rest: what is untracked, modified, or marked as not to be looked at.
 */
export async function unchangedSnapshot(
  options: SnapshotOptions,
  cache: StatCache,
  asked: Inspections,
): Promise<Snapshot | undefined> {
  const memory = cache.summary;
  // Of a plain directory the walk is the listing: there is nothing to be saved.
  if (!isMemory(memory) || options.kind === "directory") return undefined;
  const inspected: [TreePath, Inspection][] = [];
  for (const [prefix, { index, commit }] of Object.entries(memory.repositories)) {
    const inspection = await asked.at(prefix).catch(() => undefined);
    if (inspection?.index.identity !== index || (inspection.commit ?? null) !== commit) return undefined;
    void inspection.untracked();
    void inspection.differing();
    inspected.push([prefix, inspection]);
  }
  if (!unwatchedAreSame(treePath(options.root), options, memory, cache)) return undefined;
  for (const [prefix, inspection] of inspected) {
    for (const [name, output] of await outputsOf(prefix, inspection)) {
      if (!cache.outputs.get(name)?.equals(output)) return undefined;
    }
  }
  return snapshotOf(options, memory.facts, await asked.at(""));
}

/** What git says of a repository, under the names that the cache has for it. */
export async function outputsOf(prefix: TreePath, { untracked, differing }: Inspection): Promise<[string, Buffer][]> {
  return [
    [`untracked ${prefix}`, await untracked()],
    [`differing ${prefix}`, await differing()],
  ];
}

/** The snapshot that a summary stands for, with the commit and branch of right now. Throws dataerr beyond the budget. */
export function snapshotOf(
  { kind, root, budget }: SnapshotOptions,
  { size, warnings, ...facts }: Facts,
  outermost: Inspection | undefined,
): Snapshot {
  const { commit, repository } = outermost ?? {};
  return {
    kind,
    root,
    files: size.files,
    bytes: size.bytes,
    ...facts,
    ...(commit === undefined ? {} : { commit }),
    ...(repository?.branch === undefined ? {} : { branch: repository.branch }),
    warnings: [...checkBudget(root, size, budget), ...warnings],
  };
}

function unwatchedAreSame(
  root: TreePath,
  { include = [] }: SnapshotOptions,
  memory: Memory,
  cache: StatCache,
): boolean {
  const isInside = insideTree(root);
  const look = (path: TreePath) => (isInside(parentOf(path)) ? lookAt(root, path) : undefined);
  const isSame = (place: number) => {
    const now = look(cache.names[place] ?? "");
    return now !== undefined && cache.stats.same(place, now);
  };
  return (
    memory.unwatched.every(isSame) &&
    memory.gone.every((path) => look(path) === undefined) &&
    includedPaths(root, include).join("\0") === memory.included.join("\0")
  );
}
