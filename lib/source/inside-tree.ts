import fs from "node:fs";
import { systemFault } from "../record/fault.js";
import { parentOf } from "./patterns.js";
import { shownPath, systemPath, type TreePath } from "./tree-path.js";

/**
 * A function that tells whether a path of the tree is a real directory of it, and remembers. A listing may name files
 * behind what is a link by now: those are not the tree's, and must not be read.
 */
export function insideTree(root: TreePath): (path: TreePath) => boolean {
  const known = new Map<TreePath, boolean>([["", true]]);
  const isInside = (path: TreePath): boolean => {
    let inside = known.get(path);
    if (inside === undefined) {
      inside = isInside(parentOf(path)) && isDirectory(root, path);
      known.set(path, inside);
    }
    return inside;
  };
  return isInside;
}

function isDirectory(root: TreePath, path: TreePath): boolean {
  try {
    return fs.lstatSync(systemPath(`${root}/${path}`), { throwIfNoEntry: false })?.isDirectory() === true;
  } catch (error) {
    throw systemFault(error, `read '${shownPath(path)}'`);
  }
}
