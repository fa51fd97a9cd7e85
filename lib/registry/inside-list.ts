// What is in a directory of a run, told without opening or following any of it.
import { errnoOf } from "../record/fault.js";
import { timestamp } from "../record/units.js";
import { fs, type Stats } from "./disk.js";
import { kindOf, type Root, withDirectory } from "./inside.js";

export interface InsideEntry {
  /** As UTF-8; a byte that is none has become U+FFFD. */
  name: string;
  kind: "file" | "directory" | "link" | "other";
  bytes?: number;
  modified_at?: string;
  /** Where a link leads, as it says; nobody has looked whether that is there. */
  link_to?: string;
  /** Why it can be listed, but not opened. */
  problem?: string;
}

/** At most so many entries of one directory are told of: one with millions must not stop everybody. */
export const mostEntries = 5000;

/** The entries of a directory below a root, directories first, by name. Throws as withDirectory does. */
export function listInside(root: Root, path: string, most = mostEntries): { entries: InsideEntry[]; more?: true } {
  return withDirectory(root, path, (place) => {
    const { names, more } = namesIn(place, most);
    const entries = names.flatMap((name) => entryOf(place, name, root.owner) ?? []);
    const rank = ({ kind }: InsideEntry) => (kind === "directory" ? 0 : 1);
    entries.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    return { entries, ...(more ? { more } : {}) };
  });
}

/** One of the entries of the directory that a root is; undefined where there is none. Throws as withDirectory does. */
export function entryInside(root: Root, name: string): InsideEntry | undefined {
  return withDirectory(root, "", (place) => entryOf(place, Buffer.from(name), root.owner));
}

function namesIn(place: string, most: number): { names: Buffer[]; more: boolean } {
  // Names are bytes: one that is no UTF-8 would be another name after a round trip through a string.
  const opened = fs.opendirSync(place, { encoding: "buffer" as BufferEncoding, bufferSize: 256 });
  const names: Buffer[] = [];
  try {
    for (let entry = opened.readSync(); entry; entry = opened.readSync()) {
      if (names.length === most) return { names, more: true };
      names.push(entry.name as unknown as Buffer);
    }
    return { names, more: false };
  } finally {
    opened.closeSync();
  }
}

function entryOf(place: string, bytes: Buffer, owner: number): InsideEntry | undefined {
  const file = Buffer.concat([Buffer.from(`${place}/`), bytes]);
  const name = bytes.toString("utf8");
  let stat: Stats;
  try {
    stat = fs.lstatSync(file);
  } catch (error) {
    return errnoOf(error) === "ENOENT" ? undefined : { name, kind: "other", problem: "it cannot be looked at" };
  }
  const kind = stat.isFile() ? "file" : stat.isDirectory() ? "directory" : stat.isSymbolicLink() ? "link" : "other";
  const link = kind === "link" ? linkOf(file) : undefined;
  const problem = problemOf(name, bytes, stat, owner);
  return {
    name,
    kind,
    ...(kind === "file" ? { bytes: stat.size } : {}),
    modified_at: timestamp(stat.mtimeMs),
    ...(link === undefined ? {} : { link_to: link }),
    ...(problem === undefined ? {} : { problem }),
  };
}

function problemOf(name: string, bytes: Buffer, stat: Stats, owner: number): string | undefined {
  if (!Buffer.from(name).equals(bytes)) return "its name is no UTF-8";
  if (stat.isSymbolicLink()) return undefined;
  if (!stat.isFile() && !stat.isDirectory()) return `it is ${kindOf(stat)}`;
  return stat.isFile() && stat.uid !== owner ? `it belongs to uid ${stat.uid}, not to the run's owner` : undefined;
}

function linkOf(file: Buffer): string | undefined {
  try {
    return fs.readlinkSync(file);
  } catch {
    return undefined;
  }
}
