// The handle index of a pack: a line of one length a run, in the order of handles, so that a handle is found by halving.
import { fault } from "../record/fault.js";
import { handleOf, isRunId } from "../record/run-id.js";
import { fs } from "./disk.js";
import { packFiles } from "./layout.js";
import type { Registry } from "./open.js";
import { openOwn, type PackName } from "./packs.js";

/** `k7q3mz 20261120-201455` and a newline. */
const lineLength = 23;

/** The index of runs, in any order. */
export function handleIndex(ids: readonly string[]): string {
  const lines = ids.map((id) => `${handleOf(id)} ${id.slice(0, -7)}\n`);
  return lines.sort().join("");
}

/**
 * The runs of a pack that have this handle, and of how many the index is; undefined where there is none to look into. Throws
 * dataerr for one that is no index. What it says of a run is to be looked up: it only tells where.
 */
export function withHandle(
  registry: Registry,
  pack: PackName,
  handle: string,
): { ids: string[]; count: number } | undefined {
  const file = packFiles(registry.base, pack.user, pack.name).handles;
  const opened = openOwn(registry, pack.user, file);
  if (opened === undefined) return undefined;
  const { fd, stat } = opened;
  try {
    const line = (n: number) => {
      const buffer = Buffer.allocUnsafe(lineLength);
      const read = fs.readSync(fd, buffer, 0, lineLength, n * lineLength);
      const [, tail = "", head = ""] = /^(.{6}) (.{15})\n$/.exec(buffer.toString("latin1", 0, read)) ?? [];
      if (!isRunId(`${head}-${tail}`)) throw fault("dataerr", `cannot read '${file}': line ${n + 1} is of no run`);
      return { handle: tail, id: `${head}-${tail}` };
    };
    const count = Math.floor(stat.size / lineLength);
    let [low, high] = [0, count];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (line(middle).handle < handle) low = middle + 1;
      else high = middle;
    }
    const found: string[] = [];
    for (let next = low < count ? line(low) : undefined; next?.handle === handle; ) {
      found.push(next.id);
      low += 1;
      next = low < count ? line(low) : undefined;
    }
    return { ids: found, count };
  } finally {
    fs.closeSync(fd);
  }
}
