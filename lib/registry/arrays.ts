// Arrays on disk: an index that tells which run is at which place, one script for all, and the parts in which they are sent.
import os from "node:os";
import path from "node:path";
import { pid } from "node:process";
import {
  type ArrayElement,
  type ArrayRecord,
  arraySchema,
  elementOf,
  indexText,
  type Part,
  type PartReceipt,
  type PartRefusal,
  partReceiptSchema,
  partRefusalSchema,
  partSchema,
} from "../record/array.js";
import { fault } from "../record/fault.js";
import { formatIndices, parseIndices } from "../record/indices.js";
import { randomWord } from "../record/random.js";
import { timestamp } from "../record/units.js";
import { arrayDirectory, arrayFiles, numbered, partDirectory } from "./layout.js";
import { ownDirectory, type Registry } from "./open.js";
import { list, readRecord, readText } from "./read.js";
import { processStart } from "./submissions.js";
import { makeDirectory, recordText, unmark, writeOnce } from "./write.js";

/** An array and where it is. */
export interface ArrayOnDisk {
  array: ArrayRecord;
  dir: string;
  /** The uid that owns it. */
  owner: number;
}

/** A part as its files tell it; its job is the receipt's, and one that was refused has none and never will. */
export interface ArrayPart {
  part: number;
  intent: Part;
  indices: ReadonlySet<number>;
  receipt?: PartReceipt;
  refusal?: PartRefusal;
}

/** What an array's writer says of it. */
export interface NewArray {
  id: string;
  name: string;
  sweep?: string;
  max_concurrent?: number;
  one_job?: number;
  at: string;
}

/** Makes one of the caller's arrays, its record last: until then it is none. Throws cantcreat where the id is taken. */
export function writeArray(
  registry: Registry,
  about: NewArray,
  elements: readonly ArrayElement[],
  script: string,
): ArrayOnDisk {
  const { text, width } = indexText(elements);
  const { id, ...more } = about;
  const array: ArrayRecord = { type: "array", v: 1, id, user: registry.user, of: elements.length, width, ...more };
  ownDirectory(registry, "arrays");
  const dir = arrayDirectory(registry.base, registry.user, id);
  if (makeDirectory(dir, registry.modes.directory) === "exists")
    throw fault("cantcreat", `cannot write '${dir}': it is there already`);
  const files = arrayFiles(dir);
  writeOnce(files.index, text, registry.modes.file);
  writeOnce(files.script, script, registry.modes.file | 0o110);
  writeOnce(files.array, recordText(array), registry.modes.file);
  return { array, dir, owner: registry.uid };
}

/** An array of a user's, or undefined where there is none. Throws dataerr for one that is not what it should be. */
export function readArray(registry: Registry, user: string, id: string, owner = registry.uid): ArrayOnDisk | undefined {
  const dir = arrayDirectory(registry.base, user, id);
  const array = readRecord(arrayFiles(dir).array, arraySchema, { owner });
  if (array === undefined) return undefined;
  if (array.id === id && array.user === user) return { array, dir, owner };
  throw fault("dataerr", `cannot read the array in '${dir}': it is '${array.id}' of ${array.user}`);
}

/** All elements of an array, by their indices. Throws dataerr where the index is not what the array says. */
export function readIndex({ array, dir, owner }: ArrayOnDisk): ArrayElement[] {
  const file = arrayFiles(dir).index;
  const text = readText(file, { owner, limit: 2 ** 28 });
  if (text === undefined) throw fault("dataerr", `cannot read '${file}': no such file`);
  const { of, width } = array;
  if (text.length !== of * width)
    throw fault("dataerr", `cannot read '${file}': it has ${text.length} bytes, not ${of} lines of ${width}`);
  return Array.from({ length: of }, (_, index) => elementOf(text.slice(index * width, (index + 1) * width)));
}

/**
 * Links the next part: these elements are about to be given to the scheduler. Whether they may be is not asked here: an
 * element's own facts tell, and its seal. Throws faults.
 */
export function linkPart(
  registry: Registry,
  { array, dir }: ArrayOnDisk,
  indices: Iterable<number>,
  by: Part["by"],
): ArrayPart {
  const start = processStart(pid);
  const sent = formatIndices(indices);
  let part = 1 + Math.max(0, ...list(dir).map((name) => numbered(name, "part-") ?? 0));
  while (makeDirectory(partDirectory(dir, part), registry.modes.directory) === "exists") part += 1;
  const intent: Part = {
    type: "part",
    v: 1,
    array: array.id,
    part,
    indices: sent,
    token: randomWord(),
    by,
    user: registry.user,
    host: os.hostname(),
    pid,
    ...(start === undefined ? {} : { pid_start: start }),
    at: timestamp(Date.now()),
  };
  const file = path.join(partDirectory(dir, part), "intent.json");
  if (writeOnce(file, recordText(intent), registry.modes.file) === "exists")
    throw fault("cantcreat", `cannot write '${file}': it is there already`);
  return { part, intent, indices: new Set(parseIndices(sent)) };
}

/** Takes back a part of our own, when the scheduler certainly was not reached. Its number stays taken. */
export function withdrawPart(dir: string, part: number): void {
  unmark(path.join(partDirectory(dir, part), "intent.json"));
}

/** Notes the job that the scheduler gave for a part. */
export function writePartReceipt(registry: Registry, dir: string, receipt: PartReceipt): "made" | "exists" {
  return writeOnce(
    path.join(partDirectory(dir, receipt.part), "receipt.json"),
    recordText(receipt),
    registry.modes.file,
  );
}

/** Notes that the scheduler did not take a part, and why. */
export function writePartRefusal(registry: Registry, dir: string, refusal: PartRefusal): "made" | "exists" {
  return writeOnce(
    path.join(partDirectory(dir, refusal.part), "refusal.json"),
    recordText(refusal),
    registry.modes.file,
  );
}

/** The parts of an array that were begun, in order; one without its intent was taken back, or never was. Throws faults. */
export function readParts({ array, dir, owner }: ArrayOnDisk): ArrayPart[] {
  const numbers = list(dir).flatMap((name) => numbered(name, "part-") ?? []);
  return numbers
    .sort((a, b) => a - b)
    .flatMap((part) => {
      const at = (name: string) => path.join(partDirectory(dir, part), `${name}.json`);
      const refusal = readRecord(at("refusal"), partRefusalSchema, { owner });
      const receipt = readRecord(at("receipt"), partReceiptSchema, { owner });
      const intent = readRecord(at("intent"), partSchema, { owner });
      if (intent === undefined) return [];
      for (const one of [intent, receipt, refusal])
        if (one !== undefined && (one.array !== array.id || one.part !== part))
          throw fault("dataerr", `cannot read '${partDirectory(dir, part)}': it is about another part`);
      const found = { part, intent, indices: new Set(parseIndices(intent.indices)) };
      return { ...found, ...(receipt ? { receipt } : {}), ...(refusal ? { refusal } : {}) };
    });
}

/** The part by which an element counts as sent, or else as refused: of those that hold it the last that was not refused. */
export function partOf(parts: readonly ArrayPart[], index: number): ArrayPart | undefined {
  const holding = parts.filter(({ indices }) => indices.has(index));
  return holding.findLast(({ refusal }) => refusal === undefined) ?? holding.at(-1);
}
