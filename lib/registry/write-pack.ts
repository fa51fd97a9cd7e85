// Writing a pack: the full file, then the summary file, by which the pack is there, then the index of handles.
import crypto from "node:crypto";
import { fault } from "../record/fault.js";
import type { PackHeader, Unplaced } from "../record/pack.js";
import { timestamp } from "../record/units.js";
import { handleIndex } from "./handles.js";
import { packFiles } from "./layout.js";
import { ownDirectory, type Registry } from "./open.js";
import { packNames } from "./packs.js";
import { writeOnce } from "./write.js";

/** What a pack has of a run: its summary but for the place of the full line, and that line without its end. */
export interface PackedRun {
  summary: Unplaced;
  full: Buffer;
}

/** A pack's full file has at most so many bytes, or one run more; it has at most so many runs. */
export const packLimits = { bytes: 32 * 2 ** 20, runs: 10_000 };

/** Writes one pack of the caller's runs, given in the order of their ids, of which there is at least one. Throws faults. */
export function writePack(
  registry: Registry,
  level: PackHeader["level"],
  runs: readonly PackedRun[],
  replaces: readonly string[] = [],
): PackHeader {
  ownDirectory(registry, "packs");
  const ids = runs.map(({ summary }) => summary.id);
  const [first, last] = [ids[0], ids.at(-1)];
  if (first === undefined || last === undefined) throw fault("software", "a pack of no runs");
  const { full, summary } = textsOf(runs);
  for (let n = numberFor(registry, first, last); ; n += 1) {
    const id = `${first}..${last}${n === 1 ? "" : `.${n}`}`;
    const files = packFiles(registry.base, registry.user, id);
    if (writeOnce(files.full, full, registry.modes.file) === "exists") continue;
    const header: PackHeader = {
      type: "pack",
      v: 1,
      id,
      user: registry.user,
      level,
      runs: ids.length,
      first,
      last,
      ended_last: runs.reduce((latest, { summary }) => later(latest, endOf(summary)), ""),
      summary_bytes: summary.length,
      summary_digest: digestOf(summary),
      full_bytes: full.length,
      full_digest: digestOf(full),
      ...(replaces.length > 0 ? { replaces: [...replaces] } : {}),
      at: timestamp(Date.now()),
    };
    const text = Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), summary]);
    if (writeOnce(files.summary, text, registry.modes.file) === "exists") continue;
    writeOnce(files.handles, handleIndex(ids), registry.modes.file);
    return header;
  }
}

function endOf({ ended_at, planned_at }: Unplaced): string {
  return typeof ended_at === "string" ? ended_at : planned_at;
}

/** By time, since not all of them have as many digits. */
function later(a: string, b: string): string {
  return a === "" || Date.parse(b) > Date.parse(a) ? b : a;
}

function textsOf(runs: readonly PackedRun[]): { full: Buffer; summary: Buffer } {
  const fulls: Buffer[] = [];
  const lines: string[] = [];
  let at = 0;
  for (const { summary, full } of runs) {
    fulls.push(full, newline);
    lines.push(`${JSON.stringify({ ...summary, full_at: at, full_bytes: full.length })}\n`);
    at += full.length + 1;
  }
  return { full: Buffer.concat(fulls), summary: Buffer.from(lines.join("")) };
}

const newline = Buffer.from("\n");

/** The first number that no pack of the same first and last run has. */
function numberFor(registry: Registry, first: string, last: string): number {
  const same = packNames(registry, registry.user).filter((pack) => pack.first === first && pack.last === last);
  return 1 + Math.max(0, ...same.map(({ n }) => n));
}

function digestOf(bytes: Buffer): string {
  return `sha256:${crypto.createHash("sha256").update(bytes).digest("hex")}`;
}
