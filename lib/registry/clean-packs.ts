// Packs that others have replaced go when nobody reads them any more; so does what an interrupted pass left.
import path from "node:path";
import { fs } from "./disk.js";
import { packFiles } from "./layout.js";
import type { Registry } from "./open.js";
import { openPacks } from "./open-packs.js";
import { packNames } from "./packs.js";
import { list } from "./read.js";
import { isTempName } from "./temp-name.js";
import { unmark } from "./write.js";

const day_ms = 86_400_000;

/** Removes what is a day old: replaced packs, and files of packs that never came to be. Says the names of the packs. */
export function cleanPacks(registry: Registry, now: number, dry = false): string[] {
  const { base, user } = registry;
  const opened = openPacks(registry, user);
  try {
    const old = opened.replaced.filter(({ by }) => now - by.written > day_ms).map(({ pack }) => pack.name);
    if (dry) return old;
    for (const name of old) removePack(base, user, name);
    const directory = path.join(base, "packs", user);
    const known = new Set(packNames(registry, user).map(({ name }) => name));
    for (const file of list(directory)) {
      const name = /^(.+)\.(?:full\.ndjson|handles)$/.exec(file)?.[1];
      const isStray = isTempName(file) || (name !== undefined && !known.has(name));
      if (isStray && now - changedAt(path.join(directory, file), now) > day_ms) unmark(path.join(directory, file));
    }
    return old;
  } finally {
    opened.close();
  }
}

function changedAt(file: string, otherwise: number): number {
  return fs.lstatSync(file, { throwIfNoEntry: false })?.mtimeMs ?? otherwise;
}

/** The summary file first: without it there is no pack. */
export function removePack(base: string, user: string, name: string): void {
  const { summary, handles, full } = packFiles(base, user, name);
  for (const file of [summary, handles, full]) unmark(file);
}
