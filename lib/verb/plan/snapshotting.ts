// Snapshots for the runs of one stream: each distinct source is looked at once.
import os from "node:os";
import path from "node:path";
import type { Context } from "../../command/context.js";
import { fault } from "../../record/fault.js";
import type { RunSource } from "../../record/run-source.js";
import { cacheDirectory, cachePath } from "../../registry/cache.js";
import type { Inspections } from "../../source/inspections.js";
import type { SnapshotOptions } from "../../source/snapshot.js";

type Taken = Pick<
  RunSource,
  "digest" | "paths_digest" | "tar" | "tar_digest" | "files" | "bytes" | "commit" | "branch" | "dirty"
>;

const takenFor = new WeakMap<Context, Map<string, Promise<Taken>>>();

/** The snapshot of a source, taken now or for an earlier run of the same stream; with `dry` the tree is only hashed. */
export function snapshotOf(source: RunSource, dry: boolean, context: Context): Promise<Taken> {
  const taken = takenFor.get(context) ?? new Map<string, Promise<Taken>>();
  takenFor.set(context, taken);
  const { root, kind, ignore, paths, include } = source;
  const key = JSON.stringify([root, kind, ignore, paths, include, dry]);
  const known = taken.get(key) ?? take(source, dry, context);
  taken.set(key, known);
  return known;
}

async function take(source: RunSource, dry: boolean, context: Context): Promise<Taken> {
  // Git is at work while all else is loaded.
  const { startLooking } = await import("../../source/start-looking.js");
  const asked = await startLooking(source, context.env, os.userInfo().uid);
  try {
    return await taken(source, asked, dry, context);
  } finally {
    await asked.close();
  }
}

async function taken(
  { root, kind, ignore, paths, include }: RunSource,
  asked: Inspections,
  dry: boolean,
  context: Context,
): Promise<Taken> {
  const registry = await context.registry();
  const { spoolFile, storedSnapshot, storeSnapshot } = await import("../../registry/snapshots.js");
  const { snapshotTree, statCacheName } = await import("../../source/snapshot.js");
  const options: SnapshotOptions = {
    root,
    kind,
    asked,
    uid: registry.uid,
    env: context.env,
    ...(ignore ? { ignore } : {}),
    ...(paths ? { paths } : {}),
    ...(include ? { include } : {}),
  };
  const cache = dry ? cachePath : cacheDirectory;
  options.cacheFile = path.join(cache(registry, context.env, os.homedir()), statCacheName(options));
  options.forget = dry;
  if (!dry) {
    options.spool = spoolFile(registry);
    options.wanted = (digest) => storedSnapshot(registry, digest) === undefined;
  }
  const snapshot = await snapshotTree(options);
  for (const { message, hint } of snapshot.warnings) context.say(hint ? `${message} (${hint})` : message);
  const secrets = snapshot.left_out.filter(({ reason }) => reason.includes("secret"));
  if (secrets.length > 0) {
    context.say(
      `left out of the snapshot, as named like secrets: ${secrets
        .slice(0, 5)
        .map((file) => file.path)
        .join(", ")}${secrets.length > 5 ? `, and ${secrets.length - 5} more` : ""} ([source] include ships them)`,
    );
  }
  const { digest, paths_digest, files, bytes, commit, branch, dirty } = snapshot;
  const seen = {
    digest,
    files,
    bytes,
    ...(paths_digest ? { paths_digest } : {}),
    ...(commit ? { commit } : {}),
    ...(branch ? { branch } : {}),
    ...(dirty === undefined ? {} : { dirty }),
  };
  if (dry) return seen;
  const stored =
    snapshot.tar && snapshot.record
      ? storeSnapshot(registry, snapshot.record, snapshot.tar.path)
      : storedSnapshot(registry, digest);
  if (!stored) throw fault("tempfail", `cannot use the snapshot ${digest}: it was there and is gone`);
  return { ...seen, tar: stored.tar, tar_digest: stored.tar_digest };
}
