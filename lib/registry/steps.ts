// The steps of a checkpoint stream: what the job noted of them while it ran, and what is in the stream's directory.
import path from "node:path";
import * as v from "valibot";
import { manifestSchema } from "../record/facts.js";
import { errnoOf, isFault, systemFault } from "../record/fault.js";
import { count, time } from "../record/schema.js";
import { type Dirent, fs } from "./disk.js";
import type { RunOnDisk } from "./facts.js";
import { attemptDirectory, envelope } from "./layout.js";
import { readText } from "./read.js";

/** A line of steps.ndjson: a step whose marker was there, and how that marker was. */
export const stepLineSchema = v.looseObject({
  ...manifestSchema.entries,
  step: count,
  marker_mtime: count,
  marker_bytes: count,
  at: time,
});
export type StepLine = v.InferOutput<typeof stepLineSchema> & { attempt: number };

/** The last that any attempt noted of each step's directory. Lines that are none are told of and left out. */
export function notedSteps({ dir, owner, facts }: RunOnDisk, bad: (message: string) => void): StepLine[] {
  const last = new Map<string, StepLine>();
  for (const { n } of facts.attempts) {
    const file = path.join(attemptDirectory(envelope(dir), n), "steps.ndjson");
    for (const line of linesOf(file, owner, bad)) last.set(`${line.role}\0${line.path}`, { ...line, attempt: n });
  }
  return [...last.values()];
}

function linesOf(file: string, owner: number, bad: (message: string) => void): v.InferOutput<typeof stepLineSchema>[] {
  try {
    const text = readText(file, { owner }) ?? "";
    // What has no end yet is being written.
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    const lines = whole.split("\n").filter(Boolean).map(parsed);
    const none = lines.filter((line) => line === undefined).length;
    if (none > 0) bad(`'${file}': ${none} line${none > 1 ? "s are" : " is"} no step`);
    return lines.filter((line) => line !== undefined);
  } catch (error) {
    if (!isFault(error)) throw error;
    bad(error.message);
    return [];
  }
}

function parsed(line: string): v.InferOutput<typeof stepLineSchema> | undefined {
  try {
    const result = v.safeParse(stepLineSchema, JSON.parse(line));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}

/** The number at the end of a step directory's name (`step9000`, `checkpoint-49`, `49`), or undefined where there is none. */
export function stepOf(name: string): number | undefined {
  const digits = /\d+$/.exec(name)?.[0];
  return digits === undefined || digits.length > 15 ? undefined : Number(digits);
}

/** The names in a directory as its server lists them; none where there is no such directory. Throws faults. */
export function entriesOf(directory: string): Dirent[] {
  try {
    return fs.readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return [];
    throw systemFault(error, `list '${directory}'`);
  }
}

/** A marker as the job saw it: whole seconds and bytes. */
export interface Marker {
  marker_mtime: number;
  marker_bytes: number;
}

/** How a marker (or an output without one) is now; undefined where it is not there. Throws faults for what cannot be told. */
export function markerAt(file: string): Marker | undefined {
  try {
    return looked(file);
  } catch (error) {
    if (!isAbsence(error)) throw systemFault(error, `look at '${file}'`);
  }
  // A network file system may remember that a name was not there; listing makes it look again.
  try {
    fs.readdirSync(path.dirname(file));
    return looked(file);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw systemFault(error, `look at '${file}'`);
  }
}

/** A link to itself is nothing, as it is to the job. */
function isAbsence(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR", "ELOOP"].includes(errnoOf(error) ?? "");
}

function looked(file: string): Marker {
  const { mtimeMs, size } = fs.statSync(file);
  return { marker_mtime: Math.max(0, Math.floor(mtimeMs / 1000)), marker_bytes: size };
}
