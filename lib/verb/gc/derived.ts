// What was derived and is of no use any more: replaced packs, edges of runs that never came to be, entries of hosts that are
// over, and what is left of caches.
import path from "node:path";
import { isRunId } from "../../record/run-id.js";
import { cleanPacks, removePack } from "../../registry/clean-packs.js";
import { numbersByHost } from "../../registry/host-names.js";
import { hostFiles } from "../../registry/hosts.js";
import { envelope, packFiles, runDirectory } from "../../registry/layout.js";
import { lookAt } from "../../registry/look.js";
import { list } from "../../registry/read.js";
import { processStart } from "../../registry/submissions.js";
import { type Collector, cautiously, type Item, oldFile, removeAll } from "./item.js";

/** Packs whose runs have been in another for a day. */
export function* packItems({ registry }: Collector, now: number): Generator<Item> {
  for (const name of cleanPacks(registry, now, true)) {
    const files = packFiles(registry.base, registry.user, name);
    const seen = Object.values(files).flatMap((file) => lookAt(file) ?? []);
    const bytes = seen.reduce((sum, one) => sum + one.bytes, 0);
    const remove = () => {
      if (!cleanPacks(registry, now, true).includes(name)) return false;
      removePack(registry.base, registry.user, name);
      return true;
    };
    const mtime_ms = Math.max(0, ...seen.map((one) => one.mtime_ms));
    yield { path: files.summary, kind: "pack", reason: "its runs are in another pack", bytes, mtime_ms, remove };
  }
}

/** Edges that were noted for a run which was not made then. */
export function* edgeItems(collector: Collector): Generator<Item> {
  const { registry } = collector;
  const root = path.join(registry.base, "index", registry.user);
  const isThere = (id: string) => list(envelope(runDirectory(registry.base, registry.user, id))).includes("run.json");
  const known = new Set(list(path.join(registry.base, "runs", registry.user)));
  for (const part of list(root)) {
    for (const name of cautiously(collector, () => list(path.join(root, part))) ?? []) {
      const [, id = ""] = /\.(?:made|used)\.(.+)$/.exec(name) ?? [];
      if (!isRunId(id) || (known.has(id) && isThere(id))) continue;
      const file = path.join(root, part, name);
      const seen = oldFile(collector, file);
      const remove = () => !isThere(id) && oldFile(collector, file) !== undefined && removeAll(file);
      if (seen) yield { path: file, kind: "edge", reason: `the run ${id} was never made`, ...seen, remove };
    }
  }
}

/** Entries of hosts' logs that the caller's worker has ended, below the highest. */
export function* hostItems(collector: Collector): Generator<Item> {
  const { registry } = collector;
  const directory = path.join(registry.base, "hosts");
  for (const [host, numbers] of numbersByHost(list(directory))) {
    const highest = Math.max(...numbers.keys());
    for (const [number, kinds] of numbers) {
      const file = path.join(directory, `${host}.${number}.json`);
      const seen = number < highest && kinds.has("end") && kinds.has("json") ? oldFile(collector, file) : undefined;
      if (!seen || lookAt(path.join(directory, `${host}.${number}.end`))?.uid !== registry.uid) continue;
      const remove = () => {
        hostFiles(registry, host).end([number]);
        return lookAt(file) === undefined;
      };
      yield { path: file, kind: "host", reason: "its job is over, and a later entry is there", ...seen, remove };
    }
  }
}

/** What writers of the user's cache that were killed have left in it. */
export function* cacheItems(collector: Collector, directory: string): Generator<Item> {
  for (const name of cautiously(collector, () => list(directory)) ?? []) {
    const [, pid, part] = /^(?:.+\.json\.(\d+)|[0-9a-f]{32}\.stat\.([0-9a-f]{12}))$/.exec(name) ?? [];
    if (pid === undefined && part === undefined) continue;
    if (pid !== undefined && processStart(Number(pid)) !== undefined) continue;
    const file = path.join(directory, name);
    const seen = oldFile(collector, file);
    const remove = () => oldFile(collector, file) !== undefined && removeAll(file);
    if (seen)
      yield { path: file, kind: "cache", reason: "whoever wrote it was killed before it was done", ...seen, remove };
  }
}
