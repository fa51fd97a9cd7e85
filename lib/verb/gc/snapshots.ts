// Snapshots that no run of the caller's was made from, nor is to be, and tars without a record.
import path from "node:path";
import { contextSchema } from "../../record/facts.js";
import { type Run, runSchema } from "../../record/run.js";
import { isRunId } from "../../record/run-id.js";
import { envelope, numbered, runDirectory, snapshotFiles, submissionDirectory } from "../../registry/layout.js";
import { lookAt } from "../../registry/look.js";
import { pipelineIds, readPipeline } from "../../registry/pipelines.js";
import { list, readRecord } from "../../registry/read.js";
import { removeSnapshot } from "../../registry/snapshots.js";
import { readSweep, sweepIds } from "../../registry/sweeps.js";
import { type Collector, type Item, oldFile, removeAll } from "./item.js";

/** Of the caller's snapshots those that are old and unused. Throws faults: as long as one run cannot be read, none is unused. */
export function* snapshotItems(collector: Collector): Generator<Item> {
  const { registry, before } = collector;
  const directory = path.join(registry.base, "snapshots", registry.user);
  const names = list(directory);
  if (names.length === 0) return;
  const used = usedSnapshots(collector);
  for (const name of names) {
    const [, digest = "", kind] = /^([0-9a-f]{64})\.(json|tar)$/.exec(name) ?? [];
    const { tar, json } = digest === "" ? { tar: "", json: "" } : snapshotFiles(registry.base, registry.user, digest);
    const seen = kind === undefined || used.has(digest) ? undefined : oldFile(collector, path.join(directory, name));
    if (!seen) continue;
    if (kind === "json") {
      const bytes = seen.bytes + (lookAt(tar)?.bytes ?? 0);
      const reason = "no run of yours was made from it";
      const remove = () => !used.again().has(digest) && removeSnapshot(registry, digest, before);
      yield { path: tar, kind: "snapshot", reason, bytes, mtime_ms: seen.mtime_ms, remove };
    } else if (!lookAt(json)) {
      const remove = () => lookAt(json) === undefined && oldFile(collector, tar) !== undefined && removeAll(tar);
      yield { path: tar, kind: "snapshot", reason: "it has no record, so it is no snapshot", ...seen, remove };
    }
  }
}

/** The digests that runs, sweeps and pipelines refer to; `again` looks at those that have come since. */
function usedSnapshots({ registry }: Collector) {
  const directory = path.join(registry.base, "runs", registry.user);
  const looked = new Set<string>();
  const digests = new Set<string>();
  const look = () => {
    // Of a sweep or pipeline that was killed the runs are missing that are made of the same source when it is resumed.
    for (const id of sweepIds(registry, registry.user)) {
      if (looked.has(`sweep ${id}`)) continue;
      const sweep = readSweep(registry, registry.user, id);
      if (!sweep) continue;
      looked.add(`sweep ${id}`);
      if (sweep.source?.digest !== undefined) digests.add(hex(sweep.source.digest));
    }
    for (const id of pipelineIds(registry, registry.user)) {
      if (looked.has(`pipeline ${id}`)) continue;
      const pipeline = readPipeline(registry, registry.user, id);
      if (!pipeline) continue;
      looked.add(`pipeline ${id}`);
      for (const { source } of (pipeline.plans ?? []) as Partial<Run>[])
        if (source?.digest !== undefined) digests.add(hex(source.digest));
    }
    for (const id of list(directory)) {
      if (!isRunId(id) || looked.has(id)) continue;
      const lab = envelope(runDirectory(registry.base, registry.user, id));
      const run = readRecord(path.join(lab, "run.json"), runSchema, { owner: registry.uid });
      if (!run) continue;
      looked.add(id);
      if (run.source.digest !== undefined) digests.add(hex(run.source.digest));
      for (const name of list(lab)) {
        const n = numbered(name, "submit-");
        const file = n === undefined ? undefined : path.join(submissionDirectory(lab, n), "context.json");
        const context = file === undefined ? undefined : readRecord(file, contextSchema, { owner: registry.uid });
        if (context) digests.add(hex(context.snapshot.digest));
      }
    }
  };
  look();
  return {
    has: (digest: string) => digests.has(digest),
    again() {
      look();
      return digests;
    },
  };
}

function hex(digest: string): string {
  return digest.replace("sha256:", "");
}
