// The differences from the commit as a patch, for people: what is run is the tar.
import { type Changes, plainly } from "./changes.js";
import type { Inspection } from "./inspect.js";
import { shownPath, type TreePath } from "./tree-path.js";

export interface Patch {
  patch: string;
  /** What is not in it and why. */
  notes: string[];
}

// As much of exclusions as fits into a command line for certain.
const longestExclusions = 50_000;
const nothing = { text: "", bytes: 0 };

/**
 * The differences of all repositories of a tree from their commits, each under its place, as one patch of at most `limit`
 * bytes that is cut at a line; `against` says why a path should not be in it.
 */
export async function readablePatch(
  changes: Changes,
  against: (path: TreePath) => string | undefined,
  limit: number,
): Promise<Patch> {
  const result: Patch = { patch: "", notes: [] };
  let left = limit;
  for (const [prefix, inspection, changed] of changes) {
    if (inspection.commit === undefined || changed?.length === 0) continue;
    const unwanted = (changed ?? []).filter((path) => {
      const reason = against(prefix + path);
      if (reason !== undefined) result.notes.push(`without ${shownPath(prefix + path)}: ${reason}`);
      return reason !== undefined;
    });
    if (unwanted.length === changed?.length) continue;
    const part =
      changed === undefined
        ? { ...nothing, note: "git cannot tell what changed" }
        : await patchOf(prefix, inspection, unwanted, left);
    result.patch += part.text;
    left -= part.bytes;
    if (part.note !== undefined) result.notes.push(`${prefix === "" ? "" : `${shownPath(prefix)}: `}${part.note}`);
  }
  return result;
}

async function patchOf(prefix: TreePath, { repository, commit = "" }: Inspection, unwanted: TreePath[], limit: number) {
  if (limit <= 0) return { ...nothing, note: "no more room" };
  if (unwanted.join(" ").length > longestExclusions) return { ...nothing, note: "too much is to be left out" };
  const { code, out, more } = await repository.gitBounded(patchArguments(prefix, commit, unwanted), limit);
  if (more) return { text: out.toString("utf8", 0, out.lastIndexOf(10) + 1), bytes: limit, note: "cut here" };
  return { text: out.toString("utf8"), bytes: out.length, ...(code === 0 ? {} : { note: "git cannot make it all" }) };
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
