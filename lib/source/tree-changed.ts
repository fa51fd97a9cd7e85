import { shownPath, type TreePath } from "./tree-path.js";

/** Thrown while a tree is read that is being written: what was listed is not what is there any more. */
export class TreeChanged extends Error {
  readonly path: string;
  constructor(path: TreePath) {
    super(`${shownPath(path)} changed`);
    this.path = shownPath(path);
  }
}
