import path from "node:path";
import type { Entry } from "./tree-entries.js";
import { shownPath } from "./tree-path.js";

export type OutsideLink = {
  path: string;
  target: string;
};

/** The links of a tree that point out of it: absolute ones, and those that climb above its root. They stay as they are. */
export function outsideLinks(entries: readonly Entry[]): OutsideLink[] {
  return entries.flatMap(({ path: name, target }) => {
    if (target === undefined) return [];
    const end = path.posix.normalize(path.posix.join(path.posix.dirname(name), target));
    const outside = target.startsWith("/") || end === ".." || end.startsWith("../");
    return outside ? [{ path: shownPath(name), target: shownPath(target) }] : [];
  });
}
