// What packs and markers should say, made from the runs again: packs that are not what was written go, and every run that
// is in none gets its marker in loose/ back.
import { type Fault, isFault } from "../record/fault.js";
import { checkHandles, checkPack } from "../registry/check-pack.js";
import { removePack } from "../registry/clean-packs.js";
import { marker } from "../registry/layout.js";
import type { Registry } from "../registry/open.js";
import { openPacks } from "../registry/open-packs.js";
import { marked, runsOnDisk } from "../registry/runs.js";
import { mark } from "../registry/write.js";

export interface Rebuilt {
  /** The packs that were removed, or would be, and why. */
  removed: { name: string; error: Fault }[];
  /** Indexes of handles that were written anew. */
  indexed: string[];
  /** Runs that have their markers back. */
  marked: string[];
}

/** Reads all packs of the caller and lists her runs. Throws faults: what was done until then is done. */
export function rebuildPacks(registry: Registry, dry = false): Rebuilt {
  const { base, user } = registry;
  const found: Rebuilt = { removed: [], indexed: [], marked: [] };
  const packed = new Set<string>();
  const opened = openPacks(registry, user);
  try {
    for (const { pack, error } of opened.damaged) found.removed.push({ name: pack.name, error });
    for (const pack of [...opened.packs, ...opened.replaced.map((one) => one.pack)]) {
      try {
        const ids = checkPack(registry, pack);
        if (!checkHandles(registry, pack, ids, !dry)) found.indexed.push(pack.name);
        for (const id of ids) packed.add(id);
      } catch (error) {
        if (!isFault(error) || error.code !== "dataerr") throw error;
        found.removed.push({ name: pack.name, error });
      }
    }
  } finally {
    opened.close();
  }
  const loose = new Set(marked(registry, "loose", user));
  // The markers first: a run is never without both.
  for (const id of runsOnDisk(registry, (one) => !packed.has(one) && !loose.has(one))) {
    if (!dry) mark(marker(base, "loose", user, id));
    found.marked.push(id);
  }
  if (!dry) for (const { name } of found.removed) removePack(base, user, name);
  return found;
}
