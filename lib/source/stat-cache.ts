// What the last look at a tree found, so that an unchanged file is not read again. Derived: may be deleted at any time.
// One file: a line of JSON, then sections of fixed-width numbers, digests, names and git's listings; a checksum over all,
// since a wrong content digest must not come out of a torn page.
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import * as v from "valibot";
import { type StatTable, statTable, statWidth } from "./stat-table.js";
import type { DigestEntry } from "./tree-digest.js";
import type { TreePath } from "./tree-path.js";

/** What is kept of each file or link: its path, its numbers, and its content (sha256 in hex) or target. */
export interface StatCache {
  /** Of which tree, looked at with which options; another key makes `summary` and `outputs` meaningless. */
  key: string;
  /** What the tree amounted to, for as long as nothing of it changes; absent where a change could go unseen. */
  summary?: unknown;
  /** What git printed when it was asked. */
  outputs: Map<string, Buffer>;
  names: TreePath[];
  stats: StatTable;
  content(place: number): string;
}

/** What is to be kept, in the form in which a snapshot has it. */
export interface StatCacheInput extends Pick<StatCache, "key" | "summary" | "outputs" | "stats"> {
  entries: readonly DigestEntry[];
}

const magic = "lab-stat-cache/1";
const headerSchema = v.object({
  magic: v.literal(magic),
  key: v.string(),
  summary: v.optional(v.unknown()),
  files: v.number(),
  sections: v.array(v.number()),
  targets: v.record(v.string(), v.string()),
  outputs: v.array(v.tuple([v.string(), v.number()])),
  sha256: v.string(),
});

/** Reads a cache; one that is missing, torn, of another format, or not a plain file of `uid` alone is no cache. */
export function readStatCache(file: string, uid: number): StatCache | undefined {
  try {
    const bytes = readOwn(file, uid);
    const end = bytes.indexOf(10);
    const header = v.parse(headerSchema, JSON.parse(bytes.toString("utf8", 0, end)));
    const body = bytes.subarray(end + 1);
    if (crypto.createHash("sha256").update(body).digest("hex") !== header.sha256) return undefined;
    return unpacked(header, body);
  } catch {
    return undefined;
  }
}

function readOwn(file: string, uid: number): Buffer {
  const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile() || stat.uid !== uid || (stat.mode & 0o022) !== 0) throw new Error("not ours");
    return fs.readFileSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

function unpacked(header: v.InferOutput<typeof headerSchema>, body: Buffer): StatCache {
  const [stats, shas, names, printed] = cut(body, header.sections);
  if (!stats || !shas || !names || !printed) throw new Error("torn");
  if (stats.length !== header.files * statWidth * 8 || shas.length !== header.files * 32) throw new Error("torn");
  const outputs = cut(
    printed,
    header.outputs.map(([, length]) => length),
  );
  let split: TreePath[] | undefined;
  return {
    key: header.key,
    summary: header.summary,
    outputs: new Map(header.outputs.map(([name], index) => [name, outputs[index] ?? Buffer.alloc(0)])),
    // An unchanged tree needs few of them or none.
    get names() {
      split ??= names.toString("latin1").split("\0").slice(0, -1);
      return split;
    },
    stats: statTable(new BigInt64Array(new Uint8Array(stats).buffer)),
    content: (place) => header.targets[place] ?? shas.toString("hex", place * 32, place * 32 + 32),
  };
}

function cut(bytes: Buffer, lengths: number[]): Buffer[] {
  let at = 0;
  return lengths.map((length) => {
    at += length;
    return bytes.subarray(at - length, at);
  });
}

/**
 * Writes the cache, whole or not at all. Failing is no fault: the next snapshot is slower, nothing else.
 * A file that changed at or after `trustedBefore` (ns) is written so that it matches nothing: were it changed again within
 * the same tick of the file system's clock, its numbers would stay the same (git's rule for racily clean entries).
 */
export function writeStatCache(
  file: string,
  { key, summary, outputs, stats, entries }: StatCacheInput,
  trustedBefore: bigint,
): void {
  const shas = Buffer.alloc(entries.length * 32);
  const targets: Record<string, string> = {};
  let trusted = true;
  for (const [place, { sha, target }] of entries.entries()) {
    if (target !== undefined) targets[place] = target;
    else shas.write(sha ?? "", place * 32, "hex");
    if (stats.olderThan(place, trustedBefore)) continue;
    stats.clear(place);
    trusted = false;
  }
  const { buffer, byteOffset } = stats.numbers;
  const sections = [
    Buffer.from(buffer, byteOffset, entries.length * statWidth * 8),
    shas,
    Buffer.from(entries.map(({ path: name }) => `${name}\0`).join(""), "latin1"),
    Buffer.concat([...outputs.values()]),
  ];
  const body = Buffer.concat(sections);
  const header: v.InferOutput<typeof headerSchema> = {
    magic,
    key,
    ...(trusted ? { summary } : {}),
    files: entries.length,
    sections: sections.map(({ length }) => length),
    targets,
    outputs: Array.from(outputs, ([name, { length }]) => [name, length]),
    sha256: crypto.createHash("sha256").update(body).digest("hex"),
  };
  replace(file, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body]));
}

function replace(file: string, bytes: Buffer): void {
  const temporary = `${file}.${crypto.randomBytes(6).toString("hex")}`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    fs.writeFileSync(temporary, bytes, { mode: 0o600, flag: "wx" });
    fs.renameSync(temporary, file);
  } catch {
    tidy(temporary);
  }
}

function tidy(file: string): void {
  try {
    fs.unlinkSync(file);
  } catch {
    // It was never made.
  }
}
