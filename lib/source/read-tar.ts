// Reading a snapshot's tar again, as tar-header.ts writes them: is it the tree that it is called by.
import crypto from "node:crypto";
import fs from "node:fs";
import { fault, systemFault } from "../record/fault.js";
import { paddedLength } from "./tar-header.js";
import { type DigestEntry, type Mode, treeDigest } from "./tree-digest.js";

export interface TarContent {
  /** Of the file. */
  digest: string;
  /** Of the tree in it, as lab-tree/1. */
  tree: string;
  files: number;
}

/** Reads all of it once, in bounded memory but for the names. Throws dataerr for what is no such tar, and what the system says. */
export function readTar(file: string): TarContent {
  let fd: number | undefined;
  try {
    fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
    return content(fd, file);
  } catch (error) {
    throw systemFault(error, `read '${file}'`);
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

const block = 512;

function content(fd: number, file: string): TarContent {
  const whole = crypto.createHash("sha256");
  const buffer = Buffer.allocUnsafe(1 << 20);
  /** Gives the next bytes in pieces. */
  const take = (length: number, use: (part: Buffer) => void) => {
    for (let left = length; left > 0; ) {
      const got = fs.readSync(fd, buffer, 0, Math.min(left, buffer.length), null);
      if (got === 0) throw fault("dataerr", `cannot read '${file}': it ends inside of a member`);
      whole.update(buffer.subarray(0, got));
      use(buffer.subarray(0, got));
      left -= got;
    }
  };
  const bytes = (length: number) => {
    if (length > 1 << 20) throw fault("dataerr", `cannot read '${file}': a name in it is too long`);
    const parts: Buffer[] = [];
    take(length, (part) => parts.push(Buffer.from(part)));
    return Buffer.concat(parts);
  };
  const entries: DigestEntry[] = [];
  let [name, target]: [string | undefined, string | undefined] = [undefined, undefined];
  for (;;) {
    const header = bytes(block);
    if (header.every((byte) => byte === 0)) break;
    const { type, size, mode, ...short } = parsed(header, file);
    if (type === "L" || type === "K") {
      const long = text(bytes(paddedLength(size)).subarray(0, size));
      if (type === "L") name = long;
      else target = long;
      continue;
    }
    const sha = type === "0" ? contentHash(size, take) : undefined;
    entries.push({
      path: name ?? short.name,
      mode,
      ...(sha === undefined ? { target: target ?? short.target } : { sha }),
    });
    [name, target] = [undefined, undefined];
  }
  for (let got = fs.readSync(fd, buffer); got > 0; got = fs.readSync(fd, buffer)) whole.update(buffer.subarray(0, got));
  // In the order of their bytes, which latin1 keeps.
  entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return { digest: `sha256:${whole.digest("hex")}`, tree: treeDigest(entries), files: entries.length };
}

function contentHash(size: number, take: (length: number, use: (part: Buffer) => void) => void): string {
  const hash = crypto.createHash("sha256");
  let left = size;
  take(paddedLength(size), (part) => {
    hash.update(part.subarray(0, Math.min(left, part.length)));
    left -= Math.min(left, part.length);
  });
  return hash.digest("hex");
}

function parsed(header: Buffer, file: string) {
  const octal = (at: number, length: number) =>
    Number.parseInt(text(header.subarray(at, at + length)).trim() || "0", 8);
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  if (sum !== octal(148, 8)) throw fault("dataerr", `cannot read '${file}': a header in it is spoilt`);
  const type = String.fromCharCode(header[156] ?? 0);
  if (!["0", "2", "L", "K"].includes(type))
    throw fault("dataerr", `cannot read '${file}': it has a member of type '${type}'`);
  const large = ((header[124] ?? 0) & 0x80) !== 0;
  const size = large ? Number(header.readBigUInt64BE(128)) : octal(124, 12);
  const mode: Mode = type === "2" ? "120000" : (octal(100, 8) & 0o100) !== 0 ? "100755" : "100644";
  return { type, size, mode, name: text(header.subarray(0, 100)), target: text(header.subarray(157, 257)) };
}

/** Until the first NUL, a character a byte. */
function text(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("latin1", 0, end < 0 ? bytes.length : end);
}
