// Reading a run: all the facts in its .lab/, each by its schema, a bad one reported and left out.
import path from "node:path";
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
import { fault } from "../record/fault.js";
import { requeueOf } from "../record/requeue.js";
import { type Run, runSchema } from "../record/run.js";
import type { Attempt, Facts, Submission } from "../record/state.js";
import { placeSchema, submissionInArray } from "./element.js";
import { type EnvelopeRecords, envelopeRecords } from "./envelope-records.js";
import { envelope } from "./layout.js";
import { readRecord } from "./read.js";

export interface RunOnDisk {
  run: Run;
  dir: string;
  /** The uid that owns it. */
  owner: number;
  facts: Facts;
  /** Files that could not be read as what they should be. */
  problems: string[];
  /** The contexts of submissions, by their numbers, as far as they were read. */
  contexts?: ReadonlyMap<number, object>;
  /** Some of them may be what they should be, but cannot be read now: what they say may change everything. */
  partial?: true;
}

/** Of params, arguments, inputs and all else together: far more than any recipe has, and soon gone through. */
const mostValues = 50_000;

/**
 * The run in a run directory, or undefined where there is none (a run without run.json does not exist), or none that is
 * `wanted` by its run.json: then nothing else of it is read. Throws dataerr for a bad run.json.
 */
export function readRun(dir: string, owner: number, wanted: (run: Run) => boolean = () => true): RunOnDisk | undefined {
  const lab = envelope(dir);
  const run = readRecord(path.join(lab, "run.json"), runSchema, { owner, values: mostValues });
  if (run === undefined) return undefined;
  checkPlace(run, dir);
  if (!wanted(run)) return undefined;
  const records = envelopeRecords(lab, run.id, owner);
  const last = records.numbers("decision-", ".json").at(-1);
  const contexts = new Map<number, object>();
  const facts: Facts = {
    run: run.id,
    planned_at: run.planned_at,
    ...present("max_attempts", requeueOf(run)?.max_attempts),
    submissions: records.numbers("submit-").map((n) => submission(n, records, { run: run.id, dir, owner, contexts })),
    attempts: records.numbers("attempt-").map((n) => attempt(n, records)),
    ...present("scheduler", records.read("scheduler.json", schedulerFactSchema)),
    ...present("cancel", records.read("cancel.json", cancelSchema)),
    ...present("forget", records.read("forget.json", forgetSchema)),
    ...present("outcome", records.read("outcome.json", outcomeSchema)),
    ...(last === undefined ? {} : present("decision", records.read(`decision-${last}.json`, decisionSchema))),
  };
  return {
    run: { ...run, run_dir: dir },
    dir,
    owner,
    facts,
    ...(contexts.size > 0 ? { contexts } : {}),
    ...records.trouble(),
  };
}

/** A copied or planted run.json makes no run of its directory, nor one user's run of another's. */
function checkPlace({ id, user }: Run, dir: string): void {
  const [of, name] = [path.basename(path.dirname(dir)), path.basename(dir)];
  if (id !== name || user !== of) throw fault("dataerr", `cannot read the run in '${dir}': it is '${id}' of ${user}`);
}

type Of = Parameters<typeof submissionInArray>[0] & { contexts: Map<number, object> };

/** An element's own intent tells that it was given up, or that its job began; all else is its array's. */
function submission(n: number, records: EnvelopeRecords, of: Of): Submission {
  const directory = `submit-${n}`;
  records.look(directory);
  return {
    n,
    ...inArray(n, records, of),
    ...present("intent", records.read(`${directory}/intent.json`, intentSchema)),
    ...present("receipt", records.read(`${directory}/receipt.json`, receiptSchema)),
  };
}

/** What the array tells of the submission; undefined where its script is its own, or its making was interrupted. */
function inArray(n: number, records: EnvelopeRecords, of: Of): Submission | undefined {
  if (!records.has(`submit-${n}/context.json`) || records.has(`submit-${n}/script.sh`)) return undefined;
  const context = records.read(`submit-${n}/context.json`, placeSchema);
  if (context) of.contexts.set(n, context);
  const array = context?.array;
  return array && records.tried(() => submissionInArray(of, n, array), { n, array });
}

function attempt(n: number, records: EnvelopeRecords): Attempt {
  const directory = `attempt-${n}`;
  records.look(directory);
  const beat = records.writtenAt(`${directory}/beat`);
  // Read in the opposite order of their writing: an exit is not seen without its start.
  const exit = records.read(`${directory}/exit.json`, exitSchema);
  const start = records.read(`${directory}/start.json`, startSchema);
  const evaluation = records.read(`${directory}/eval.json`, evaluationSchema);
  return {
    n,
    ...present("start", start),
    ...present("exit", exit),
    ...present("evaluation", evaluation),
    ...present("beat_at", beat),
  };
}

function present<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: T };
}
