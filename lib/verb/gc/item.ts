// What the collectors have in common: a thing that nobody needs, and how it goes.

import fs from "node:fs";
import path from "node:path";
import { errnoOf, isFault, systemFault } from "../../record/fault.js";
import type { Garbage } from "../../record/garbage.js";
import { lookAt } from "../../registry/look.js";
import type { Registry } from "../../registry/open.js";

export interface Item extends Pick<Garbage, "path" | "kind" | "reason" | "bytes"> {
  mtime_ms: number;
  /** Looks once more whether it still is what it was, and removes it. Says whether it has gone. Throws faults. */
  remove(): boolean;
}

export interface Collector {
  registry: Registry;
  /** What is younger (milliseconds) stays: somebody may be about to need it. */
  before: number;
  report(error: Error): void;
}

/** What `look` gives; where that cannot be told, nothing is garbage. */
export function cautiously<T>({ report }: Collector, look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (!isFault(error)) throw error;
    report(error);
    return undefined;
  }
}

/** A file of the caller's that is old enough. */
export function oldFile(
  { registry, before }: Collector,
  file: string,
): { bytes: number; mtime_ms: number } | undefined {
  const seen = lookAt(file);
  if (seen?.uid !== registry.uid || seen.mtime_ms >= before) return undefined;
  return { bytes: seen.bytes, mtime_ms: seen.mtime_ms };
}

/** Bytes below a directory, links not followed. */
export function bytesBelow(directory: string): number {
  let total = 0;
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const at = path.join(directory, entry.name);
    if (entry.isDirectory()) total += bytesBelow(at);
    else total += fs.lstatSync(at, { throwIfNoEntry: false })?.size ?? 0;
  }
  return total;
}

/** Removes a file or directory of the caller's; one that is gone is gone. */
export function removeAll(file: string): boolean {
  try {
    fs.rmSync(file, { recursive: true });
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw systemFault(error, `remove '${file}'`);
  }
}
