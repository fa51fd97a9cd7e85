// The runs that a part of an id means: its beginning, or its last six characters. Found by halving in each pack.
import { isFault } from "../record/fault.js";
import { handleOf, isHandle } from "../record/run-id.js";
import { withHandle } from "./handles.js";
import type { Registry } from "./open.js";
import { hasLine, idLength } from "./pack-lines.js";
import { closePack, openPack, type Pack, type PackName, packNames } from "./packs.js";
import { roll } from "./roll.js";
import { marked } from "./runs.js";

/** The ids of a user's runs, loose or packed, that begin with the part or have it for their handle, the oldest first. */
export function idsWith(registry: Registry, user: string, part: string): string[] {
  const mayBeHandle = isHandle(part);
  const matches = (id: string) => id.startsWith(part) || (mayBeHandle && handleOf(id) === part);
  const found = new Set(marked(registry, "loose", user).filter(matches));
  const packs = packNames(registry, user);
  if (mayBeHandle) for (const pack of packs) for (const id of byIndex(registry, pack, part)) found.add(id);
  for (const id of byBeginning(registry, user, part, packs)) found.add(id);
  // An index may be damaged, too, so that it knows of too few.
  if (mayBeHandle && found.size === 0)
    for (const pack of packs.filter((one) => !isWhole(registry, one, part)))
      for (const { id } of roll(registry, [user], { from: pack.first })) if (handleOf(id) === part) found.add(id);
  return [...found].sort();
}

/** What the index of a pack says, where the pack has it too. */
function byIndex(registry: Registry, name: PackName, handle: string): string[] {
  try {
    return (withHandle(registry, name, handle)?.ids ?? []).filter((id) =>
      inPack(registry, name, (pack) => hasLine(pack, id)),
    );
  } catch (error) {
    if (isFault(error)) return [];
    throw error;
  }
}

function isWhole(registry: Registry, name: PackName, handle: string): boolean {
  try {
    const { ids, count } = withHandle(registry, name, handle) ?? { ids: [], count: -1 };
    // One that it knows, and that is not in the pack, is of another pack.
    return ids.length === 0 && (inPack(registry, name, ({ header }) => header.runs === count) ?? true);
  } catch (error) {
    if (isFault(error)) return false;
    throw error;
  }
}

function inPack<T>(registry: Registry, name: PackName, look: (pack: Pack) => T): T | undefined {
  const pack = openPack(registry, name);
  if (!pack) return undefined;
  try {
    return look(pack);
  } finally {
    closePack(pack);
  }
}

function byBeginning(registry: Registry, user: string, part: string, packs: readonly PackName[]): string[] {
  const past = `${part}~`;
  const may = packs.some(({ first, last }) => part.length < idLength && first < past && last >= part);
  if (!may || !/^\d/.test(part)) return [];
  const ids: string[] = [];
  for (const { id } of roll(registry, [user], { from: part, before: past })) if (id.startsWith(part)) ids.push(id);
  return ids;
}
