// Settled runs, and packs of them.
import fs from "node:fs";
import path from "node:path";
import { type PackPass, packLoose } from "../../../lib/pass/pack.js";
import type { Outcome } from "../../../lib/record/facts.js";
import type { Run } from "../../../lib/record/run.js";
import { envelope, packFiles } from "../../../lib/registry/layout.js";
import type { Registry } from "../../../lib/registry/open.js";
import { packedRun } from "../../../lib/registry/packed-run.js";
import { packNames } from "../../../lib/registry/packs.js";
import { type Entry, type RollRules, roll } from "../../../lib/registry/roll.js";
import { deactivate, openRun } from "../../../lib/registry/runs.js";
import { recordText } from "../../../lib/registry/write.js";
import { writePack } from "../../../lib/registry/write-pack.js";
import { end, makeRun } from "./artifact-support.js";
import { seal } from "./lineage-support.js";

/** The n-th of many ids, a minute after the one before it; of the thirtieth day on the next month's. */
export function nth(n: number): string {
  const at = new Date(Date.parse("2026-10-01T08:00:00Z") + n * 60_000).toISOString();
  return `${at.slice(0, 10).replaceAll("-", "")}-${at.slice(11, 19).replaceAll(":", "")}-${n.toString().padStart(6, "0")}`;
}

/** A run that has ended, been registered and is sealed. */
export function settledRun(
  registry: Registry,
  id: string,
  more: Partial<Run> = {},
  state: Outcome["state"] = "succeeded",
  outcome: Partial<Outcome> = {},
): Run {
  const run = makeRun(registry, id, { outputs: {}, ...more });
  end(run, state, outcome);
  seal(run);
  deactivate(registry, registry.user, id);
  return run;
}

/** A pass that packs all there is at once, and what it reported. */
export function passOf(registry: Registry, more: Partial<PackPass> = {}): PackPass & { reported: string[] } {
  const reported: string[] = [];
  const most = Number.POSITIVE_INFINITY;
  const report: PackPass["report"] = (id, { message }) => reported.push(`${id}: ${message}`);
  return { registry, now: Date.now(), least: 1, most, seen_ms: 0, report, stopped: () => false, reported, ...more };
}

export function packAll(registry: Registry, more: Partial<PackPass> = {}) {
  return [...packLoose(passOf(registry, more))];
}

/** Packs just these runs, and leaves their markers. */
export function packOnly(registry: Registry, ids: readonly string[], replaces: string[] = []) {
  const runs = ids.flatMap((id) => openRun(registry, registry.user, id) ?? []).map(packedRun);
  return writePack(registry, "day", runs, replaces);
}

/** The roll in short: ids, with a star where they come from a pack; and what was told of packs. */
export function rollOf(registry: Registry, rules: RollRules = {}, users = [registry.user]) {
  const told: string[] = [];
  const star = ({ id, packed }: Entry) => (packed ? `${id}*` : id);
  const ids = [...roll(registry, users, { report: ({ message }) => told.push(message), ...rules })].map(star);
  return { ids, told };
}

/** Where the files of the only pack are. */
export function onlyPack(registry: Registry, user = registry.user) {
  const [pack, ...more] = packNames(registry, user);
  if (!pack || more.length > 0) throw new Error(`${more.length + (pack ? 1 : 0)} packs`);
  return packFiles(registry.base, user, pack.name);
}

/** Replaces a part of a file by something of the same length, or cuts it. */
export function damage(file: string, change: (text: Buffer) => Buffer): void {
  fs.writeFileSync(file, change(fs.readFileSync(file)));
}

export function removeRun(registry: Registry, id: string): void {
  fs.rmSync(path.dirname(envelope(path.join(registry.base, "runs", registry.user, id))), { recursive: true });
}

export { recordText };
