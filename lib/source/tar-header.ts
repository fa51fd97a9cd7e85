// Tar headers. Written here and not by tar-stream, which knows names as text only (a name that is no UTF-8 would become
// another) and whose streams cost more than the reading and hashing of the files together.
import type { Mode } from "./tree-digest.js";
import type { TreePath } from "./tree-path.js";

export interface TarMember {
  path: TreePath;
  mode: Mode;
  bytes: number;
  target?: TreePath | undefined;
}

const block = 512;
const nameLength = 100;
// 1980: older times trouble zip and what is built on it. The same for all, so that a tree has one tar.
const mtime = 315_532_800;

/** How many bytes the headers of a member take. */
export function headerLength({ path, target = "" }: TarMember): number {
  return block + longLength(path) + longLength(target);
}

/** How many bytes the content of a member takes, filled up to whole blocks. */
export function paddedLength(bytes: number): number {
  return Math.ceil(bytes / block) * block;
}

/**
 * Writes the headers of a member into `buffer` at `at`, in the format of GNU tar (that of every tar and of Python for names
 * beyond 100 bytes that need be no text): root's, 0644 or 0755, one fixed time. Returns where they end.
 */
export function writeHeader(buffer: Buffer, at: number, member: TarMember): number {
  const { path, mode, bytes, target = "" } = member;
  let end = writeLong(buffer, at, "K", target);
  end = writeLong(buffer, end, "L", path);
  const permissions = mode === "120000" ? 0o777 : mode === "100755" ? 0o755 : 0o644;
  return writeBlock(buffer, end, { name: path, permissions, bytes, type: mode === "120000" ? "2" : "0", target });
}

function longLength(name: TreePath): number {
  return name.length > nameLength ? block + paddedLength(name.length + 1) : 0;
}

/** A name that the header has no room for goes before it as content of a member of its own. */
function writeLong(buffer: Buffer, at: number, type: "K" | "L", name: TreePath): number {
  if (name.length <= nameLength) return at;
  const bytes = name.length + 1;
  const end = writeBlock(buffer, at, { name: "././@LongLink", permissions: 0o644, bytes, type, target: "" });
  buffer.fill(0, end, end + paddedLength(bytes));
  buffer.write(name, end, "latin1");
  return end + paddedLength(bytes);
}

interface Block {
  name: TreePath;
  permissions: number;
  bytes: number;
  type: "0" | "2" | "K" | "L";
  target: TreePath;
}

// What all headers have in common; a copy of it costs a fraction of writing it.
const template = Buffer.alloc(block);
for (const at of [108, 116]) writeOctal(template, at, 8, 0);
writeOctal(template, 136, 12, mtime);
template.fill(" ", 148, 156);
template.write("ustar  \0root", 257, "latin1");
template.write("root", 297, "latin1");

function writeBlock(buffer: Buffer, at: number, { name, permissions, bytes, type, target }: Block): number {
  template.copy(buffer, at);
  buffer.write(name, at, nameLength, "latin1");
  writeOctal(buffer, at + 100, 8, permissions);
  if (bytes < 8 ** 11) writeOctal(buffer, at + 124, 12, bytes);
  else writeLarge(buffer, at + 124, bytes);
  buffer.write(type, at + 156, "latin1");
  if (target !== "") buffer.write(target, at + 157, nameLength, "latin1");
  let sum = 0;
  // Nothing but zeros from there on.
  for (let i = at; i < at + 301; i += 1) sum += buffer[i] ?? 0;
  writeOctal(buffer, at + 148, 7, sum);
  return at + block;
}

/** Digits with zeros in front, and a NUL in the last place. */
function writeOctal(buffer: Buffer, at: number, width: number, value: number): void {
  let rest = value;
  buffer[at + width - 1] = 0;
  for (let i = at + width - 2; i >= at; i -= 1) {
    buffer[i] = 48 + (rest % 8);
    rest = Math.floor(rest / 8);
  }
}

/** Sizes of 8 GiB and more, in base 256 with the first bit set. */
function writeLarge(buffer: Buffer, at: number, value: number): void {
  buffer.fill(0, at, at + 12);
  buffer[at] = 0x80;
  buffer.writeBigUInt64BE(BigInt(value), at + 4);
}
