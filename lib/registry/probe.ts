// What a directory can do, found out by doing it: access(2) knows neither of quotas nor of servers that squash roots.
import os from "node:os";
import path from "node:path";
import { errnoOf } from "../record/fault.js";
import { randomWord } from "../record/random.js";
import { fs } from "./disk.js";

export interface Probe {
  /** What went wrong first, in words: `cannot write: no space left on device`. */
  trouble?: string;
  /** The group and the mode that a new directory inherits. */
  gid?: number;
  mode?: number;
  /** How far the file server's clock is ahead of ours (seconds, to half a round trip). */
  skew_s?: number;
  free_bytes?: number;
  free_inodes?: number;
}

/**
 * Writes, links, renames, lists and removes in a directory of the caller's, as the registry does: exclusive creation and
 * link(2) must refuse a name that is taken, rename(2) must replace, and a listing must show what was made.
 */
export function probe(directory: string): Probe {
  const found: Probe = {};
  const stem = path.join(directory, `.probe-${os.hostname()}-${randomWord(8)}`);
  const [one, two, inner] = [`${stem}-1`, `${stem}-2`, `${stem}-d`];
  let doing = "write";
  try {
    const before = Date.now();
    const fd = fs.openSync(one, "wx", 0o600);
    try {
      fs.writeSync(fd, "labkit\n");
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    found.skew_s = (fs.statSync(one).mtimeMs - (before + Date.now()) / 2) / 1000;
    doing = "link";
    fs.linkSync(one, two);
    if (!refuses(() => fs.linkSync(one, two))) return { ...found, trouble: "link(2) replaces a name that is taken" };
    doing = "create exclusively";
    if (!refuses(() => fs.closeSync(fs.openSync(two, "wx"))))
      return { ...found, trouble: "O_EXCL opens a file that exists" };
    doing = "rename";
    fs.writeFileSync(`${two}.new`, "other\n");
    fs.renameSync(`${two}.new`, two);
    if (fs.readFileSync(two, "utf8") !== "other\n") return { ...found, trouble: "rename(2) does not replace" };
    doing = "list";
    if (!fs.readdirSync(directory).includes(path.basename(two)))
      return { ...found, trouble: "a listing does not show what was just made" };
    doing = "make a directory";
    fs.mkdirSync(inner, 0o750);
    const { gid, mode } = fs.statSync(inner);
    const space = fs.statfsSync(directory);
    return {
      ...found,
      gid,
      mode: mode & 0o7777,
      free_bytes: space.bavail * space.bsize,
      ...(space.files > 0 ? { free_inodes: space.ffree } : {}),
    };
  } catch (error) {
    return { ...found, trouble: `cannot ${doing}: ${wordsOf(error)}` };
  } finally {
    for (const file of [one, two, `${two}.new`]) quietly(() => fs.unlinkSync(file));
    quietly(() => fs.rmdirSync(inner));
  }
}

function refuses(act: () => void): boolean {
  try {
    act();
    return false;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return true;
    throw error;
  }
}

function wordsOf(error: unknown): string {
  const errno = errnoOf(error);
  const known: Record<string, string> = {
    ENOENT: "there is no such directory",
    EACCES: "permission denied",
    EPERM: "the file system does not allow it",
    EROFS: "it is mounted read-only",
    ENOSPC: "no space is left",
    EDQUOT: "your quota is used up",
    ENOTDIR: "it is no directory",
  };
  return (errno && known[errno]) ?? errno ?? String(error);
}

function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // It was never made.
  }
}
