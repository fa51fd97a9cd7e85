// What an input that nobody here made is recognised by: "lab-stat/1" over names, sizes and times, or its content. The job
// computes the same with coreutils before it starts (lib/job/runtime/fingerprint.sh), so both must agree to the byte.
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { systemFault } from "./fault.js";

export interface Fingerprint {
  kind: "file" | "directory";
  digest: string;
  files: number;
  bytes: number;
}

export interface Found {
  /** The path below the directory, as bytes; empty for a file that was named itself. */
  name: Buffer;
  executable: boolean;
  bytes: number;
  mtime_s: number;
  /** Set for a symbolic link. */
  target?: Buffer;
}

/**
 * By names, sizes and times: sha256 over "lab-stat/1", the kind, and for each file `<path>//<size> <mtime>`, for each
 * symbolic link `<path>//-> <target>`, each ended by NUL, the records sorted by their bytes. Whole seconds, since mounts
 * differ in what they keep of one. Throws what the system says.
 */
export function statFingerprint(input: string): Fingerprint {
  const { kind, found } = survey(input);
  return statFingerprintOf(kind, found);
}

/** The same of what was found elsewhere. */
export function statFingerprintOf(kind: Fingerprint["kind"], found: readonly Omit<Found, "executable">[]): Fingerprint {
  const records = found.map(({ name, target, bytes, mtime_s }) =>
    Buffer.concat([
      name,
      Buffer.from("//"),
      target ? Buffer.concat([Buffer.from("-> "), target]) : Buffer.from(`${bytes} ${mtime_s}`),
      nul,
    ]),
  );
  const hash = crypto.createHash("sha256").update(`lab-stat/1\0${kind}\0`);
  for (const record of records.sort(Buffer.compare)) hash.update(record);
  return { kind, digest: `sha256:${hash.digest("hex")}`, ...sum(found) };
}

/** By content: of a file the sha256 of its bytes, of a directory its tree digest "lab-tree/1". Throws what the system says. */
export function contentFingerprint(input: string): Fingerprint {
  const { kind, found } = survey(input);
  const digest = kind === "file" ? hashFile(input) : treeDigest(input, found);
  return { kind, digest: `sha256:${digest}`, ...sum(found) };
}

const nul = Buffer.from([0]);

function sum(found: readonly Pick<Found, "target" | "bytes">[]): { files: number; bytes: number } {
  const files = found.filter(({ target }) => target === undefined);
  return { files: files.length, bytes: files.reduce((total, { bytes }) => total + bytes, 0) };
}

function survey(input: string): { kind: "file" | "directory"; found: Found[] } {
  try {
    const stat = fs.statSync(input);
    fs.accessSync(input, fs.constants.R_OK);
    if (stat.isDirectory()) return { kind: "directory", found: walk(Buffer.from(input), Buffer.alloc(0)) };
    return { kind: "file", found: [entry(Buffer.alloc(0), stat)] };
  } catch (error) {
    throw systemFault(error, `read '${input}'`);
  }
}

function walk(root: Buffer, below: Buffer): Found[] {
  const directory = below.length === 0 ? root : join(root, below);
  const found: Found[] = [];
  for (const item of fs.readdirSync(directory, {
    withFileTypes: true,
    encoding: "buffer",
  }) as unknown as fs.Dirent<Buffer>[]) {
    const name = below.length === 0 ? item.name : join(below, item.name);
    if (item.isDirectory()) found.push(...walk(root, name));
    else if (item.isSymbolicLink())
      found.push({
        name,
        executable: false,
        bytes: 0,
        mtime_s: 0,
        target: fs.readlinkSync(join(root, name), "buffer"),
      });
    else if (item.isFile()) found.push(entry(name, fs.lstatSync(join(root, name))));
  }
  return found;
}

function join(a: Buffer, b: Buffer): Buffer {
  return Buffer.concat([a, Buffer.from(path.sep), b]);
}

function entry(name: Buffer, stat: fs.Stats): Found {
  return { name, executable: (stat.mode & 0o100) !== 0, bytes: stat.size, mtime_s: Math.floor(stat.mtimeMs / 1000) };
}

function treeDigest(root: string, found: Found[]): string {
  const hash = crypto.createHash("sha256").update("lab-tree/1\0");
  const sorted = found.slice().sort((a, b) => Buffer.compare(a.name, b.name));
  for (const executable of [false, true]) {
    hash.update(executable ? "100755\0" : "100644\0");
    for (const item of sorted) {
      if (item.target !== undefined || item.executable !== executable) continue;
      hash
        .update(`${hashFile(join(Buffer.from(root), item.name))}  `)
        .update(item.name)
        .update(nul);
    }
  }
  hash.update("120000\0");
  for (const { name, target } of sorted) if (target) hash.update(target).update(nul).update(name).update(nul);
  return hash.digest("hex");
}

function hashFile(file: string | Buffer): string {
  const hash = crypto.createHash("sha256");
  const buffer = Buffer.allocUnsafe(1 << 20);
  let fd: number | undefined;
  try {
    fd = fs.openSync(file, "r");
    for (let read = fs.readSync(fd, buffer); read > 0; read = fs.readSync(fd, buffer))
      hash.update(buffer.subarray(0, read));
    return hash.digest("hex");
  } catch (error) {
    throw systemFault(error, `read '${file}'`);
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}
