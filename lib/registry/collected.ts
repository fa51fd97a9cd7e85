// `[collect]`: files in the run's own directory that the recipe wants to be known. They are looked at, never moved.
import fs from "node:fs";
import path from "node:path";
import { timestamp } from "../record/units.js";
import type { RunOnDisk } from "./facts.js";

export interface Collected {
  path: string;
  bytes: number;
  modified_at: string;
}

/** The files that match the recipe's globs, in order of their paths; what is in .lab/ does not count. */
export async function collectedFiles({ run, dir }: RunOnDisk): Promise<Collected[]> {
  const { globs = [], exclude = [] } = run.collect ?? {};
  if (globs.length === 0) return [];
  const { globby } = await import("globby");
  const names = await globby(globs, {
    cwd: dir,
    ignore: [".lab/**", ...exclude],
    dot: true,
    followSymbolicLinks: false,
  });
  return names.sort().flatMap((name) => {
    const file = path.join(dir, name);
    const stat = fs.lstatSync(file, { throwIfNoEntry: false });
    return stat?.isFile() ? [{ path: file, bytes: stat.size, modified_at: timestamp(stat.mtimeMs) }] : [];
  });
}
