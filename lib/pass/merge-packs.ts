// Small packs become larger ones, a month's at a time, so that there are never many to look into.
import { fault, isFault } from "../record/fault.js";
import type { PackHeader, Summary, Unplaced } from "../record/pack.js";
import type { Registry } from "../registry/open.js";
import { openPacks } from "../registry/open-packs.js";
import { fullText } from "../registry/pack-full.js";
import { linesBackward } from "../registry/pack-lines.js";
import { packedRun } from "../registry/packed-run.js";
import type { Pack } from "../registry/packs.js";
import { openRun } from "../registry/runs.js";
import { type PackedRun, packLimits, writePack } from "../registry/write-pack.js";
import { monthOf, type PackPass, type Written } from "./pack.js";

/** A month's packs of a level are merged when there are so many that are not large yet. */
export type MergeRules = Record<PackHeader["level"], number>;
export const usualMerges: MergeRules = { day: 16, month: 4 };

/** Merges what the rules tell to, of one month after the other; with `all`, whatever there are two of. */
export function* mergePacks(pass: PackPass, rules: MergeRules | "all"): Generator<Written> {
  const { registry, report } = pass;
  const opened = openPacks(registry, registry.user);
  try {
    for (const group of groupsOf(opened.packs, rules)) {
      if (pass.stopped()) return;
      try {
        yield pass.dry ? planned(group) : merged(registry, group);
      } catch (error) {
        if (!isFault(error)) throw error;
        report(undefined, error);
      }
    }
  } finally {
    opened.close();
  }
}

function groupsOf(packs: readonly Pack[], rules: MergeRules | "all"): Pack[][] {
  const months = new Map<string, Pack[]>();
  for (const pack of packs) {
    if (pack.header.full_bytes * 2 > packLimits.bytes || pack.header.runs * 2 > packLimits.runs) continue;
    const key = `${monthOf(pack.first)} ${rules === "all" ? "" : pack.header.level}`;
    months.set(key, [...(months.get(key) ?? []), pack]);
  }
  return [...months.values()]
    .filter((group) => group.length >= (rules === "all" ? 2 : rules[group[0]?.header.level ?? "day"]))
    .map(asManyAsFit)
    .filter((group) => group.length > 1);
}

/** The smallest first, as many as one pack may hold. */
function asManyAsFit(packs: readonly Pack[]): Pack[] {
  const sorted = [...packs].sort((a, b) => a.header.full_bytes - b.header.full_bytes);
  let [bytes, runs] = [0, 0];
  return sorted.filter(({ header }) => {
    bytes += header.full_bytes;
    runs += header.runs;
    return bytes <= packLimits.bytes && runs <= packLimits.runs;
  });
}

function planned(group: readonly Pack[]): Written {
  const { user } = group[0] as Pack;
  const first = group.map((pack) => pack.first).sort()[0] ?? "";
  const last =
    group
      .map((pack) => pack.last)
      .sort()
      .at(-1) ?? "";
  const runs = group.reduce((sum, { header }) => sum + header.runs, 0);
  const replaces = group.map(({ name }) => name);
  return { type: "pack", v: 1, user, level: "month", runs, first, last, replaces, dry_run: true };
}

function merged(registry: Registry, group: readonly Pack[]): PackHeader {
  const runs = new Map<string, PackedRun>();
  for (const pack of group)
    for (const { id, text } of linesBackward(pack, undefined))
      if (!runs.has(id)) runs.set(id, copied(registry, pack, text()));
  const ordered = [...runs.keys()].sort().flatMap((id) => runs.get(id) ?? []);
  return writePack(
    registry,
    "month",
    ordered,
    group.map(({ name }) => name),
  );
}

/** A run's lines as they are; where one is damaged, as they are made from the run. */
function copied(registry: Registry, pack: Pack, text: string): PackedRun {
  try {
    const { full_at, full_bytes, ...summary } = JSON.parse(text) as Summary;
    const full = fullText(registry, pack, summary.id, { full_at, full_bytes });
    if (full) return { summary: summary as Unplaced, full };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const id = /"id":"([^"]*)"/.exec(text)?.[1] ?? "";
  const disk = openRun(registry, pack.user, id);
  if (disk) return packedRun(disk);
  throw fault(
    "dataerr",
    `cannot merge the pack '${pack.name}': of ${id} it has no good line, and there is no such run`,
  );
}
