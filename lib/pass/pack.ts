// The pass that packs: settled runs go from loose/ into packs. Level-triggered, as all passes are: interrupted anywhere, the
// next one goes on, and a run that is in two places counts once.
import { type Fault, isFault } from "../record/fault.js";
import type { PackHeader } from "../record/pack.js";
import { marker } from "../registry/layout.js";
import type { Registry } from "../registry/open.js";
import { openPacks } from "../registry/open-packs.js";
import { packedRun } from "../registry/packed-run.js";
import { marked, openRun } from "../registry/runs.js";
import { unmark } from "../registry/write.js";
import { type PackedRun, packLimits, writePack } from "../registry/write-pack.js";

export interface PackPass {
  registry: Registry;
  now: number;
  /** At least so many settled runs must be loose for anything to be done. */
  least: number;
  /** At most so many of them are packed, the oldest first. */
  most: number;
  /**
   * How long a pack must have been there before its runs leave loose/ (milliseconds): another host may see that they are
   * gone from one directory before it sees what is new in the other.
   */
  seen_ms: number;
  /** Only look: nothing is written. */
  dry?: boolean;
  report(id: string | undefined, error: Fault): void;
  stopped(): boolean;
}

/** A pack that was written; of a dry pass one that would be. */
export type Written = Pick<PackHeader, "type" | "v" | "user" | "level" | "runs" | "first" | "last"> &
  Partial<PackHeader>;

/** Packs the caller's settled runs: those of each month apart, as many in a pack as it may have. */
export function* packLoose(pass: PackPass): Generator<Written> {
  const active = new Set(marked(pass.registry, "active", pass.registry.user));
  const settled = marked(pass.registry, "loose", pass.registry.user).filter((id) => !active.has(id));
  if (settled.length < Math.max(1, pass.least)) return;
  const ids = unpacked(pass, settled);
  if (ids.length < pass.least) return;
  for (const month of byMonth(ids.slice(0, pass.most))) {
    if (pass.stopped()) return;
    if (pass.dry) yield planned(pass.registry, month);
    else yield* packMonth(pass, month);
  }
}

/** Those that are in no pack. The others leave loose/ when they have been in one for long enough. */
function unpacked({ registry, now, seen_ms, dry }: PackPass, ids: string[]): string[] {
  const packs = openPacks(registry, registry.user);
  try {
    return ids.filter((id) => {
      const pack = packs.with(id);
      if (pack && !dry && now - pack.written >= seen_ms) unmark(marker(registry.base, "loose", registry.user, id));
      return pack === undefined;
    });
  } finally {
    packs.close();
  }
}

/** `202611` is what ids of one month begin with. */
export function monthOf(id: string): string {
  return id.slice(0, 6);
}

function byMonth(ids: readonly string[]): string[][] {
  const months = new Map<string, string[]>();
  for (const id of ids) {
    const month = months.get(monthOf(id)) ?? [];
    months.set(monthOf(id), month);
    month.push(id);
  }
  return [...months.values()];
}

function planned({ user }: Registry, ids: readonly string[]): Written {
  const [first = "", last = ""] = [ids[0], ids.at(-1)];
  return { type: "pack", v: 1, user, level: "day", runs: ids.length, first, last, dry_run: true };
}

function* packMonth(pass: PackPass, ids: readonly string[]): Generator<PackHeader> {
  let runs: PackedRun[] = [];
  let bytes = 0;
  for (const id of ids) {
    // What was read until then is worth being written.
    if (pass.stopped()) break;
    const run = settledRun(pass, id);
    if (!run) continue;
    runs.push(run);
    bytes += run.full.length;
    if (bytes < packLimits.bytes && runs.length < packLimits.runs) continue;
    yield written(pass, runs);
    [runs, bytes] = [[], 0];
  }
  if (runs.length > 0) yield written(pass, runs);
}

/** The lines of a run; undefined where it is to stay loose, with the reason told. */
function settledRun({ registry, report }: PackPass, id: string): PackedRun | undefined {
  try {
    const disk = openRun(registry, registry.user, id);
    return disk && packedRun(disk);
  } catch (error) {
    if (!isFault(error)) throw error;
    if (error.code !== "refused") report(id, error);
    return undefined;
  }
}

function written({ registry, seen_ms }: PackPass, runs: readonly PackedRun[]): PackHeader {
  const header = writePack(registry, "day", runs);
  if (seen_ms === 0) for (const { summary } of runs) unmark(marker(registry.base, "loose", registry.user, summary.id));
  return header;
}
