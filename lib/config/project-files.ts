// The files of a project: the nearest .lab.toml above the working directory, and .lab.local.toml beside it.
import { isUtf8 } from "node:buffer";
import fs from "node:fs";
import path from "node:path";
import { errnoOf, fault, systemFault } from "../record/fault.js";
import { parseToml, type TomlFile, tomlLimit } from "../toml/document.js";

export interface ProjectFiles {
  base?: TomlFile;
  local?: TomlFile;
  /** Files that were found and not believed. */
  warnings: string[];
}

/**
 * Looks in `cwd` and its parents up to the root of the file system that holds it. A file that neither the caller nor
 * root owns, or that everybody may write, is ignored with a warning: it could send runs elsewhere. Throws config for
 * what is no TOML.
 */
export function findProjectFiles(cwd: string, uid: number, device = deviceOf): ProjectFiles {
  const warnings: string[] = [];
  for (const directory of upwards(cwd, device)) {
    const base = readOwn(path.join(directory, ".lab.toml"), uid, warnings);
    if (base === undefined) continue;
    const local = readOwn(path.join(directory, ".lab.local.toml"), uid, warnings);
    return { base, ...(local && { local }), warnings };
  }
  return { warnings };
}

/** As git does it: beyond a mount point is another place, perhaps a slow one. */
function* upwards(cwd: string, device: typeof deviceOf): Generator<string> {
  let directory = cwd;
  const here = device(directory);
  for (;;) {
    yield directory;
    const parent = path.dirname(directory);
    if (parent === directory || device(parent) !== here) return;
    directory = parent;
  }
}

function deviceOf(directory: string): number | undefined {
  try {
    return fs.statSync(directory).dev;
  } catch {
    return undefined;
  }
}

/** The file, or undefined where there is none to be believed. What is checked is what is read: one descriptor for both. */
function readOwn(file: string, uid: number, warnings: string[]): TomlFile | undefined {
  const link = lstat(file);
  if (link === undefined) return undefined;
  const distrust = strangerTo(link, uid);
  if (distrust !== undefined) {
    warnings.push(`ignored '${file}': ${distrust}`);
    return undefined;
  }
  let fd: number | undefined;
  try {
    fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const stat = fs.fstatSync(fd);
    const why = strangerTo(stat, uid) ?? (stat.isFile() ? undefined : "it is no file") ?? openToAll(stat);
    if (why === undefined) return parsed(fd, stat.size, file);
    warnings.push(`ignored '${file}': ${why}`);
    return undefined;
  } catch (error) {
    throw systemFault(error, `read '${file}'`);
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

function parsed(fd: number, size: number, file: string): TomlFile {
  if (size > tomlLimit) throw fault("config", `cannot read '${file}': it is larger than a TOML file may be`);
  const bytes = fs.readFileSync(fd);
  if (!isUtf8(bytes)) throw fault("config", `${file}:${lineThatIsNotUtf8(bytes)}:1: the line is not UTF-8`);
  return parseToml(bytes.toString("utf8"), file, "config");
}

function lstat(file: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(file, { throwIfNoEntry: false });
  } catch (error) {
    if (errnoOf(error) === "EACCES") return undefined;
    throw systemFault(error, `read '${file}'`);
  }
}

function strangerTo(stat: fs.Stats, uid: number): string | undefined {
  return stat.uid === uid || stat.uid === 0 ? undefined : `it belongs to uid ${stat.uid}, who is neither you nor root`;
}

function openToAll(stat: fs.Stats): string | undefined {
  return (stat.mode & 0o002) === 0 ? undefined : "everybody may write it (chmod o-w)";
}

function lineThatIsNotUtf8(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; ; line += 1) {
    const end = bytes.indexOf(10, start);
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
}
