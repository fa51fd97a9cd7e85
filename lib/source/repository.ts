// Git's eyes on a repository that may be anybody's. Its own configuration can name programs (filters, textconv, fsmonitor,
// hooks, ssh, …), so git never reads it: it is given a git directory of ours, in which a configuration that we wrote lies
// beside links to the real HEAD, index, refs and objects. What isn't in there cannot be run, and as GIT_DIR is given
// outright, git asks for no safe.directory.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fault, systemFault } from "../record/fault.js";
import { type GitPlace, type GitResult, runGit, runGitBounded } from "./git-process.js";
import { type GitLocation, locateGit } from "./locate-git.js";
import { repositorySettings } from "./repository-settings.js";
import { textOf } from "./text-of.js";
import { shownPath, systemPath, type TreePath } from "./tree-path.js";

export type Environment = Record<string, string | undefined>;

export interface Repository extends GitLocation {
  /** The branch that is checked out; absent when HEAD is a commit. */
  branch: string | undefined;
  /** False where the file system keeps no x bits, so that the index alone knows them. */
  fileMode: boolean;
  /** A directory of ours, gone with close(). */
  scratch: string;
  /** Runs git on it and gives what it printed; throws dataerr with git's words unless it ended with one of `codes`. */
  git(args: string[], codes?: number[]): Promise<GitResult>;
  gitBounded(args: string[], limit: number): ReturnType<typeof runGitBounded>;
  /** Waits for what is still running, and tidies up. */
  close(): Promise<void>;
}

/**
 * Opens the repository whose work tree is `root` for reading. Nothing of its configuration is run and nothing is written
 * in it. `env` is the caller's environment: PATH, HOME and XDG_CONFIG_HOME count, its GIT_* do not. Throws noinput, noperm
 * (a .git that leads into somebody else's repository), dataerr. To be closed.
 */
export async function openRepository(root: TreePath, env: Environment, uid: number): Promise<Repository> {
  const location = locateGit(root, uid);
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "lab-git-"));
  const tidy = () => removeScratch(scratch);
  try {
    const head = makeView(location, scratch);
    const place: GitPlace = { cwd: `${scratch}/tree`, env: safeEnvironment(env, scratch), scratch };
    const settings = repositorySettings(location, place, env);
    // Awaited only if git had to be asked, so that in the usual case what the caller starts first starts at once.
    const { text, fileMode } = settings instanceof Promise ? await settings : settings;
    fs.writeFileSync(`${scratch}/git/config`, text);
    const branch = /^ref: refs\/heads\/(.+)$/.exec(head.trimEnd())?.[1];
    return { ...location, scratch, branch, fileMode, ...processes(place, root, tidy) };
  } catch (error) {
    tidy();
    throw systemFault(error, `open the repository '${shownPath(root)}'`);
  }
}

/** Removes what we made, name by name: fs.rmSync costs as much as half a git. What else may be there it removes all the same. */
function removeScratch(scratch: string): void {
  try {
    for (const dir of [`${scratch}/git`, scratch]) {
      for (const name of fs.readdirSync(dir)) fs.unlinkSync(`${dir}/${name}`);
      fs.rmdirSync(dir);
    }
  } catch {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

/** Makes the directory that git is shown, and returns what HEAD says. */
function makeView({ root, gitDir, commonDir }: GitLocation, scratch: string): string {
  const view = `${scratch}/git`;
  fs.mkdirSync(view);
  fs.symlinkSync(systemPath(root), `${scratch}/tree`);
  for (const name of ["objects", "refs", "packed-refs", "reftable", "info", "shallow"]) {
    const target = systemPath(`${commonDir}/${name}`);
    if (fs.existsSync(target)) fs.symlinkSync(target, `${view}/${name}`);
  }
  fs.symlinkSync(systemPath(`${gitDir}/index`), `${view}/index`);
  for (const name of fs.readdirSync(systemPath(gitDir), "latin1")) {
    // A copy: git touches the shared part of a split index whenever it reads it.
    if (name.startsWith("sharedindex.")) fs.copyFileSync(systemPath(`${gitDir}/${name}`), `${view}/${name}`);
  }
  const head = textOf(`${gitDir}/HEAD`);
  fs.writeFileSync(`${view}/HEAD`, head, "latin1");
  return Buffer.from(head, "latin1").toString("utf8");
}

/** The caller's environment without what steers git, and with all that keeps it from running, asking or writing. */
function safeEnvironment(env: Environment, scratch: string): Environment {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith("GIT_") || name === "GIT_EXEC_PATH");
  return {
    ...Object.fromEntries(kept),
    HOME: scratch,
    XDG_CONFIG_HOME: scratch,
    LC_ALL: "C",
    GIT_DIR: `${scratch}/git`,
    GIT_WORK_TREE: `${scratch}/tree`,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_NO_LAZY_FETCH: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_PAGER: "cat",
  };
}

/** Git's processes on a repository; whoever closes it waits for them, so that none of them outlives what it works in. */
function processes(
  place: GitPlace,
  root: TreePath,
  tidy: () => void,
): Pick<Repository, "git" | "gitBounded" | "close"> {
  const running = new Set<Promise<unknown>>();
  const counted = <T>(process: Promise<T>): Promise<T> => {
    running.add(process);
    return process.finally(() => running.delete(process));
  };
  return {
    git: async (args, codes = [0]) => judged(await counted(runGit(args, place)), codes, root),
    gitBounded: (args, limit) => counted(runGitBounded(args, place, limit)),
    close: async () => {
      await Promise.allSettled(running);
      tidy();
    },
  };
}

function judged(result: GitResult, codes: number[], root: TreePath): GitResult {
  if (codes.includes(result.code)) return result;
  const words =
    result.err
      .trim()
      .split("\n")
      .at(-1)
      ?.replace(/^(fatal|error): /, "") || `git ended with ${result.code}`;
  throw fault("dataerr", `cannot read the git repository '${shownPath(root)}': ${words}`);
}
