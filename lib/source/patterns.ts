// Patterns as .gitignore has them, for lists in recipes: matched byte by byte, the last one that matches decides.
import { fault } from "../record/fault.js";
import { globRegExp } from "./glob.js";
import { type TreePath, treePath } from "./tree-path.js";

/** Whether a path inside the tree is matched, itself or by a directory above it. */
export type Matcher = (path: TreePath, isDirectory?: boolean) => boolean;

interface Rule {
  regexp: RegExp;
  negated: boolean;
  directoryOnly: boolean;
}

/**
 * The matcher for a list of patterns with the rules of gitignore(5): `*`, `?`, `[a-z]`, `**`, a slash in front or inside
 * anchors at the root, one at the end asks for a directory, `!` takes back; what lies in a matched directory is matched and
 * cannot be taken back. `#` has no meaning here. Throws dataerr.
 */
export function patterns(list: readonly string[]): Matcher {
  const rules = list.map(ruleOf).reverse();
  const directories = new Map<TreePath, boolean>([["", false]]);
  const matchesItself = (path: TreePath, isDirectory: boolean) => {
    const rule = rules.find(({ regexp, directoryOnly }) => (isDirectory || !directoryOnly) && regexp.test(path));
    return rule !== undefined && !rule.negated;
  };
  const directoryMatches = (path: TreePath): boolean => {
    const known = directories.get(path);
    if (known !== undefined) return known;
    const matches = directoryMatches(parentOf(path)) || matchesItself(path, true);
    directories.set(path, matches);
    return matches;
  };
  if (rules.length === 0) return () => false;
  return (path, isDirectory = false) =>
    isDirectory ? directoryMatches(path) : directoryMatches(parentOf(path)) || matchesItself(path, false);
}

/** The directory that holds a path of the tree; "" is the tree itself. */
export function parentOf(path: TreePath): TreePath {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function ruleOf(pattern: string): Rule {
  const negated = pattern.startsWith("!");
  const directoryOnly = pattern.endsWith("/");
  const glob = treePath(pattern.slice(negated ? 1 : 0, directoryOnly ? -1 : undefined));
  const anchored = glob.includes("/");
  try {
    return { regexp: globRegExp(anchored ? glob.replace(/^\//, "") : `**/${glob}`), negated, directoryOnly };
  } catch (error) {
    throw fault("dataerr", `cannot read the pattern '${pattern}'`, {
      hint: "patterns are as in .gitignore",
      cause: error,
    });
  }
}
