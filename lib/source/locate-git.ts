// Where a work tree keeps its repository: .git itself, or where a .git file points (linked work trees, submodules).
import fs from "node:fs";
import path from "node:path";
import { fault, systemFault } from "../record/fault.js";
import { shownPath, systemPath, type TreePath } from "./tree-path.js";

export interface GitLocation {
  root: TreePath;
  /** HEAD and index are here. */
  gitDir: TreePath;
  /** Objects, refs and configuration are here. */
  commonDir: TreePath;
}

/**
 * Finds the git directories of a work tree without git. Throws noinput where there are none, and noperm where somebody
 * else's .git leads into a repository that is not theirs: a patch against it would publish what only the caller may read.
 */
export function locateGit(root: TreePath, uid: number): GitLocation {
  try {
    const dot = `${root}/.git`;
    const entry = fs.lstatSync(systemPath(dot));
    const gitDir = entry.isFile() ? pointedTo(dot, root) : dot;
    const commonDir = commonOf(gitDir);
    for (const place of [gitDir, commonDir, `${commonDir}/objects`]) {
      const { uid: owner } = fs.statSync(systemPath(place));
      if (entry.uid !== uid && owner !== entry.uid) throw notTheirs(root, place);
    }
    return { root, gitDir, commonDir };
  } catch (error) {
    throw systemFault(
      error,
      `open the repository '${shownPath(root)}'`,
      "a submodule may need: git submodule update --init",
    );
  }
}

function pointedTo(file: TreePath, root: TreePath): TreePath {
  const text = fs.readFileSync(systemPath(file), "latin1");
  const target = /^gitdir: (.+?)[\r\n]*$/s.exec(text)?.[1];
  if (target === undefined)
    throw fault("dataerr", `cannot open the repository '${shownPath(root)}': its .git file names none`);
  return path.posix.resolve(root, target);
}

function commonOf(gitDir: TreePath): TreePath {
  const file = systemPath(`${gitDir}/commondir`);
  if (!fs.existsSync(file)) return gitDir;
  return path.posix.resolve(gitDir, fs.readFileSync(file, "latin1").replace(/[\r\n]+$/, ""));
}

function notTheirs(root: TreePath, place: TreePath) {
  return fault(
    "noperm",
    `cannot open the repository '${shownPath(root)}': its .git leads to '${shownPath(place)}', which is not its owner's`,
    { hint: "clone it, and snapshot your clone" },
  );
}
