import fs from "node:fs";
import path from "node:path";

const day_ms = 86_400_000;
const usual = { files: 64, bytes: 256 * 2 ** 20 };

/**
 * Keeps the caches in a directory that were written last, so many and so large together, and removes the others, with what
 * writers that were killed left for a day. Who finds no cache reads the tree once more, nothing else; so nothing is thrown.
 */
export function pruneCaches(directory: string, limit = usual): void {
  try {
    const found = fs.readdirSync(directory).flatMap((name) => cacheOf(path.join(directory, name)));
    found.sort((a, b) => b.mtimeMs - a.mtimeMs);
    let [files, bytes] = [0, 0];
    for (const { file, isWhole, size, mtimeMs } of found) {
      if (isWhole) [files, bytes] = [files + 1, bytes + size];
      const isLeft = isWhole ? files > limit.files || bytes > limit.bytes : Date.now() - mtimeMs > day_ms;
      if (isLeft) fs.rmSync(file, { force: true });
    }
  } catch {
    // They stay until the next time.
  }
}

/** A cache, as statCacheName calls it, or one that is being written. */
function cacheOf(file: string): { file: string; isWhole: boolean; size: number; mtimeMs: number }[] {
  const [name, part] = /^[0-9a-f]{32}\.stat(\.[0-9a-f]{12})?$/.exec(path.basename(file)) ?? [];
  const stat = name === undefined ? undefined : fs.statSync(file, { throwIfNoEntry: false });
  return stat ? [{ file, isWhole: part === undefined, size: stat.size, mtimeMs: stat.mtimeMs }] : [];
}
