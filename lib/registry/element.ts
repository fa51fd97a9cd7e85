// What the files of its array say of one element: whether it was given to the scheduler, by which part, and what came of that.
import * as v from "valibot";
import { elementJob } from "../record/array.js";
import type { Submission } from "../record/state.js";
import { type ArrayPart, partOf, readParts } from "./arrays.js";
import { arrayDirectory, placeOfRun } from "./layout.js";

/** Of a submission's context.json: the run, and its place in an array. */
export const placeSchema = v.looseObject({
  run: v.string(),
  array: v.optional(v.looseObject({ id: v.string(), index: v.number() })),
});

/**
 * The submission of a run whose directory is `dir` as the part tells that holds its place in the array. Each part is read
 * once a process, however many elements it has, when nothing more can come of it. Throws faults.
 */
export function submissionInArray(
  { run, dir, owner }: { run: string; dir: string; owner: number },
  n: number,
  { id, index }: { id: string; index: number },
): Submission {
  const { base, user } = placeOfRun(dir);
  const array = { id, index };
  const part = partOf(readParts({ array: { id }, dir: arrayDirectory(base, user, id), owner }), index);
  const shared = part?.receipt?.one_job ? { shared: true as const } : {};
  return { n, array: { ...array, ...shared }, ...(part ? told(part, run, n, index) : {}) };
}

function told({ intent, receipt, refusal }: ArrayPart, run: string, n: number, index: number): Partial<Submission> {
  const { token, user, host, pid, pid_start, at } = intent;
  const of = { run, submission: n } as const;
  return {
    intent: {
      type: "intent",
      v: 1,
      ...of,
      token,
      by: "submit",
      user,
      host,
      ...(pid === undefined ? {} : { pid }),
      ...(pid_start === undefined ? {} : { pid_start }),
      at,
    },
    ...(receipt ? { receipt: receiptOf(receipt, of, index) } : {}),
    ...(refusal && !receipt ? { refusal } : {}),
  };
}

function receiptOf(
  receipt: NonNullable<ArrayPart["receipt"]>,
  of: { run: string; submission: number },
  index: number,
): NonNullable<Submission["receipt"]> {
  const { scheduler, cluster, argv, says, found, at } = receipt;
  return {
    type: "receipt",
    v: 1,
    ...of,
    scheduler,
    job: elementJob(receipt, index),
    ...(cluster === undefined ? {} : { cluster }),
    ...(argv === undefined ? {} : { argv }),
    ...(says === undefined ? {} : { says }),
    ...(found === undefined ? {} : { found }),
    at,
  };
}
