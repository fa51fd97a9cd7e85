// Packs as they lie in packs/<user>/: which there are, and opening one. A pack is derived: what is wrong with it is told,
// and its runs are looked for where they are.
import path from "node:path";
import { fault, isFault, systemFault } from "../record/fault.js";
import { type PackHeader, packSchema } from "../record/pack.js";
import { isRunId } from "../record/run-id.js";
import { checked } from "../record/schema.js";
import { fs, type Stats } from "./disk.js";
import { packFiles } from "./layout.js";
import type { Registry } from "./open.js";
import { ownerOfUser } from "./owners.js";
import { list, parseJson } from "./read.js";
import { openIfThere } from "./regular.js";

/** A pack by its name alone. */
export interface PackName {
  user: string;
  name: string;
  first: string;
  last: string;
  /** From 2: there was one from the same first to the same last run already. */
  n: number;
}

/** An open pack. Close it. */
export interface Pack extends PackName {
  /** Its summary file; and the full one, once that was asked for: -1 where there is none. */
  fd: number;
  full?: number;
  header: PackHeader;
  /** Where the lines of runs begin and end in the summary file (bytes). */
  start: number;
  end: number;
  /** When it was written, by the file server's clock (milliseconds). */
  written: number;
}

/**
 * The packs of a user, those with the newest run first; of several that end with the same run the longer, then the later
 * one first, so that a pack comes before those that it replaces. None where the directory is not the user's, or is closed
 * to the caller.
 */
export function packNames(registry: Registry, user: string): PackName[] {
  const directory = path.join(registry.base, "packs", user);
  try {
    if (ownerOfUser(registry, directory, user) === undefined) return [];
    return list(directory)
      .flatMap((file) => packNameOf(user, file) ?? [])
      .sort(inOrder);
  } catch (error) {
    if (isFault(error) && (error.code === "dataerr" || (error.code === "noperm" && user !== registry.user))) return [];
    throw error;
  }
}

const suffix = ".summary.ndjson";

function packNameOf(user: string, file: string): PackName | undefined {
  if (!file.endsWith(suffix)) return undefined;
  const name = file.slice(0, -suffix.length);
  const [, first = "", last = "", n] = /^(.+?)\.\.([^.]+)(?:\.([1-9]\d{0,5}))?$/.exec(name) ?? [];
  return isRunId(first) && isRunId(last) ? { user, name, first, last, n: n === undefined ? 1 : Number(n) } : undefined;
}

function inOrder(a: PackName, b: PackName): number {
  if (a.last !== b.last) return a.last < b.last ? 1 : -1;
  if (a.first !== b.first) return a.first < b.first ? -1 : 1;
  return b.n - a.n;
}

const longestHeader = 1 << 16;

/** Opens a pack, or says undefined where it is gone by now. Throws faults for one that is damaged or another's. */
export function openPack(registry: Registry, pack: PackName): Pack | undefined {
  const file = packFiles(registry.base, pack.user, pack.name).summary;
  const opened = openOwn(registry, pack.user, file);
  if (opened === undefined) return undefined;
  const { fd, stat } = opened;
  try {
    const head = Buffer.allocUnsafe(Math.min(longestHeader, stat.size));
    const read = fs.readSync(fd, head, 0, head.length, 0);
    const end = head.subarray(0, read).indexOf(10);
    const header = headerIn(head.toString("utf8", 0, Math.max(0, end)), file);
    const { id, user, first, last, summary_bytes } = header;
    if (id !== pack.name || user !== pack.user || first !== pack.first || last !== pack.last)
      throw fault("dataerr", `cannot trust '${file}': it calls itself the pack '${id}' of ${user}`);
    const start = end + 1;
    if (stat.size !== start + summary_bytes)
      throw fault("dataerr", `cannot read '${file}': it has ${stat.size} bytes of ${start + summary_bytes}`);
    return { ...pack, fd, header, start, end: stat.size, written: stat.mtimeMs };
  } catch (error) {
    fs.closeSync(fd);
    throw systemFault(error, `read '${file}'`);
  }
}

export function closePack({ fd, full = -1 }: Pack): void {
  fs.closeSync(fd);
  if (full >= 0) fs.closeSync(full);
}

function headerIn(line: string, file: string): PackHeader {
  return checked(packSchema, parseJson(line, file, 1), `'${file}'`);
}

/** A file of a user's packs that is the user's; undefined where there is none. Close it. Throws faults. */
export function openOwn(registry: Registry, user: string, file: string): { fd: number; stat: Stats } | undefined {
  const owner = ownerOfUser(registry, path.dirname(file), user);
  return owner === undefined ? undefined : openIfThere(file, owner);
}
