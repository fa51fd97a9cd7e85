// Where a work tree keeps its repository: .git itself, or where a .git file points (linked work trees, submodules).
import fs from "node:fs";
import path from "node:path";
import { fault, systemFault } from "../record/fault.js";
import { textOf } from "./text-of.js";
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
    const objects = `${commonDir}/objects`;
    for (const place of [gitDir, commonDir, objects]) {
      const owner = ownerOf(place);
      if (entry.uid !== uid && owner !== entry.uid) throw notTheirs(root, place);
    }
    for (const place of entry.uid === uid ? [] : alternates(objects)) {
      if (ownerOf(place) === uid) throw notTheirs(root, place);
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
  const target = /^gitdir: (.+?)[\r\n]*$/s.exec(textOf(file))?.[1];
  if (target === undefined)
    throw fault("dataerr", `cannot open the repository '${shownPath(root)}': its .git file names none`);
  return path.posix.resolve(root, target);
}

function commonOf(gitDir: TreePath): TreePath {
  const common = textOf(`${gitDir}/commondir`).replace(/[\r\n]+$/, "");
  return common === "" ? gitDir : path.posix.resolve(gitDir, common);
}

/** Where more objects are borrowed from; anybody's may be, but the caller's. */
function alternates(objects: TreePath): TreePath[] {
  const lines = textOf(`${objects}/info/alternates`).split("\n");
  return lines.flatMap((line) => {
    const place = path.posix.resolve(objects, line);
    return line !== "" && fs.existsSync(systemPath(place)) ? [place] : [];
  });
}

function ownerOf(place: TreePath): number {
  return fs.statSync(systemPath(place)).uid;
}

function notTheirs(root: TreePath, place: TreePath) {
  return fault(
    "noperm",
    `cannot open the repository '${shownPath(root)}': its .git leads to '${shownPath(place)}', which is not its owner's`,
    { hint: "clone it, and snapshot your clone" },
  );
}
