// What the files of a registry hold: read whole, bounded, and checked against their schemas.
import type * as v from "valibot";
import { errnoOf, fault, systemFault } from "../record/fault.js";
import { checked } from "../record/schema.js";
import { fs, type Stats } from "./disk.js";
import { withRegular } from "./regular.js";

const largest = 16 * 2 ** 20;

export interface ReadRules {
  /** The uid that must own the file; another's is a problem, not a fact. */
  owner?: number;
  /** Larger files are refused (bytes); 16 MiB where not said. */
  limit?: number;
  /** A record of more values is refused: each is shown, masked and compared by itself. Any number where not said. */
  values?: number;
}

/** The file's bytes as UTF-8, or undefined where there is no such file. Throws faults for anything else. */
export function readText(file: string, rules: ReadRules = {}): string | undefined {
  return readWhole(file, rules)?.text;
}

/** What a file of the registry holds, and what its inode says of it. */
function readWhole(file: string, rules: ReadRules): { text: string; stat: Stats } | undefined {
  return unstale(`read '${file}'`, () => {
    try {
      return readOpened(file, rules);
    } catch (error) {
      if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
      throw error;
    }
  });
}

function readOpened(file: string, { owner, limit = largest }: ReadRules): { text: string; stat: Stats } {
  return withRegular(file, owner, (fd, stat) => {
    if (stat.size > limit)
      throw fault("dataerr", `cannot read '${file}': ${stat.size} bytes are more than it may have`);
    return { text: fs.readFileSync(fd, "utf8"), stat };
  });
}

/** A file that was replaced on another host while it was opened here has a stale handle: the next look finds the new one. */
function unstale<T>(doing: string, look: () => T): T {
  for (let tries = 3; ; tries -= 1) {
    try {
      return look();
    } catch (error) {
      if (errnoOf(error) !== "ESTALE" || tries <= 1) throw systemFault(error, doing);
    }
  }
}

/** One record of one file, checked against its schema, or undefined where there is no such file. Throws dataerr naming the file. */
export function readRecord<S extends v.GenericSchema>(
  file: string,
  schema: S,
  rules: ReadRules = {},
): v.InferOutput<S> | undefined {
  const text = readText(file, rules);
  if (text === undefined) return undefined;
  const { values = Number.POSITIVE_INFINITY } = rules;
  // Between values there is a comma, whatever else there is.
  if (text.length > values && valuesIn(text, values) > values)
    throw fault("dataerr", `cannot read '${file}': it has more than ${values} values`);
  return checked(schema, parseJson(text, file), `'${file}'`);
}

/** How many commas there are outside of texts, and one; no more than just above `most`. */
function valuesIn(text: string, most: number): number {
  let count = 1;
  let inText = false;
  for (let i = 0; i < text.length && count <= most; i += 1) {
    const code = text.charCodeAt(i);
    if (inText) {
      if (code === 92) i += 1;
      else if (code === 34) inText = false;
    } else if (code === 34) inText = true;
    else if (code === 44) count += 1;
  }
  return count;
}

/**
 * One record of a file that anybody may have made, whose file it is and when it was written (milliseconds, by the file
 * server's clock). Undefined where there is no such file. Throws dataerr naming the file.
 */
export function readOwned<S extends v.GenericSchema>(
  file: string,
  schema: S,
): { record: v.InferOutput<S>; uid: number; mtime: number } | undefined {
  const read = readWhole(file, { limit: 2 ** 16 });
  if (read === undefined) return undefined;
  const { text, stat } = read;
  return { record: checked(schema, parseJson(text, file), `'${file}'`), uid: stat.uid, mtime: stat.mtimeMs };
}

/** Whether the caller may read a file, or look into a directory. */
export function mayRead(file: string): boolean {
  try {
    const { R_OK, X_OK } = fs.constants;
    fs.accessSync(file, fs.statSync(file).isDirectory() ? R_OK | X_OK : R_OK);
    return true;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

/** The names in a directory, or none where there is no such directory. Throws faults. */
export function list(directory: string): string[] {
  return unstale(`list '${directory}'`, () => {
    try {
      return fs.readdirSync(directory);
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return [];
      throw error;
    }
  });
}

/** The value of a text of JSON in a file. Throws dataerr naming the file, and with `line` which of its lines it is. */
export function parseJson(text: string, file: string, line?: number): unknown {
  const place = line === undefined ? "it" : `line ${line}`;
  if (isDeep(text)) throw fault("dataerr", `cannot read '${file}': ${place} is nested more than ${deepest} deep`);
  try {
    return JSON.parse(text);
  } catch {
    throw fault("dataerr", `cannot read '${file}': ${place} is not JSON`);
  }
}

/** What goes through a record calls itself for each level, and has no room for a hundred thousand of them. */
const deepest = 500;

/** Whether more tables and lists are open at some place than a record may have. */
function isDeep(text: string): boolean {
  if (text.length < 2 * deepest) return false;
  let depth = 0;
  let inText = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (inText) {
      if (code === 92) i += 1;
      else if (code === 34) inText = false;
    } else if (code === 34) inText = true;
    else if (code === 123 || code === 91) {
      depth += 1;
      if (depth > deepest) return true;
    } else if (code === 125 || code === 93) depth -= 1;
  }
  return false;
}
