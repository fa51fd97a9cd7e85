// A TOML file: its text, its value, and what is wrong with it, with the line.
import { isUtf8 } from "node:buffer";
import fs from "node:fs";
import { parse, TomlError } from "smol-toml";
import { type Fault, type FaultCode, fault, systemFault } from "../record/fault.js";
import { shortSize } from "../record/units.js";

export { spellings } from "./positions.js";
export { checkedToml, problems } from "./problems.js";

export interface TomlFile {
  /** As it was named. */
  path: string;
  /** Verbatim, a byte order mark included. */
  text: string;
  /** Tables without a prototype; numbers and dates as smol-toml gives them; lines of texts end in LF. */
  value: Record<string, unknown>;
}

/** The most that a TOML file may have. */
export const tomlLimit = 4 * 2 ** 20;

const deepest = 64;

/** Parses a text. Throws `code`, with `path:line:column: message`, also where a key is one that JavaScript objects have. */
export function parseToml(text: string, path: string, code: FaultCode = "dataerr"): TomlFile {
  if (Buffer.byteLength(text) > tomlLimit) throw tooLarge(path, code);
  const plain = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  let value: Record<string, unknown>;
  try {
    value = parse(plain, { maxDepth: deepest, unsafeKeyBehaviour: "throw" });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw fault(code, `${path}:${error.line}:${error.column}: ${words(error, plain)}`, { cause: error });
  }
  if (isDeeperThan(value, deepest)) throw fault(code, `${path}: tables are nested more than ${deepest} levels deep`);
  return { path, text, value };
}

/** Reads a file and parses it. Throws what the system says (noinput, noperm, …), or `code` for what is in it. */
export function readToml(path: string, code: FaultCode = "dataerr"): TomlFile {
  const bytes = readBounded(path, code);
  if (!isUtf8(bytes)) throw fault(code, `${path}:${firstBadLine(bytes)}:1: the line is not UTF-8`);
  return parseToml(bytes.toString("utf8"), path, code);
}

function readBounded(path: string, code: FaultCode): Buffer {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    const fd = fs.openSync(path, "r");
    try {
      for (;;) {
        const chunk = Buffer.allocUnsafe(64 * 1024);
        const read = fs.readSync(fd, chunk, 0, chunk.length, null);
        if (read === 0) return Buffer.concat(chunks, size);
        chunks.push(chunk.subarray(0, read));
        size += read;
        if (size > tomlLimit) throw tooLarge(path, code);
      }
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    throw systemFault(error, `read '${path}'`);
  }
}

function tooLarge(path: string, code: FaultCode): Fault {
  return fault(code, `cannot read '${path}': it is larger than the ${shortSize(tomlLimit)} that a TOML file may have`, {
    hint: "is this the file you meant?",
  });
}

function firstBadLine(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const end = bytes.indexOf(10, start);
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
  return line;
}

/** smol-toml's words without its heading and its picture of the code; a key that is defined twice is named. */
function words(error: TomlError, text: string): string {
  const message = (error.message.split("\n", 1)[0] ?? "").replace(/^Invalid TOML document: /, "");
  const rest = text.split(/\r?\n/)[error.line - 1]?.slice(error.column - 1) ?? "";
  const key = /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\]=#"'])+/.exec(rest)?.[0].trim();
  if (message.startsWith("trying to redefine")) return key ? `${key} is defined twice` : message;
  if (message.includes("unsafe property")) return `${key ?? "the key"} cannot be used as a key`;
  if (message.includes("represented losslessly")) return "the integer is beyond 2^53 - 1: write it in quotes";
  if (message.includes("excessively nested")) return `lists or tables are nested more than ${deepest} levels deep`;
  return message;
}

function isDeeperThan(root: unknown, limit: number): boolean {
  let level = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    level = level
      .flatMap((value) => (typeof value === "object" && value !== null ? Object.values(value) : []))
      .filter((value) => typeof value === "object");
  }
  return false;
}
