import { lookAt } from "./look-at.js";
import { parentOf } from "./patterns.js";
import type { TreePath } from "./tree-path.js";

/**
 * A function that tells whether a path of the tree is a real directory of it, and remembers. A listing may name files
 * behind what is a link by now: those are not the tree's, and must not be read.
 */
export function insideTree(root: TreePath): (path: TreePath) => boolean {
  const known = new Map<TreePath, boolean>([["", true]]);
  const isInside = (path: TreePath): boolean => {
    let inside = known.get(path);
    if (inside === undefined) {
      inside = isInside(parentOf(path)) && lookAt(root, path)?.isDirectory() === true;
      known.set(path, inside);
    }
    return inside;
  };
  return isInside;
}
