// How a file of the registry is opened to be read: no links followed, never blocking, regular, owned by whom it should be.
import { errnoOf, fault, systemFault } from "../record/fault.js";
import { fs, type Stats } from "./disk.js";

/** An open file, to be closed; with `owner` (a uid) it is that one's. Throws dataerr for what it is not, else what the system says. */
export function openRegular(file: string, owner?: number): { fd: number; stat: Stats } {
  const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile()) throw fault("dataerr", `cannot read '${file}': not a regular file`);
    if (owner !== undefined && stat.uid !== owner)
      throw fault("dataerr", `cannot trust '${file}': it belongs to uid ${stat.uid}, not to uid ${owner}`);
    return { fd, stat };
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

/** The same; undefined where there is no such file, and faults for all else. */
export function openIfThere(file: string, owner?: number): ReturnType<typeof openRegular> | undefined {
  try {
    return openRegular(file, owner);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw systemFault(error, `read '${file}'`);
  }
}

/** What `read` makes of the file, which is open meanwhile. Throws as openRegular does, and what `read` throws. */
export function withRegular<T>(file: string, owner: number | undefined, read: (fd: number, stat: Stats) => T): T {
  const { fd, stat } = openRegular(file, owner);
  try {
    return read(fd, stat);
  } finally {
    fs.closeSync(fd);
  }
}
