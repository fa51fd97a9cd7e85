// What git says about one repository: which files there are, what differs from the index, and at which commit it stands.
import fs from "node:fs";
import { fault } from "../record/fault.js";
import type { GitResult } from "./git-process.js";
import { remotes } from "./remotes.js";
import type { Repository } from "./repository.js";
import { textOf } from "./text-of.js";
import { shownPath, systemPath, type TreePath, treePath } from "./tree-path.js";

/** The answers; each question is asked once, when its answer is first wanted. */
export interface Inspection {
  repository: Repository;
  /** Tells one index from another, by the numbers of its file. */
  index: { identity: string; changedNs: bigint };
  /** Absent before the first commit. */
  commit: string | undefined;
  tracked(): Promise<Tracked[]>;
  /** Untracked files that are not ignored, as git prints them; a path with a slash at its end is a repository inside. */
  untracked(): Promise<Buffer>;
  /** What git prints of files that have not the numbers that the index has, so that they may differ; see `rawPaths`. */
  differing(): Promise<Buffer>;
  /** Where it was cloned from, by name and without credentials. */
  remotes(): Promise<Record<string, string>>;
}

export interface Tracked {
  path: TreePath;
  mode: string;
  /** Of a submodule: the recorded commit. */
  object: string;
  /** Whether git looks at the file; not at those marked assume-unchanged or skip-worktree. */
  watched: boolean;
}

/** Starts to ask about a repository; throws dataerr where it is broken. */
export async function inspect(repository: Repository): Promise<Inspection> {
  const { git, gitDir } = repository;
  const index = fs.statSync(systemPath(`${gitDir}/index`), { bigint: true, throwIfNoEntry: false });
  return {
    repository,
    index: {
      identity: index ? [index.ino, index.size, index.mtimeNs, index.ctimeNs].join(" ") : "none",
      changedNs: index?.ctimeNs ?? 0n,
    },
    commit: writtenCommit(repository) ?? (await askedCommit(repository)),
    tracked: once(async () => tracked(await git(["ls-files", "-z", "-s", "-v"]))),
    untracked: once(async () => untracked(await git(["ls-files", "-z", "--others", "--exclude-standard"]), repository)),
    differing: once(async () => (await git(["diff-files", "-z", "--raw", "--ignore-submodules=all"])).out),
    remotes: once(() => remotes(repository)),
  };
}

/** The commit of a branch as the files of its repository say it, which spares a process; git is asked where they don't. */
function writtenCommit({ branch, commonDir }: Repository): string | undefined {
  if (branch === undefined) return undefined;
  const name = treePath(`refs/heads/${branch}`);
  const loose = /^([0-9a-f]{40,64})\n$/.exec(textOf(`${commonDir}/${name}`))?.[1];
  if (loose !== undefined) return loose;
  const line = textOf(`${commonDir}/packed-refs`)
    .split("\n")
    .find((packed) => packed.endsWith(` ${name}`));
  return line && /^[0-9a-f]{40,64} /.exec(line)?.[0].trim();
}

async function askedCommit({ git }: Repository): Promise<string | undefined> {
  const { out } = await git(["rev-parse", "--verify", "--quiet", "HEAD"], [0, 1]);
  return /^[0-9a-f]{40,64}$/m.exec(out.toString("latin1"))?.[0];
}

function tracked({ out }: GitResult): Tracked[] {
  const entries: Tracked[] = [];
  let last: TreePath | undefined;
  for (const item of out.toString("latin1").split("\0")) {
    // "H 100644 <object> <stage>\t<path>"; a path in conflict has up to three lines, one after the other.
    const tab = item.indexOf("\t");
    const path = item.slice(tab + 1);
    if (tab < 0 || path === last) continue;
    entries.push({ path, mode: item.slice(2, 8), object: item.slice(9, tab - 2), watched: /^[A-RT-Z]/.test(item) });
    last = path;
  }
  return entries;
}

function untracked({ out, err }: GitResult, { root }: Repository): Buffer {
  // Git goes on without it, and lists something else. (A person's own list of what to ignore is outside, and may be missing.)
  const closed = /^warning: (?:could not open directory|unable to access) '([^/].*)': (.*)$/m.exec(err);
  if (!closed) return out;
  throw fault("noperm", `cannot read '${shownPath(root)}/${closed[1]}': ${closed[2]?.toLowerCase()}`, {
    hint: "make it readable, or leave it out by .gitignore",
  });
}

/** The paths in what `git diff --raw -z` prints, where each follows a field that tells what became of it. */
export function rawPaths(out: Buffer): TreePath[] {
  return out
    .toString("latin1")
    .split("\0")
    .filter((_, index) => index % 2 === 1);
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask();
    // Whoever awaits it sees it fail; nobody may have come to that yet.
    answer.catch(() => {});
    return answer;
  };
}
