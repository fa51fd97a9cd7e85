// The source of a run that is run again: the snapshot that it had, or a new one of where it was taken.
import fs from "node:fs";
import type { Context } from "../../command/context.js";
import { fault, systemFault } from "../../record/fault.js";
import type { Run } from "../../record/run.js";
import { sourceSettings } from "../../record/run-source.js";
import { snapshotSchema } from "../../record/snapshot.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { snapshotFiles } from "../../registry/layout.js";
import { readRecord } from "../../registry/read.js";
import { seenSnapshot, spoolFile, storedSnapshot, storeSnapshot } from "../../registry/snapshots.js";

/**
 * The run with its old snapshot, which makes it `snapshotted`; or, fresh, still to be snapshotted. Another's snapshot becomes
 * the caller's own, so that nobody else can free it. Throws noinput where it is gone.
 */
export async function sourceAgain(
  run: Run,
  disk: RunOnDisk,
  { fresh }: { fresh: boolean },
  context: Context,
): Promise<Run> {
  if (fresh) return { ...run, phase: "planned", source: sourceSettings(run.source) };
  const { digest } = disk.run.source;
  if (digest === undefined) throw gone("it was planned without one");
  const registry = await context.registry();
  const mine = context.dryRun ? seenSnapshot : storedSnapshot;
  const stored = mine(registry, digest) ?? (await ofAnother(disk, digest, context));
  if (!stored) throw gone("it has been freed");
  return { ...run, phase: "snapshotted", source: { ...run.source, ...stored } };
}

function gone(why: string) {
  return fault("noinput", `cannot run it again with its own source: ${why}`, {
    hint: "--fresh-source takes the source as it is now",
  });
}

async function ofAnother({ run, owner }: RunOnDisk, digest: string, context: Context) {
  const registry = await context.registry();
  if (owner === registry.uid) return undefined;
  const { tar, json } = snapshotFiles(registry.base, run.user, digest);
  const record = readRecord(json, snapshotSchema, { owner });
  if (!record || !fs.existsSync(tar)) return undefined;
  if (context.dryRun) return { tar, tar_digest: record.tar_digest };
  const spool = spoolFile(registry);
  try {
    fs.copyFileSync(tar, spool);
  } catch (error) {
    throw systemFault(error, `copy ${run.user}'s snapshot '${tar}'`);
  }
  return storeSnapshot(registry, record, spool);
}
