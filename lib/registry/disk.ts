// The file system that holds the registry. Every operation of lib/registry goes through `fs` here, so that a test can put a
// simulated file server in its place; a command always has Node's own.
import nodeFs from "node:fs";

export type { BigIntStats, Dir, Dirent, Stats } from "node:fs";

export type FileSystem = typeof nodeFs;

/** Bound anew by `useDisk`, therefore to be called as `fs.x()`, never kept. */
export let fs: FileSystem = nodeFs;

/** Waits while nothing else in this process goes on: the functions of the registry do not wait for anything else either. */
export let sleep: (ms: number) => void = sleepNow;

/** Puts another file system in the place of Node's, and how to wait on it; or Node's back. Simulations use it; nobody else should. */
export function useDisk(other?: { fs: FileSystem; sleep: (ms: number) => void }): void {
  fs = other?.fs ?? nodeFs;
  sleep = other?.sleep ?? sleepNow;
}

function sleepNow(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
