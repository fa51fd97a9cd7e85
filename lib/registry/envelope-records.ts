// The records in a run's .lab/: each read by its schema where it is listed, a bad one told of and left out.
import path from "node:path";
import type * as v from "valibot";
import { errnoOf, type Fault, fault, isFault } from "../record/fault.js";
import { timestamp } from "../record/units.js";
import { awaited } from "./awaited.js";
import { fs } from "./disk.js";
import { numbersIn } from "./layout.js";
import { list, readRecord } from "./read.js";

export interface EnvelopeRecords {
  /** The numbers of what is listed as `submit-3`, or `decision-3.json`, in order. */
  numbers(prefix: string, end?: string): number[];
  /** Lists a directory of it, whose files can be read then. */
  look(directory: string): void;
  has(file: string): boolean;
  /** A record about the run; undefined where it is not listed, or cannot be read as what it should be. */
  read<S extends v.GenericSchema>(file: string, schema: S): v.InferOutput<S> | undefined;
  /** When a listed file was written; undefined where there is none. */
  writtenAt(file: string): string | undefined;
  /** What `act` gives, or `otherwise` where it throws a fault, which is told of. */
  tried<T>(act: () => T, otherwise: T): T;
  /** What was told of so far; `partial` where some of it may be what it should be, but cannot be read now. */
  trouble(): { problems: string[]; partial?: true };
}

/** The records of the run `id`, which `owner` (a uid) has, in its directory `lab`. Throws faults where that cannot be listed. */
export function envelopeRecords(lab: string, id: string, owner: number): EnvelopeRecords {
  const names = list(lab);
  // By what is listed: a name that was looked for before it was there may be taken for missing for a while.
  const listed = new Set(names);
  const problems: string[] = [];
  let partial = false;
  const told = <T>(act: () => T, otherwise: T, isPartial: (error: Fault) => boolean): T => {
    try {
      return act();
    } catch (error) {
      if (!isFault(error)) throw error;
      problems.push(error.message);
      partial ||= isPartial(error);
      return otherwise;
    }
  };
  const readListed = (file: string, schema: v.GenericSchema) => {
    const whole = path.join(lab, file);
    const record = awaited(whole, () => readRecord(whole, schema, { owner }) as { run?: string } | undefined);
    if (record === undefined || record.run === id) return record;
    throw fault("dataerr", `cannot read '${whole}': it is about '${record.run}'`);
  };
  return {
    numbers: (prefix, end = "") => numbersIn(names, prefix, end),
    look(directory) {
      for (const name of told(
        () => listIn(path.join(lab, directory)),
        [],
        () => true,
      ))
        listed.add(`${directory}/${name}`);
    },
    has: (file) => listed.has(file),
    read: (file, schema) =>
      listed.has(file)
        ? told(
            () => readListed(file, schema),
            undefined,
            ({ code }) => code !== "dataerr",
          )
        : undefined,
    writtenAt: (file) => (listed.has(file) ? mtime(path.join(lab, file)) : undefined),
    tried: (act, otherwise) => told(act, otherwise, () => true),
    trouble: () => ({ problems, ...(partial ? { partial } : {}) }),
  };
}

/** A file in the place of a directory has nothing in it. */
function listIn(directory: string): string[] {
  try {
    return list(directory);
  } catch (error) {
    if (isFault(error) && errnoOf(error.cause) === "ENOTDIR") return [];
    throw error;
  }
}

function mtime(file: string): string | undefined {
  try {
    return timestamp(fs.lstatSync(file).mtimeMs);
  } catch (error) {
    if (errnoOf(error)) return undefined;
    throw error;
  }
}
