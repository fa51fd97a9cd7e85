import fs from "node:fs";
import { errnoOf, systemFault } from "../record/fault.js";
import { shownPath, systemPath, type TreePath } from "./tree-path.js";

/** What is at a path of the tree, links not followed; undefined where nothing is. Throws noperm and the like. */
export function lookAt(root: TreePath, path: TreePath): fs.BigIntStats | undefined {
  try {
    return fs.lstatSync(systemPath(`${root}/${path}`), { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if (errnoOf(error) === "ENOTDIR") return undefined;
    throw systemFault(error, `read '${shownPath(path)}'`);
  }
}
