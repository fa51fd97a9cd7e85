// A run's files, opened for somebody who looks from afar.
import path from "node:path";
import { fault } from "../../record/fault.js";
import { maskedText } from "../../record/masked.js";
import { fs, type Stats } from "../../registry/disk.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { openInside, type Root } from "../../registry/inside.js";
import type { Registry } from "../../registry/open.js";
import { pieces, readAt } from "../../registry/text-part.js";
import { isSecret } from "../../source/secrets.js";
import { treePath } from "../../source/tree-path.js";

/** The directory of a run, below the registry, which is trusted. */
export function rootOf(registry: Registry, { dir, owner }: Pick<RunOnDisk, "dir" | "owner">): Root {
  return { base: registry.base, parts: path.relative(registry.base, dir).split(path.sep), owner };
}

export interface RunFile {
  size: number;
  modified_ms: number;
  /** Another word for other contents. */
  tag: string;
  /** Whether it is a record of the toolkit, in which what looks like a secret is masked. */
  masked: boolean;
  read(from: number, to: number): AsyncIterable<Buffer>;
  close(): void;
}

/** A file of a run to be read or closed. Throws noperm for one that is named like a secret. */
export async function openFile(root: Root, file: string): Promise<RunFile> {
  if (isSecret(treePath(file)))
    throw fault("noperm", `'${file}' is named like a secret, and is not shown`, {
      hint: "read it on a machine that has the registry",
    });
  const { fd, stat } = openInside(root, file);
  return isOwnRecord(file) ? maskedFile(fd, stat, file) : plain(fd, stat);
}

/** The same of a log, whatever it is called. */
export function openLog(root: Root, file: string): { fd: number; stat: Stats } {
  return openInside(root, file);
}

function plain(fd: number, stat: Stats): RunFile {
  const read = (from: number, to: number) => pieces(fd, from, to);
  return { ...seen(stat), masked: false, read, close: () => fs.closeSync(fd) };
}

// What looks like secrets throughout takes seconds a MiB to be masked.
const largestRecord = 2 * 2 ** 20;

/** Records and scripts of the toolkit hold what the recipe says of the environment; logs and metrics are the job's own. */
function isOwnRecord(file: string): boolean {
  return /^\.lab\//.test(file) && !/(\.out|\.log|\/metrics-[^/]*\.ndjson)$/.test(file);
}

async function maskedFile(fd: number, stat: Stats, file: string): Promise<RunFile> {
  try {
    if (stat.size > largestRecord) throw fault("dataerr", `'${file}' is too large to be shown: ${stat.size} bytes`);
    const buffer = Buffer.allocUnsafe(stat.size);
    const text = maskedText(buffer.toString("utf8", 0, await readAt(fd, buffer, 0)));
    const bytes = Buffer.from(text);
    async function* read(from: number, to: number): AsyncGenerator<Buffer> {
      yield bytes.subarray(from, to);
    }
    return { ...seen(stat), size: bytes.length, masked: true, read, close: () => {} };
  } finally {
    fs.closeSync(fd);
  }
}

/** Its inode and when that was last changed: contents that are written anew have another, also within the second. */
export function seen(stat: Stats): { size: number; modified_ms: number; tag: string } {
  const tag = `"${stat.ino.toString(36)}-${stat.size.toString(36)}-${Math.round(stat.ctimeMs * 1000).toString(36)}"`;
  return { size: stat.size, modified_ms: stat.mtimeMs, tag };
}
