// Opening what is in somebody's directory while that somebody may be changing it: every step of the way is taken from an open
// directory, so that there is no moment between a check and a use.
import { errnoOf, type Fault, fault, systemFault } from "../record/fault.js";
import { fs, type Stats } from "./disk.js";

/**
 * A directory whose contents may be shown. `base` is trusted and may lead through links; the `parts` below it may not, and
 * what is read below belongs to `owner` (a uid).
 */
export interface Root {
  base: string;
  parts: readonly string[];
  owner: number;
}

export interface Opened {
  fd: number;
  stat: Stats;
}

/**
 * An open regular file of the owner's below a root, to be closed. No link is followed on the way or at its end, and nothing
 * waits. Throws usage for a path that could lead elsewhere, noinput for none, noperm and dataerr for what is not to be read.
 */
export function openInside(root: Root, path: string): Opened {
  const parts = partsOf(path);
  return walk(root, parts.slice(0, -1), path, (directory) => {
    const fd = step(directory, parts.at(-1) ?? ".", fs.constants.O_NONBLOCK);
    return checked(fd, path, () => {
      const stat = fs.fstatSync(fd);
      if (!stat.isFile()) throw fault("dataerr", `cannot read '${path}': it is ${kindOf(stat)}, not a regular file`);
      if (stat.uid !== root.owner)
        throw fault("noperm", `cannot trust '${path}': it belongs to uid ${stat.uid}, not to the run's owner`);
      return { fd, stat };
    });
  });
}

/** What `look` makes of an open directory below a root ("" is the root itself); `place` is how to name it to system calls. */
export function withDirectory<T>(root: Root, path: string, look: (place: string) => T): T {
  return walk(root, path === "" ? [] : partsOf(path), path, (directory) => {
    const { uid } = fs.fstatSync(directory);
    // Where it is told what is in it, a directory must be the owner's as its files must.
    if (uid !== root.owner && (root.parts.length > 0 || path !== ""))
      throw fault("noperm", `cannot trust ${shownAs(path)}: it belongs to uid ${uid}, not to the run's owner`);
    return look(placeOf(directory));
  });
}

/** What something is that is no file, in words. */
export function kindOf(stat: Pick<Stats, "isDirectory" | "isSymbolicLink" | "isFIFO" | "isSocket">): string {
  if (stat.isDirectory()) return "a directory";
  if (stat.isSymbolicLink()) return "a link";
  if (stat.isFIFO()) return "a pipe";
  return stat.isSocket() ? "a socket" : "a device";
}

/** The names of a path below a directory. Throws usage for one that is not only that. */
export function partsOf(path: string): string[] {
  const parts = path.split("/");
  if (path.includes("\0") || parts.some((part) => part === "" || part === "." || part === ".."))
    throw fault("usage", "a path below the run's directory, without empty parts, and without '..' among them");
  if (parts.some((part) => Buffer.byteLength(part) > 255) || path.length > 4096)
    throw fault("noinput", "no file has such a name");
  return parts;
}

/**
 * Node has no openat(2), and does not need one on Linux: the kernel takes `/proc/self/fd/7/name` from the directory that
 * descriptor 7 is, wherever that has been moved and whatever now has its name. With O_NOFOLLOW at each single step the way
 * from the base to the file is what was open at the time, never what a name was changed to.
 */
function placeOf(fd: number): string {
  return `/proc/self/fd/${fd}`;
}

function step(directory: number, name: string, flags: number): number {
  return fs.openSync(`${placeOf(directory)}/${name}`, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | flags);
}

function walk<T>(root: Root, parts: readonly string[], path: string, act: (directory: number) => T): T {
  let fd = -1;
  try {
    fd = fs.openSync(root.base, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
    for (const part of [...root.parts, ...parts]) {
      const next = step(fd, part, fs.constants.O_DIRECTORY);
      fs.closeSync(fd);
      fd = next;
    }
    return act(fd);
  } catch (error) {
    throw explained(error, path);
  } finally {
    if (fd >= 0) fs.closeSync(fd);
  }
}

function checked<T>(fd: number, path: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    fs.closeSync(fd);
    throw explained(error, path);
  }
}

/** A link in the way is ELOOP at its end, ENOTDIR where a directory was wanted. */
function explained(error: unknown, path: string): unknown {
  const errno = errnoOf(error);
  const shown = shownAs(path);
  if (errno === "ELOOP") return isLink(shown);
  if (errno === "ENOTDIR") return fault("noinput", `cannot open ${shown}: a part of it is a link or no directory`);
  if (errno === "ENAMETOOLONG") return fault("noinput", `cannot open ${shown}: no file has such a name`);
  return systemFault(error, `open ${shown}`);
}

function shownAs(path: string): string {
  return path === "" ? "its directory" : `'${path}'`;
}

function isLink(shown: string): Fault {
  return fault("noperm", `cannot open ${shown}: it is a link, and links are shown, not followed`, {
    hint: "where it leads is in the list of the directory",
  });
}
