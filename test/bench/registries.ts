// Registries of many runs, made by the functions that the commands make them with, in the same order.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { mergePacks } from "../../lib/pass/merge-packs.js";
import { type PackPass, packLoose } from "../../lib/pass/pack.js";
import { drawRunId } from "../../lib/record/run-id.js";
import { sleep, useDisk } from "../../lib/registry/disk.js";
import { openRegistry, type Registry } from "../../lib/registry/open.js";
import { user as userNamed } from "../support/sandbox.js";
import { makeManyRun } from "./many-runs.js";
import { generator } from "./records.js";
import { type Prepared, prepare } from "./runs.js";

export interface Filled extends Prepared {
  runs: number;
  /** A run in the middle, by its handle. */
  handle: string;
  /** The files that lists read of packs. */
  summaries: string[];
  /** All of the packs (bytes). */
  bytes: number;
}

/** One in twenty has not ended. */
const active = 0.05;

/** A registry of so many runs of several users (one where the bench cannot be them), all that is settled in packs. */
export async function filled(runs: number, say: (progress: string) => void): Promise<Filled> {
  const place = await prepare("local");
  const draw = generator(runs);
  // A year of them, whatever their number.
  const [from, to] = [Date.parse("2025-11-15T00:00:00Z"), Date.parse("2026-11-15T00:00:00Z")];
  const ids = Array.from({ length: runs }, (_, n) => drawRunId(Math.floor(from + ((to - from) * n) / runs)));
  const owners = ownersOf();
  useDisk({ fs: { ...fs, fsyncSync: () => {} }, sleep });
  try {
    for (const [i, owner] of owners.entries()) {
      const own = ids.filter((_, n) => n % owners.length === i);
      await as(owner, () => {
        const registry = openRegistry(place.registry, owner.uid);
        const artifacts = fs.mkdtempSync(path.join(os.tmpdir(), "labkit-made-"));
        for (const [n, id] of own.entries()) {
          if (n % 5000 === 4999) say(`${n + 1} runs of ${registry.user}`);
          makeManyRun(registry, { id, artifacts, draw, settled: n < own.length * (1 - active) });
        }
        packAll(registry);
        fs.rmSync(artifacts, { recursive: true });
      });
    }
  } finally {
    useDisk(undefined);
  }
  const handle = ids[owners.length * Math.floor(runs / 2 / owners.length)]?.slice(-6) ?? "";
  return { ...place, runs, handle, ...packsIn(place.registry) };
}

export interface Owner {
  uid: number;
  gid: number;
}

export function ownersOf(): Owner[] {
  const { uid, gid } = os.userInfo();
  const others = uid === 0 ? ["lab-alice", "lab-bob", "lab-carol"].flatMap((name) => userNamed(name) ?? []) : [];
  return [{ uid, gid }, ...others];
}

/** Does the work as a user, so that everything is made by and for that user. */
export async function as({ uid, gid }: Owner, work: () => void): Promise<void> {
  const [before, group] = [process.geteuid?.() ?? uid, process.getegid?.() ?? gid];
  if (uid !== before) {
    process.setegid?.(gid);
    process.seteuid?.(uid);
  }
  try {
    work();
  } finally {
    if (uid !== before) {
      process.seteuid?.(before);
      process.setegid?.(group);
    }
  }
}

function packAll(registry: Registry): void {
  const report: PackPass["report"] = (id, error) => {
    throw new Error(`${id}: ${error.message}`);
  };
  const most = Number.POSITIVE_INFINITY;
  const pass = { registry, now: Date.now(), least: 1, most, seen_ms: 0, report, stopped: () => false };
  for (const _ of packLoose(pass));
  for (const _ of mergePacks(pass, "all"));
}

function packsIn(base: string): { summaries: string[]; bytes: number } {
  const packs = path.join(base, "packs");
  const files = fs
    .readdirSync(packs)
    .flatMap((user) => fs.readdirSync(path.join(packs, user)).map((name) => path.join(packs, user, name)));
  const bytes = files.reduce((sum, file) => sum + fs.statSync(file).size, 0);
  return { summaries: files.filter((file) => file.endsWith(".summary.ndjson")), bytes };
}
