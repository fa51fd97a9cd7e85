// The envelope of a run: which files there may be, and each read by its schema and compared with its place.
import path from "node:path";
import * as v from "valibot";
import { outputsSchema } from "../../record/artifact.js";
import { evaluationSchema } from "../../record/evaluation.js";
import {
  cancelSchema,
  contextSchema,
  decisionSchema,
  exitSchema,
  forgetSchema,
  intentSchema,
  leaderSchema,
  outcomeSchema,
  receiptSchema,
  schedulerFactSchema,
  startSchema,
} from "../../record/facts.js";
import { attemptDirectory, envelope, numbersIn, outputsDirectory, submissionDirectory } from "../../registry/layout.js";
import type { Looking, Survey } from "./breach.js";
import { folder, namesIn, recordIn, regular } from "./files.js";

/** A run's place, and what is listed in it. */
export interface Envelope {
  survey: Survey;
  user: string;
  id: string;
  owner: number;
  dir: string;
  names: ReadonlySet<string>;
  submissions: readonly number[];
  attempts: readonly number[];
  decisions: readonly number[];
}

/** What there is in a run's `.lab/`, by one list; the names that are none of ours are told of. */
export function* openEnvelope(
  survey: Survey,
  place: Pick<Envelope, "user" | "id" | "owner" | "dir">,
): Looking<Envelope> {
  const lab = envelope(place.dir);
  const names = yield* namesIn(survey, "run", lab);
  const found = {
    submissions: numbersIn(names, "submit-"),
    attempts: numbersIn(names, "attempt-"),
    decisions: numbersIn(names, "decision-", ".json"),
  };
  for (const name of names)
    if (!isKnown(name)) yield { check: "stray", path: path.join(lab, name), message: "is no file of a run's records" };
  for (const [what, numbers] of Object.entries(found)) yield* numbering(lab, what, numbers);
  return { survey, ...place, names: new Set(names), ...found };
}

function isKnown(name: string): boolean {
  return (
    Object.hasOwn(records, name) ||
    ["run.json", "recipe.toml", "outputs"].includes(name) ||
    /^(submit-[1-9]\d{0,8}|attempt-[1-9]\d{0,8}|decision-[1-9]\d{0,8}\.json)$/.test(name)
  );
}

function* numbering(lab: string, what: string, numbers: readonly number[]): Looking {
  const gap = numbers.findIndex((n, i) => n !== i + 1);
  if (gap < 0) return;
  const message = `of the ${what} ${gap + 1} is missing: there ${numbers.length > 1 ? "are" : "is"} ${numbers.join(", ")}`;
  yield { check: "numbering", path: lab, message };
}

/** The records that a run has one of. */
const records = {
  "scheduler.json": schedulerFactSchema,
  "cancel.json": cancelSchema,
  "forget.json": forgetSchema,
  "outcome.json": outcomeSchema,
  "outputs.json": outputsSchema,
  "leader.json": leaderSchema,
} as const;

/** Each record of the envelope by itself. */
export function* checkRecords(run: Envelope): Looking {
  const lab = envelope(run.dir);
  for (const [name, schema] of Object.entries(records))
    if (run.names.has(name)) yield* record(run, path.join(lab, name), schema);
  for (const n of run.decisions) yield* record(run, path.join(lab, `decision-${n}.json`), decisionSchema);
  for (const n of run.submissions) {
    const at = (name: string) => path.join(submissionDirectory(lab, n), name);
    const names = yield* within(
      run,
      submissionDirectory(lab, n),
      /^((script|values)\.sh|(context|params|intent|receipt)\.json|points\.ndjson|(inputs|steps)-.+\.ndjson|.*\.out|inputs)$/,
    );
    for (const [name, schema] of Object.entries({
      intent: intentSchema,
      receipt: receiptSchema,
      context: contextSchema,
    }))
      if (names.includes(`${name}.json`)) yield* record(run, at(`${name}.json`), schema, { submission: n });
    for (const name of names)
      if (/^((script|values)\.sh|params\.json|.*\.ndjson)$/.test(name)) yield* regular(run.survey, at(name), run.owner);
  }
  for (const n of run.attempts) {
    const at = (name: string) => path.join(attemptDirectory(lab, n), name);
    const names = yield* within(run, attemptDirectory(lab, n), /./);
    for (const [name, schema] of Object.entries({
      start: startSchema,
      exit: exitSchema,
      eval: evaluationSchema,
      env: anything,
      hardware: anything,
    }))
      if (names.includes(`${name}.json`)) yield* record(run, at(`${name}.json`), schema, { attempt: n });
    for (const name of names.filter((name) => /^(beat|(job|eval)\.log|freeze\.txt|.*\.ndjson)$/.test(name)))
      yield* regular(run.survey, at(name), run.owner);
  }
  if (run.names.has("outputs")) yield* folder(run.survey, outputsDirectory(lab), run.owner);
}

/** What the job found around itself; nobody reads more of it than it has. */
const anything = v.looseObject({ type: v.string(), v: v.literal(1) });

/** The names in one of the envelope's directories; what is none of ours is told of. */
function* within(run: Envelope, directory: string, known: RegExp): Looking<string[]> {
  if (!(yield* folder(run.survey, directory, run.owner))) return [];
  const names = yield* namesIn(run.survey, "run", directory);
  for (const name of names)
    if (!known.test(name))
      yield { check: "stray", path: path.join(directory, name), message: "is no file of a submission" };
  return names;
}

function* record(
  { survey, owner, id }: Envelope,
  file: string,
  schema: v.GenericSchema,
  place: { submission?: number; attempt?: number } = {},
): Looking {
  const wrong = (found: unknown) => notAbout(found as Record<string, unknown>, { run: id, ...place });
  yield* recordIn(survey, file, { owner, schema, wrong });
}

/** Why a record is not about what its place says. */
function notAbout(record: Record<string, unknown>, place: Record<string, unknown>): string | undefined {
  for (const [key, value] of Object.entries(place))
    if (record[key] !== undefined && record[key] !== value) return `is about ${key} ${record[key]}, not ${value}`;
  return undefined;
}
