// What processes that were killed have left in the registry: temporary files, runs that never came to be, unpacked sources, old leases.
import path from "node:path";
import { isRunId } from "../../record/run-id.js";
import { readRun } from "../../registry/facts.js";
import { envelope, fanOut, marker, runDirectory, snapshotFiles } from "../../registry/layout.js";
import { lookAt } from "../../registry/look.js";
import { list } from "../../registry/read.js";
import { dropUnborn } from "../../registry/runs.js";
import { processStart } from "../../registry/submissions.js";
import { isTempName, writerHere } from "../../registry/temp-name.js";
import { bytesBelow, type Collector, cautiously, type Item, oldFile, removeAll } from "./item.js";

/** The caller's temporary files in a directory. */
function* temporaryIn(collector: Collector, directory: string): Generator<Item> {
  for (const name of cautiously(collector, () => list(directory)) ?? []) {
    if (!isTempName(name)) continue;
    const file = path.join(directory, name);
    const writer = writerHere(name);
    const seen = writer !== undefined && processStart(writer) !== undefined ? undefined : oldFile(collector, file);
    if (!seen) continue;
    const bytes = lookAt(file)?.kind === "directory" ? bytesBelow(file) : seen.bytes;
    const remove = () => oldFile(collector, file) !== undefined && removeAll(file);
    const reason = "whoever wrote it was killed before it was done";
    yield { path: file, kind: "temporary", reason, bytes, mtime_ms: seen.mtime_ms, remove };
  }
}

/** Temporary files everywhere but in runs. */
export function* temporaryItems(collector: Collector): Generator<Item> {
  const { base, user } = collector.registry;
  for (const area of ["snapshots", "artifacts", "queue", "leases", "packs", "events", "holds"])
    yield* temporaryIn(collector, path.join(base, area, user));
  yield* temporaryIn(collector, path.join(base, "hosts"));
  for (const part of fanOut())
    for (const area of ["aliases", "claims", path.join("aliases/by-user", user)])
      yield* temporaryIn(collector, path.join(base, area, part));
}

/** Of each run of the caller's: temporary files, unpacked sources that can be unpacked again, and runs that are none. */
export function* runItems(collector: Collector): Generator<Item> {
  const { registry } = collector;
  for (const id of list(path.join(registry.base, "runs", registry.user)).filter(isRunId)) {
    const dir = runDirectory(registry.base, registry.user, id);
    const lab = envelope(dir);
    const names = cautiously(collector, () => list(lab));
    if (!names) continue;
    yield* temporaryIn(collector, lab);
    for (const name of names.filter((one) => /^(submit|attempt)-\d+$|^outputs$/.test(one)))
      yield* temporaryIn(collector, path.join(lab, name));
    if (names.includes("outcome.json")) yield* sources(collector, id, dir);
    if (!names.includes("run.json")) yield* unborn(collector, id, dir);
  }
}

function* sources(collector: Collector, id: string, dir: string): Generator<Item> {
  const { registry } = collector;
  const found = list(dir).filter((name) => /^src\.[1-9]\d*$/.test(name));
  if (found.length === 0 || !oldFile(collector, path.join(envelope(dir), "outcome.json"))) return;
  const digest = cautiously(collector, () => readRun(dir, registry.uid))?.run.source.digest;
  if (digest === undefined || !lookAt(snapshotFiles(registry.base, registry.user, digest).tar)) return;
  for (const name of found) {
    const file = path.join(dir, name);
    const seen = oldFile(collector, file);
    if (seen?.mtime_ms === undefined || lookAt(file)?.kind !== "directory") continue;
    const reason = `the source of ${id}, which has ended, as its snapshot has it`;
    yield {
      path: file,
      kind: "source",
      reason,
      bytes: bytesBelow(file),
      mtime_ms: seen.mtime_ms,
      remove: () => removeAll(file),
    };
  }
}

/** A directory in which nothing but the beginning of a run's making is. */
function* unborn(collector: Collector, id: string, dir: string): Generator<Item> {
  const { registry } = collector;
  const isBare = () =>
    list(dir).every((name) => name === ".lab") &&
    list(envelope(dir)).every((name) => name === "recipe.toml" || isTempName(name));
  const seen = oldFile(collector, dir);
  const inside = lookAt(envelope(dir));
  if (!seen || (inside && inside.mtime_ms >= collector.before) || !isBare()) return;
  const remove = () => {
    const markers = (["active", "loose"] as const).map((area) => marker(registry.base, area, registry.user, id));
    // Who makes it this moment has marked it first.
    if (markers.some((file) => (lookAt(file)?.mtime_ms ?? 0) >= collector.before) || !isBare()) return false;
    dropUnborn(registry, id);
    return isBare() && removeAll(dir);
  };
  yield {
    path: dir,
    kind: "run",
    reason: "its making was interrupted: it has no run.json",
    bytes: bytesBelow(dir),
    mtime_ms: seen.mtime_ms,
    remove,
  };
}

/** Generations of the caller's leases below the highest, which alone counts. */
export function* leaseItems(collector: Collector): Generator<Item> {
  const { base, user } = collector.registry;
  const directory = path.join(base, "leases", user);
  const highest = new Map<string, number>();
  const all = list(directory).flatMap((file) => {
    const [, name = "", digits] = /^(.+)\.(\d{1,15})\.(?:json|end)$/.exec(file) ?? [];
    return digits === undefined ? [] : [{ file, name, n: Number(digits) }];
  });
  for (const { name, n } of all) highest.set(name, Math.max(n, highest.get(name) ?? 0));
  for (const { file, name, n } of all) {
    const at = path.join(directory, file);
    const seen = n < (highest.get(name) ?? 0) ? oldFile(collector, at) : undefined;
    if (seen)
      yield { path: at, kind: "lease", reason: "a later generation counts", ...seen, remove: () => removeAll(at) };
  }
}
