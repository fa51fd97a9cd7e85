// Which tree a directory belongs to.
import fs from "node:fs";
import path from "node:path";
import { systemFault } from "../record/fault.js";

export interface Source {
  kind: "git" | "directory";
  root: string;
}

/**
 * The git work tree that holds `dir` (found by walking up; git itself is not started), else the directory itself; links
 * are resolved. In a directory that anybody may write to, such as /tmp, only a repository of `uid` counts.
 * Throws noinput, noperm.
 */
export function findSource(dir: string, uid: number): Source {
  const start = realDirectory(dir);
  for (let at = start; ; at = path.dirname(at)) {
    if (holdsRepository(at, uid)) return { kind: "git", root: at };
    if (at === path.dirname(at)) return { kind: "directory", root: start };
  }
}

function realDirectory(dir: string): string {
  try {
    const real = fs.realpathSync(dir);
    fs.opendirSync(real).closeSync();
    return real;
  } catch (error) {
    throw systemFault(error, `open the source '${dir}'`);
  }
}

function holdsRepository(dir: string, uid: number): boolean {
  const dot = path.join(dir, ".git");
  const entry = fs.lstatSync(dot, { throwIfNoEntry: false });
  if (entry === undefined) return false;
  if ((fs.statSync(dir).mode & 0o002) !== 0 && entry.uid !== uid) return false;
  if (entry.isFile()) return startOf(dot).startsWith("gitdir: ");
  return fs.existsSync(path.join(dot, "HEAD"));
}

function startOf(file: string): string {
  try {
    return fs.readFileSync(file, "latin1").slice(0, 8);
  } catch {
    return "";
  }
}
