// Bytes of another cluster that came in part, and that nobody has gone on with.
import path from "node:path";
import type { Config } from "../../config/defaults.js";
import { isFault } from "../../record/fault.js";
import { lookAt } from "../../registry/look.js";
import { list } from "../../registry/read.js";
import { isHeldHere, openIncoming } from "../fetch/incoming.js";
import { bytesBelow, type Collector, cautiously, type Item, oldFile } from "./item.js";

/** Of the caller's below every root that the cluster has: those that nobody is at, and that nobody was at for so long. */
export function* incomingItems(collector: Collector, { filesystem }: Config): Generator<Item> {
  const { registry } = collector;
  const { artifact_root, artifact_roots, output_roots } = filesystem;
  const kinds = artifact_root === undefined ? [] : (cautiously(collector, () => list(artifact_root)) ?? []);
  const roots = [
    ...Object.values(artifact_roots),
    ...Object.values(output_roots),
    ...kinds.map((kind) => path.join(artifact_root ?? "", kind)),
  ];
  for (const root of new Set(roots)) {
    const own = path.join(root, registry.user);
    const meta = path.join(own, ".meta");
    if (lookAt(meta)?.kind !== "directory") continue;
    for (const entry of cautiously(collector, () => list(meta)) ?? []) {
      const [, name] = /^incoming-(imported-[0-9a-f]{20})$/.exec(entry) ?? [];
      const file = path.join(meta, entry);
      const seen = name === undefined ? undefined : cautiously(collector, () => abandoned(collector, file));
      if (name === undefined || !seen) continue;
      yield {
        path: file,
        kind: "incoming",
        reason: "of what is fetched from another cluster; nobody has gone on with it",
        bytes: cautiously(collector, () => bytesBelow(file)) ?? 0,
        mtime_ms: seen.mtime_ms,
        remove: () => abandoned(collector, file) !== undefined && removed(collector, own, name),
      };
    }
  }
}

/** When somebody was at it last, if that is long ago. */
function abandoned(collector: Collector, file: string): { mtime_ms: number } | undefined {
  if (lookAt(file)?.kind !== "directory" || isHeldHere(collector.registry, file)) return undefined;
  const seen = [file, path.join(file, "beat")].filter((one) => lookAt(one)).map((one) => oldFile(collector, one));
  if (seen.some((one) => one === undefined)) return undefined;
  return { mtime_ms: Math.max(...seen.map((one) => one?.mtime_ms ?? 0)) };
}

/** As who goes on with it would begin; who comes at the same moment gets it, and it stays. */
function removed({ registry }: Collector, own: string, name: string): boolean {
  try {
    openIncoming(registry, own, name).end(true);
    return true;
  } catch (error) {
    if (isFault(error) && error.code === "tempfail") return false;
    throw error;
  }
}
