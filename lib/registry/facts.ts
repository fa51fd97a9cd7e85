// Reading a run: all the facts in its .lab/, each by its schema, a bad one reported and left out.
import path from "node:path";
import type * as v from "valibot";
import { evaluationSchema } from "../record/evaluation.js";
import {
  cancelSchema,
  decisionSchema,
  exitSchema,
  forgetSchema,
  intentSchema,
  outcomeSchema,
  receiptSchema,
  schedulerFactSchema,
  startSchema,
} from "../record/facts.js";
import { errnoOf, fault, isFault } from "../record/fault.js";
import { requeueOf } from "../record/requeue.js";
import { type Run, runSchema } from "../record/run.js";
import type { Attempt, Facts, Submission } from "../record/state.js";
import { timestamp } from "../record/units.js";
import { awaited } from "./awaited.js";
import { fs } from "./disk.js";
import { placeSchema, submissionInArray } from "./element.js";
import { envelope, numbered } from "./layout.js";
import { list, readRecord } from "./read.js";

export interface RunOnDisk {
  run: Run;
  dir: string;
  /** The uid that owns it. */
  owner: number;
  facts: Facts;
  /** Files that could not be read as what they should be. */
  problems: string[];
  /** Some of them may be what they should be, but cannot be read now: what they say may change everything. */
  partial?: true;
}

/**
 * The run in a run directory, or undefined where there is none (a run without run.json does not exist), or none that is
 * `wanted` by its run.json: then nothing else of it is read. Throws dataerr for a bad run.json.
 */
export function readRun(dir: string, owner: number, wanted: (run: Run) => boolean = () => true): RunOnDisk | undefined {
  const lab = envelope(dir);
  const run = readRecord(path.join(lab, "run.json"), runSchema, { owner });
  if (run === undefined) return undefined;
  checkPlace(run, dir);
  if (!wanted(run)) return undefined;
  const problems: string[] = [];
  let partial = false;
  const names = list(lab);
  // By what is listed: a name that was looked for before it was there may be taken for missing for a while.
  const has = new Set(names);
  const within = (directory: string): string => {
    try {
      for (const name of list(path.join(lab, directory))) has.add(`${directory}/${name}`);
    } catch (error) {
      if (!isFault(error)) throw error;
      if (errnoOf(error.cause) === "ENOTDIR") return directory;
      problems.push(error.message);
      partial = true;
    }
    return directory;
  };
  const read = <S extends v.GenericSchema>(file: string, schema: S): v.InferOutput<S> | undefined => {
    try {
      const whole = path.join(lab, file);
      const look = () => readRecord(whole, schema, { owner }) as { run?: string } | undefined;
      const record = awaited(whole, look);
      if (record === undefined || record.run === run.id) return record as v.InferOutput<S>;
      throw fault("dataerr", `cannot read '${path.join(lab, file)}': it is about '${record.run}'`);
    } catch (error) {
      if (!isFault(error)) throw error;
      problems.push(error.message);
      partial ||= error.code !== "dataerr";
      return undefined;
    }
  };
  const of: Read = (file, schema) => (has.has(file) ? read(file, schema) : undefined);
  const inArray = (n: number): Submission | undefined => {
    // Its script is the array's.
    if (!has.has(`submit-${n}/values.sh`) || has.has(`submit-${n}/script.sh`)) return undefined;
    const array = of(`submit-${n}/context.json`, placeSchema)?.array;
    if (!array) return undefined;
    try {
      return submissionInArray({ run: run.id, dir, owner }, n, array);
    } catch (error) {
      if (!isFault(error)) throw error;
      problems.push(error.message);
      partial = true;
      return { n, array };
    }
  };
  const beatIn = (directory: string) =>
    has.has(`${directory}/beat`) ? mtime(path.join(lab, directory, "beat")) : undefined;
  const facts: Facts = {
    run: run.id,
    planned_at: run.planned_at,
    ...present("max_attempts", requeueOf(run)?.max_attempts),
    submissions: ordered(names, "submit-").map((n) => submission(n, within(`submit-${n}`), of, inArray)),
    attempts: ordered(names, "attempt-").map((n) => attempt(n, within(`attempt-${n}`), of, beatIn)),
    ...present("scheduler", of("scheduler.json", schedulerFactSchema)),
    ...present("cancel", of("cancel.json", cancelSchema)),
    ...present("forget", of("forget.json", forgetSchema)),
    ...present("outcome", of("outcome.json", outcomeSchema)),
    ...present("decision", lastDecision(names, read)),
  };
  return { run: { ...run, run_dir: dir }, dir, owner, facts, problems, ...(partial ? { partial } : {}) };
}

/** A copied or planted run.json makes no run of its directory, nor one user's run of another's. */
function checkPlace({ id, user }: Run, dir: string): void {
  const [of, name] = [path.basename(path.dirname(dir)), path.basename(dir)];
  if (id !== name || user !== of) throw fault("dataerr", `cannot read the run in '${dir}': it is '${id}' of ${user}`);
}

type Read = <S extends v.GenericSchema>(file: string, schema: S) => v.InferOutput<S> | undefined;

/** An element's own intent tells that it was given up, or that its job began; all else is its array's. */
function submission(
  n: number,
  directory: string,
  read: Read,
  inArray: (n: number) => Submission | undefined,
): Submission {
  return {
    n,
    ...inArray(n),
    ...present("intent", read(`${directory}/intent.json`, intentSchema)),
    ...present("receipt", read(`${directory}/receipt.json`, receiptSchema)),
  };
}

function attempt(n: number, directory: string, read: Read, beatIn: (directory: string) => string | undefined): Attempt {
  const beat = beatIn(directory);
  // Read in the opposite order of their writing: an exit is not seen without its start.
  const exit = read(`${directory}/exit.json`, exitSchema);
  const start = read(`${directory}/start.json`, startSchema);
  const evaluation = read(`${directory}/eval.json`, evaluationSchema);
  return {
    n,
    ...present("start", start),
    ...present("exit", exit),
    ...present("evaluation", evaluation),
    ...present("beat_at", beat),
  };
}

function lastDecision(names: string[], read: Read) {
  const last = ordered(
    names.map((name) => name.replace(/\.json$/, "")),
    "decision-",
  ).at(-1);
  return last === undefined ? undefined : read(`decision-${last}.json`, decisionSchema);
}

function ordered(names: string[], prefix: string): number[] {
  return names
    .map((name) => numbered(name, prefix))
    .filter((n) => n !== undefined)
    .sort((a, b) => a - b);
}

function mtime(file: string): string | undefined {
  try {
    return timestamp(fs.lstatSync(file).mtimeMs);
  } catch (error) {
    if (errnoOf(error)) return undefined;
    throw error;
  }
}

function present<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: T };
}
