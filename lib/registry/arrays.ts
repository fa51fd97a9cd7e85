// Arrays on disk: an index that tells which run is at which place, one script for all, and the parts in which they are sent.
import os from "node:os";
import path from "node:path";
import { pid } from "node:process";
import type * as v from "valibot";
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
import { awaited } from "./awaited.js";
import { arrayDirectory, arrayFiles, numbersIn, partDirectory } from "./layout.js";
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

/** What is enough to find an array's parts. */
export interface ArrayPlace {
  array: Pick<ArrayRecord, "id">;
  dir: string;
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

/** The texts of an array: its script, and the values that its elements find their own among. */
export interface ArrayTexts {
  script: string;
  values: string;
}

/** Makes one of the caller's arrays, its record last: until then it is none. Throws cantcreat where the id is taken. */
export function writeArray(
  registry: Registry,
  about: NewArray,
  elements: readonly ArrayElement[],
  { script, values }: ArrayTexts,
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
  writeOnce(files.values, values, registry.modes.file);
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
 * Links the part after `last`, the highest that was read: these elements are about to be given to the scheduler. Says
 * `exists` where somebody else has linked it meanwhile: then that is to be read before anything more is said, so that no
 * element is in two parts that are sent at once. Throws faults.
 */
export function linkPart(
  registry: Registry,
  { array, dir }: ArrayPlace,
  indices: Iterable<number>,
  { by, last }: { by: Part["by"]; last: number },
): ArrayPart | "exists" {
  const start = processStart(pid);
  const sent = formatIndices(indices);
  const part = last + 1;
  makeDirectory(partDirectory(dir, part), registry.modes.directory);
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
  if (writeOnce(file, recordText(intent), registry.modes.file) === "exists") return "exists";
  return { part, intent, indices: new Set(parseIndices(sent)) };
}

/** Takes back a part of our own, when the scheduler certainly was not reached. Its number may be taken again. */
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

/** Parts of which nothing more can come, by their directories. */
const done = new Map<string, ArrayPart>();

/**
 * The parts of an array that were begun, in order; one without its intent was taken back, or never was. What is decided of a
 * part is read once a process, however many elements are looked at. Throws faults.
 */
export function readParts({ array, dir, owner }: ArrayPlace): ArrayPart[] {
  return numbersIn(list(dir), "part-").flatMap((part) => {
    const place = partDirectory(dir, part);
    const found = done.get(place) ?? readPart(place, part, array.id, owner);
    if (found?.receipt ?? found?.refusal) done.set(place, found as ArrayPart);
    return found ?? [];
  });
}

/** By what is listed: a name that was looked for before it was there may be taken for missing for a while. */
function readPart(place: string, part: number, array: string, owner: number): ArrayPart | undefined {
  const names = list(place);
  const read = <S extends v.GenericSchema>(name: string, schema: S): v.InferOutput<S> | undefined => {
    const file = path.join(place, `${name}.json`);
    if (!names.includes(`${name}.json`)) return undefined;
    const record = awaited(file, () => readRecord(file, schema, { owner }) as { array?: string; part?: number });
    if (record && (record.array !== array || record.part !== part))
      throw fault("dataerr", `cannot read '${place}': it is about another part`);
    return record as v.InferOutput<S>;
  };
  const intent = read("intent", partSchema);
  if (intent === undefined) return undefined;
  const [receipt, refusal] = [read("receipt", partReceiptSchema), read("refusal", partRefusalSchema)];
  const found = { part, intent, indices: new Set(parseIndices(intent.indices)) };
  return { ...found, ...(receipt ? { receipt } : {}), ...(refusal ? { refusal } : {}) };
}

/** The part by which an element counts as sent, or else as refused: of those that hold it the last that was not refused. */
export function partOf(parts: readonly ArrayPart[], index: number): ArrayPart | undefined {
  const holding = parts.filter(({ indices }) => indices.has(index));
  return holding.findLast(({ refusal }) => refusal === undefined) ?? holding.at(-1);
}
