// Snapshots: their records, their tars, and that every run has the one that it was made from.
import path from "node:path";
import { type SnapshotRecord, snapshotSchema } from "../../record/snapshot.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { snapshotFiles } from "../../registry/layout.js";
import { lookAt } from "../../registry/look.js";
import { readTar } from "../../source/read-tar.js";
import { type Breach, day_ms, type Looking, reading, type Survey, twice } from "./breach.js";
import { namesIn, recordIn, regular } from "./files.js";

/** The snapshots of a user. */
export function* checkSnapshots(survey: Survey, user: string, owner: number): Looking {
  const directory = path.join(survey.registry.base, "snapshots", user);
  for (const name of yield* namesIn(survey, "snapshot", directory)) {
    const file = path.join(directory, name);
    const [, digest, kind] = /^([0-9a-f]{64})\.(json|tar)$/.exec(name) ?? [];
    if (digest === undefined) yield { check: "stray", path: file, message: "is no snapshot" };
    else if (kind === "json") yield* twice(() => snapshot(survey, user, owner, digest));
    else yield* twice(() => withRecord(survey, file, user, digest));
  }
}

/** A tar without its record is no snapshot: one is being written, or its writer was killed. */
function* withRecord(survey: Survey, tar: string, user: string, digest: string): Looking {
  const { json } = snapshotFiles(survey.registry.base, user, digest);
  const record = yield* reading(survey, "snapshot", json, () => lookAt(json));
  const seen = yield* reading(survey, "snapshot", tar, () => lookAt(tar));
  if (record || !seen || survey.now - seen.mtime_ms < day_ms) return;
  const hint = "lab gc --apply removes your own; the next snapshot of that source writes its record";
  yield { check: "snapshot", path: tar, message: "has no record beside it", hint };
}

function* snapshot(survey: Survey, user: string, owner: number, digest: string): Looking {
  const { tar, json } = snapshotFiles(survey.registry.base, user, digest);
  const wrong = ({ id }: SnapshotRecord) => (id === `sha256:${digest}` ? undefined : `is about ${id}`);
  const record = yield* recordIn(survey, json, { owner, schema: snapshotSchema, check: "snapshot", wrong });
  if (!record) return;
  const tell = (message: string): Breach => ({ check: "snapshot", path: tar, message });
  const there = yield* reading(survey, "snapshot", tar, () => lookAt(tar));
  const seen = there && (yield* regular(survey, tar, owner));
  if (!there) yield tell("is missing, and its record is there");
  else if (seen && seen.bytes !== record.tar_bytes)
    yield tell(`has ${seen.bytes} bytes, and its record says ${record.tar_bytes}`);
  else if (seen && survey.deep) yield* unpacked(survey, tar, record);
}

function* unpacked(survey: Survey, tar: string, record: SnapshotRecord): Looking {
  const found = yield* reading(survey, "snapshot", tar, () => readTar(tar));
  if (!found) return;
  const tell = (message: string): Breach => ({ check: "snapshot", path: tar, message });
  if (found.digest !== record.tar_digest)
    yield tell(`has the digest ${found.digest}, and its record says ${record.tar_digest}`);
  else if (found.tree !== record.id) yield tell(`holds the tree ${found.tree}, and is called otherwise`);
}

/**
 * The source of a run, which a submission to come needs once more: that it is there, by its record. Whether it is whole is told
 * with the snapshots, unless this run is all that is looked at.
 */
export function* checkSource(survey: Survey, { run, owner }: RunOnDisk): Looking {
  const { digest } = run.source;
  if (digest === undefined) return;
  const { json } = snapshotFiles(survey.registry.base, run.user, digest);
  const seen = yield* reading(survey, "source", json, () => lookAt(json));
  if (!seen) yield { check: "source", path: json, message: "is missing, and the run was made from it", run: run.id };
  else if (survey.alone) yield* snapshot(survey, run.user, owner, digest.replace("sha256:", ""));
}
