// The files below a directory, without git.
import fs from "node:fs";
import { systemFault } from "../record/fault.js";
import { shownPath, systemPath, type TreePath } from "./tree-path.js";

/**
 * Paths of all that is no directory below `root`, unsorted; `.git` is passed over at every depth, and what `skip` says of
 * a directory. Links are not followed. Throws noperm and the like, naming the directory.
 */
export function listDirectory(
  root: TreePath,
  skip: (path: TreePath, isDirectory: true) => boolean = () => false,
): TreePath[] {
  const files: TreePath[] = [];
  const waiting: TreePath[] = [""];
  for (let prefix = waiting.pop(); prefix !== undefined; prefix = waiting.pop()) {
    for (const entry of entriesOf(root, prefix)) {
      const path = prefix + entry;
      if (entry === ".git") continue;
      if (!isDirectory(`${root}/${path}`)) files.push(path);
      else if (!skip(path, true)) waiting.push(`${path}/`);
    }
  }
  return files;
}

function entriesOf(root: TreePath, prefix: TreePath): TreePath[] {
  try {
    return fs.readdirSync(systemPath(`${root}/${prefix}`), "latin1");
  } catch (error) {
    throw systemFault(error, `list '${shownPath(`${root}/${prefix}`.replace(/\/$/, ""))}'`);
  }
}

function isDirectory(path: TreePath): boolean {
  return fs.lstatSync(systemPath(path), { throwIfNoEntry: false })?.isDirectory() === true;
}
