// The file system that holds the registry. Every operation of lib/registry goes through `fs` here, so that a test can put a
// simulated file server in its place; a command always has Node's own.
import nodeFs from "node:fs";

export type { Dir, Dirent, Stats } from "node:fs";

export type FileSystem = typeof nodeFs;

/** Bound anew by `useDisk`, therefore to be called as `fs.x()`, never kept. */
export let fs: FileSystem = nodeFs;

/** Puts another file system in the place of Node's, or Node's back. The simulations use it; nobody else should. */
export function useDisk(other: FileSystem | undefined): void {
  fs = other ?? nodeFs;
}
