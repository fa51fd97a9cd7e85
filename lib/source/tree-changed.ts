import { shownPath, type TreePath } from "./tree-path.js";

/** Thrown while a tree is read that is being written: what was listed is not what is there any more. */
export class TreeChanged extends Error {
  override readonly name = "TreeChanged";
  readonly path: string;
  constructor(path: TreePath) {
    super(`${shownPath(path)} changed`);
    this.path = shownPath(path);
  }
}

/** By its name: built files that are loaded one after the other have a class each. */
export function isTreeChanged(error: unknown): error is TreeChanged {
  return error instanceof Error && error.name === "TreeChanged";
}
