// All packs of a user, opened: those that count, those that others replace, and those that are damaged.
import { type Fault, isFault } from "../record/fault.js";
import type { Registry } from "./open.js";
import { hasLine } from "./pack-lines.js";
import { closePack, openPack, type Pack, type PackName, packNames } from "./packs.js";

export interface OpenPacks {
  /** Those that count, in the order of `packNames`. */
  packs: Pack[];
  /** Those whose runs are in another one, which says so. */
  replaced: { pack: Pack; by: Pack }[];
  damaged: { pack: PackName; error: Fault }[];
  /** The pack that has the run, if one that counts does. */
  with(id: string): Pack | undefined;
  close(): void;
}

/** Opens the packs of a user. Close them. Throws only what is no fault of a pack. */
export function openPacks(registry: Registry, user: string): OpenPacks {
  const all: Pack[] = [];
  const damaged: OpenPacks["damaged"] = [];
  for (const name of packNames(registry, user)) {
    try {
      const pack = openPack(registry, name);
      if (pack) all.push(pack);
    } catch (error) {
      if (!isFault(error)) throw error;
      damaged.push({ pack: name, error });
    }
  }
  const by = new Map(all.flatMap((pack) => (pack.header.replaces ?? []).map((name) => [name, pack] as const)));
  const packs = all.filter(({ name }) => !by.has(name));
  return {
    packs,
    damaged,
    replaced: all.flatMap((pack) => {
      const other = by.get(pack.name);
      return other === undefined ? [] : [{ pack, by: other }];
    }),
    with: (id) => packs.find((pack) => surelyHas(pack, id)),
    close: () => all.forEach(closePack),
  };
}

/** A pack that is damaged where the run should be has it not. */
function surelyHas(pack: Pack, id: string): boolean {
  try {
    return hasLine(pack, id);
  } catch (error) {
    if (isFault(error)) return false;
    throw error;
  }
}
