// Freeing what nobody needs any more: of the caller's own, what can be made again or was left behind, never an artifact.
import os from "node:os";
import type { Context } from "../../command/context.js";
import type { Config } from "../../config/defaults.js";
import { isFault } from "../../record/fault.js";
import type { Garbage } from "../../record/garbage.js";
import { shortSize, timestamp } from "../../record/units.js";
import { cachePath } from "../../registry/cache.js";
import { arrayItems } from "./arrays.js";
import { cacheItems, edgeItems, hostItems, packItems } from "./derived.js";
import { incomingItems } from "./incoming.js";
import { type Collector, cautiously, type Item } from "./item.js";
import { leaseItems, runItems, temporaryItems } from "./leftovers.js";
import { scratchItems } from "./scratch.js";
import { snapshotItems } from "./snapshots.js";

/** Tells of each thing, and with `apply` removes it. */
export async function* collect(
  { apply, older_s }: { apply: boolean; older_s: number },
  context: Context,
): AsyncGenerator<Garbage> {
  const registry = await context.registry();
  const { config } = await context.config();
  const report = (error: Error) => {
    if (isFault(error)) context.report(undefined, error);
  };
  const collector: Collector = { registry, before: context.now - older_s * 1000, report };
  const dry = !apply || context.dryRun;
  const sum = { things: 0, bytes: 0 };
  for (const item of itemsOf(collector, config, context)) {
    if (context.signal.aborted) break;
    const removed = dry ? undefined : cautiously(collector, () => item.remove());
    // Somebody has come to need it, or has removed it.
    if (!dry && !removed) continue;
    sum.things += 1;
    sum.bytes += item.bytes;
    yield garbageOf(item, dry);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const words = `${sum.things} thing${sum.things === 1 ? "" : "s"}, ${shortSize(sum.bytes)}`;
  context.say(dry ? `${words} to free${sum.things > 0 ? ": lab gc --apply" : ""}` : `${words} freed`);
}

function* itemsOf(collector: Collector, config: Config, { env, now }: Context): Generator<Item> {
  const home = env["HOME"] ?? os.homedir();
  const parts: (() => Iterable<Item>)[] = [
    () => temporaryItems(collector),
    () => runItems(collector),
    () => snapshotItems(collector),
    () => arrayItems(collector),
    () => packItems(collector, now),
    () => edgeItems(collector),
    () => leaseItems(collector),
    () => incomingItems(collector, config),
    () => hostItems(collector),
    () => cacheItems(collector, cachePath(collector.registry, env, home)),
    ...[...new Set([env["TMPDIR"] ?? "/tmp", "/tmp"])].map((directory) => () => scratchItems(collector, directory)),
  ];
  for (const part of parts) yield* guarded(collector, part);
}

/** What keeps one part from being known, keeps none of the others. */
function* guarded({ report }: Collector, part: () => Iterable<Item>): Generator<Item> {
  try {
    yield* part();
  } catch (error) {
    if (!isFault(error)) throw error;
    report(error);
  }
}

function garbageOf({ path, kind, reason, bytes, mtime_ms }: Item, dry: boolean): Garbage {
  const modified_at = timestamp(mtime_ms);
  return {
    type: "garbage",
    v: 1,
    path,
    kind,
    reason,
    bytes,
    modified_at,
    ...(dry ? { dry_run: true } : { removed: true }),
  };
}
