// `[collect]`: files in the run's own directory that the recipe wants to be known. They are looked at, never moved.
import path from "node:path";
import type { Options } from "globby";
import type { CollectedFile, Outputs } from "../record/artifact.js";
import { errnoOf } from "../record/fault.js";
import { timestamp } from "../record/units.js";
import { type Dirent, fs } from "./disk.js";
import type { RunOnDisk } from "./facts.js";
import { notedFiles } from "./noted.js";

export type { CollectedFile as Collected } from "../record/artifact.js";

export type Excluded = NonNullable<Outputs["excluded"]>[number];

/** At most so many files are recorded, so many exclusions are named, and so many names are looked at. */
export const collectLimits = { files: 5000, excluded: 100, names: 200_000 };

/**
 * The files that match the recipe's globs or that the job has noted, in order of their paths, and what is left out of them,
 * with the reason: links that lead out of the run, what cannot be read, what is no file, the run's own records, and what is
 * too much.
 */
export async function collectFiles(
  disk: Pick<RunOnDisk, "run" | "dir" | "owner" | "facts">,
  limits = collectLimits,
): Promise<{ collected: CollectedFile[]; excluded: Excluded[] }> {
  const { run, dir } = disk;
  const { globs = [], exclude = [] } = run.collect ?? {};
  const collected: CollectedFile[] = [];
  const excluded: Excluded[] = [];
  const noted = new Map(notedFiles(disk).map((file) => [file.path, file]));
  if ((globs.length === 0 && noted.size === 0) || !fs.existsSync(dir)) return { collected, excluded };
  const { names, unreadable, more } = await matching(globs, exclude, dir, limits.names);
  const records = names.filter((name) => name.startsWith(".lab/") && !isDirectory(path.join(dir, name)));
  // A node that died has left what it had unpacked there.
  const files = names.filter((name) => !/^(\.lab|src\.\d+)\//.test(name)).map((name) => path.join(dir, name));
  const own = realPaths([dir]);
  const ownAndOutputs = [...own, ...realPaths(Object.values(run.outputs).flatMap((output) => output.path ?? []))];
  for (const file of [...new Set([...files, ...noted.keys()])].sort()) {
    const note = noted.get(file);
    const seen = look(file, note ? ownAndOutputs : own) ?? (note ? "a directory" : undefined);
    if (typeof seen === "string") excluded.push({ path: file, reason: seen });
    else if (seen) collected.push({ ...note, path: file, ...seen });
  }
  const over = collected.splice(limits.files);
  for (const name of unreadable) excluded.push({ path: path.join(dir, name), reason: "the directory cannot be read" });
  return {
    collected,
    excluded: [
      ...firstOf(excluded, limits.excluded),
      ...counted(path.join(dir, ".lab"), records.length, "the run's own records"),
      ...counted(over[0]?.path ?? dir, over.length, `more than ${limits.files} files`),
      ...(more ? [{ path: dir, reason: `only the first ${limits.names} names were looked at` }] : []),
    ],
  };
}

function realPaths(directories: string[]): string[] {
  return directories.flatMap((directory) => (fs.existsSync(directory) ? fs.realpathSync(directory) : []));
}

async function matching(globs: string[], exclude: string[], dir: string, most: number) {
  const { globbyStream } = await import("globby");
  const names: string[] = [];
  const unreadable: string[] = [];
  const options = {
    cwd: dir,
    ignore: exclude,
    dot: true,
    followSymbolicLinks: false,
    onlyFiles: false,
    fs: { readdir: listing((directory) => unreadable.push(path.relative(dir, directory))) },
  };
  let more = false;
  for await (const name of globbyStream(globs, options as unknown as Options)) {
    if (names.length >= most) {
      more = true;
      break;
    }
    names.push(String(name));
  }
  return { names: [...new Set(names)].sort(), unreadable: [...new Set(unreadable)].sort(), more };
}

type Listed = (error: Error | null, entries: Dirent[]) => void;

/** A directory that may not be read has nothing that could be collected, and ends no walk. */
function listing(unreadable: (directory: string) => void) {
  return (directory: string, options: { withFileTypes: true }, done: Listed) =>
    fs.readdir(directory, options, (error, entries) => {
      if (errnoOf(error) !== "EACCES" && errnoOf(error) !== "EPERM") return done(error, entries);
      unreadable(directory);
      return done(null, []);
    });
}

function isDirectory(file: string): boolean {
  return fs.lstatSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** What is recorded of a file, why it is left out, or undefined for a directory, which is none. */
function look(file: string, roots: string[]): { bytes: number; modified_at: string } | string | undefined {
  try {
    const own = fs.lstatSync(file);
    if (own.isDirectory()) return undefined;
    const target = fs.realpathSync(file);
    if (!roots.some((root) => target === root || target.startsWith(`${root}${path.sep}`))) {
      return own.isSymbolicLink() ? `a link out of the run, to '${target}'` : "outside the run's directory";
    }
    const stat = fs.statSync(file);
    if (stat.isDirectory()) return `a link to the directory '${target}'`;
    if (!stat.isFile()) return "not a regular file";
    fs.accessSync(file, fs.constants.R_OK);
    return { bytes: stat.size, modified_at: timestamp(stat.mtimeMs) };
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return errno === "ENOENT" ? goneOr(file) : errno === "ELOOP" ? "a link to itself" : "cannot be read";
  }
}

function goneOr(file: string): string {
  return fs.lstatSync(file, { throwIfNoEntry: false }) ? "a link that leads nowhere" : "it is gone";
}

function firstOf(excluded: Excluded[], most: number): Excluded[] {
  const sorted = excluded.sort((a, b) => (a.path < b.path ? -1 : 1));
  const last = sorted[most - 1];
  if (sorted.length <= most || !last) return sorted;
  return [...sorted.slice(0, most - 1), { ...last, more: sorted.length - most }];
}

function counted(at: string, count: number, reason: string): Excluded[] {
  if (count === 0) return [];
  return [{ path: at, reason, ...(count > 1 ? { more: count - 1 } : {}) }];
}
