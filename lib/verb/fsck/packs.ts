// Packs: whole, in order, and of runs that are there and say the same.
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { rebuildPacks } from "../../pass/rebuild-packs.js";
import { isFault } from "../../record/fault.js";
import { checkHandles, checkPack } from "../../registry/check-pack.js";
import { envelope, packFiles, runDirectory, sealFile } from "../../registry/layout.js";
import { lookAt } from "../../registry/look.js";
import type { Registry } from "../../registry/open.js";
import { type OpenPacks, openPacks } from "../../registry/open-packs.js";
import { filesOf } from "../../registry/pack-full.js";
import { linesBackward } from "../../registry/pack-lines.js";
import { packedRun } from "../../registry/packed-run.js";
import { closePack, openPack, type Pack, type PackName, packNames } from "../../registry/packs.js";
import { openRun } from "../../registry/runs.js";
import { breachOf, day_ms, type Looking, reading, type Survey } from "./breach.js";
import { namesIn, regular } from "./files.js";

const stale_ms = 2000;

/** Tells whether a pack has a run; what is remembered of packs is two seconds old at most before it is "no". */
export function packed(registry: Registry): Survey["isPacked"] {
  let known: { user: string; at: number; packs: OpenPacks } | undefined;
  const has = (id: string) =>
    known !== undefined &&
    (known.packs.with(id) !== undefined || known.packs.damaged.some(({ pack }) => pack.first <= id && id <= pack.last));
  return (user, id) => {
    if (known?.user === user && has(id)) return true;
    if (known?.user === user && Date.now() - known.at < stale_ms) return false;
    known?.packs.close();
    known = { user, at: Date.now(), packs: openPacks(registry, user) };
    return has(id);
  };
}

/** The packs of a user. */
export function* checkPacks(survey: Survey, user: string, owner: number): Looking {
  const { registry } = survey;
  const directory = path.join(registry.base, "packs", user);
  const names = packNames(registry, user);
  const known = new Map(names.map((pack) => [pack.name, pack]));
  for (const file of yield* namesIn(survey, "pack", directory)) {
    const at = path.join(directory, file);
    const [, name = "", kind] = /^(.+?)\.(summary\.ndjson|full\.ndjson|handles)$/.exec(file) ?? [];
    if (kind === undefined) yield { check: "stray", path: at, message: "is no part of a pack" };
    else if ((yield* regular(survey, at, owner)) && !known.has(name)) yield* unborn(survey, at);
  }
  for (const pack of names) yield* whole(survey, pack, owner);
}

/** The other files of a pack are written before its summary. */
function* unborn({ now }: Survey, file: string): Looking {
  const seen = lookAt(file);
  if (seen && now - seen.mtime_ms > day_ms)
    yield { check: "temporary", path: file, message: "belongs to a pack that never came to be" };
}

function* whole(survey: Survey, name: PackName, owner: number): Looking {
  const { registry } = survey;
  const { summary, full, handles } = packFiles(registry.base, name.user, name.name);
  const mending = owner === registry.uid ? { mend: () => void rebuildPacks(registry) } : {};
  let pack: Pack | undefined;
  try {
    pack = openPack(registry, name);
    if (!pack) return;
    const ids = checkPack(registry, pack);
    if (!checkHandles(registry, pack, ids))
      yield { check: "pack", path: handles, message: "is not in the order of its runs' handles", ...mending };
    for (const id of ids) yield* settled(survey, name, id, summary);
    if (survey.deep) yield* same(survey, pack);
  } catch (error) {
    if (!isFault(error)) throw error;
    if (error.code !== "dataerr") survey.unread(summary, error);
    else yield { ...breachOf("pack", error.message.includes(`'${full}'`) ? full : summary, error), ...mending };
  } finally {
    if (pack) closePack(pack);
  }
}

/** A packed run is there, and sealed. */
function* settled(survey: Survey, { user }: PackName, id: string, summary: string): Looking {
  const seal = sealFile(envelope(runDirectory(survey.registry.base, user, id)));
  const seen = yield* reading(survey, "pack", seal, () => lookAt(seal));
  if (!seen)
    yield { check: "pack", path: summary, message: `has the run ${id}, which is not there, or not settled`, run: id };
}

/** What a pack has of its runs is what they say. */
function* same(survey: Survey, pack: Pack): Looking {
  for (const { id, text } of linesBackward(pack, undefined)) {
    yield undefined;
    const file = runDirectory(survey.registry.base, pack.user, id);
    const disk = yield* reading(survey, "pack", file, () => openRun(survey.registry, pack.user, id));
    const now = disk && (yield* reading(survey, "pack", file, () => JSON.parse(packedRun(disk).full.toString()).files));
    const then = filesOf(survey.registry, pack, id, JSON.parse(text()));
    if (now && then && !isDeepStrictEqual(now, then))
      yield {
        check: "pack",
        path: packFiles(survey.registry.base, pack.user, pack.name).full,
        message: `does not say of ${id} what its files say`,
        run: id,
      };
  }
}
