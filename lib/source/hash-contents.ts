import crypto from "node:crypto";
import fs from "node:fs";
import { checkUnchanged, openEntry, readFully, sha256 } from "./entry-file.js";
import type { Entries, Entry } from "./tree-entries.js";
import type { TreePath } from "./tree-path.js";

/** Reads the files whose content is not known yet and sets their `sha`. Throws TreeChanged, noperm and the like. */
export function hashContents(root: TreePath, { entries, stats }: Entries): void {
  const buffer = Buffer.allocUnsafe(1 << 20);
  for (const [place, entry] of entries.entries()) {
    if (entry.target !== undefined || entry.sha !== undefined) continue;
    entry.sha = contentOf(root, entry, buffer, (fd) => checkUnchanged(fd, entry, stats, place));
  }
}

function contentOf(root: TreePath, entry: Entry, buffer: Buffer, check: (fd: number) => void): string {
  const fd = openEntry(root, entry);
  try {
    if (entry.bytes <= buffer.length) {
      readFully(fd, buffer, 0, entry);
      check(fd);
      return sha256(buffer.subarray(0, entry.bytes));
    }
    const hash = crypto.createHash("sha256");
    for (let left = entry.bytes; left > 0; left -= buffer.length) {
      const part = buffer.subarray(0, Math.min(left, buffer.length));
      readFully(fd, part, 0, entry, part.length);
      hash.update(part);
    }
    check(fd);
    return hash.digest("hex");
  } finally {
    fs.closeSync(fd);
  }
}
