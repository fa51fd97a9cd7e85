// What is at a path, told without opening or following it.
import { errnoOf, systemFault } from "../record/fault.js";
import { fs, type Stats } from "./disk.js";

export interface Seen {
  kind: "file" | "directory" | "link" | "other";
  uid: number;
  gid: number;
  /** The permissions and the three bits above them. */
  mode: number;
  bytes: number;
  /** Milliseconds. */
  mtime_ms: number;
}

/** What is there, or undefined where nothing is. Throws faults. */
export function lookAt(file: string): Seen | undefined {
  let stat: Stats;
  try {
    stat = fs.lstatSync(file);
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
    throw systemFault(error, `look at '${file}'`);
  }
  const kind = stat.isFile() ? "file" : stat.isDirectory() ? "directory" : stat.isSymbolicLink() ? "link" : "other";
  return { kind, uid: stat.uid, gid: stat.gid, mode: stat.mode & 0o7777, bytes: stat.size, mtime_ms: stat.mtimeMs };
}
