// Arrays: many runs of one shape in one script, and the parts in which they are given to the scheduler.
import * as v from "valibot";
import { acceptedEntries, senderEntries } from "./facts.js";
import { fault } from "./fault.js";
import { count, maybe, record, runId, text, time } from "./schema.js";

/** arrays/<user>/<id>/array.json: what its script and its index are of. Written last. */
export const arraySchema = record("array", {
  id: runId,
  user: text,
  /** What its jobs are called by, with the array's handle. */
  name: text,
  sweep: maybe(runId),
  /** How many elements there are, and how many bytes each line of the index has. */
  of: count,
  width: count,
  /** At most so many of its elements run at once. */
  max_concurrent: maybe(count),
  /** It is given to the scheduler as one job, which runs so many elements at a time. */
  one_job: maybe(count),
  at: time,
});
export type ArrayRecord = v.InferOutput<typeof arraySchema>;

/** arrays/<user>/<id>/part-<n>/intent.json: these elements are about to be given to the scheduler. */
export const partSchema = record("part", {
  array: runId,
  part: count,
  indices: text,
  token: text,
  by: v.picklist(["submit", "advance"]),
  ...senderEntries,
});
export type Part = v.InferOutput<typeof partSchema>;

/** …/receipt.json: the scheduler took them; the job of an element is `<job>_<index>`, or `job` itself of one job for all. */
export const partReceiptSchema = record("part-receipt", {
  array: runId,
  part: count,
  one_job: maybe(v.boolean()),
  ...acceptedEntries,
});
export type PartReceipt = v.InferOutput<typeof partReceiptSchema>;

/** …/refusal.json: it did not, and no job of them is. */
export const partRefusalSchema = record("part-refusal", {
  array: runId,
  part: count,
  message: text,
  hint: maybe(text),
  at: time,
});
export type PartRefusal = v.InferOutput<typeof partRefusalSchema>;

/** One element of an array: a run, which of its submissions, and where in the array's `values` its own text is (bytes). */
export interface ArrayElement {
  run: string;
  submission: number;
  values?: { offset: number; bytes: number };
}

/** The id of an element's job. */
export function elementJob({ job, one_job }: Pick<PartReceipt, "job" | "one_job">, index: number): string {
  return one_job ? job : `${job}_${index}`;
}

/** The index: a line an element, all of one width, so that a line is found by its number. */
export function indexText(elements: readonly ArrayElement[]): { text: string; width: number } {
  const lines = elements.map(({ run, submission, values }) =>
    values === undefined ? `${run} ${submission}` : `${run} ${submission} ${values.offset} ${values.bytes}`,
  );
  const longest = Math.max(...lines.map((line) => line.length));
  return { text: lines.map((line) => `${line.padEnd(longest)}\n`).join(""), width: longest + 1 };
}

/** The element of one line of an index. Throws dataerr. */
export function elementOf(line: string): ArrayElement {
  const [, run = "", submission, offset, bytes] = lineOfIndex.exec(line) ?? [];
  if (!v.is(runId, run)) throw fault("dataerr", `cannot read '${line.trimEnd()}': it is no line of an array's index`);
  const values = offset === undefined ? {} : { values: { offset: Number(offset), bytes: Number(bytes) } };
  return { run, submission: Number(submission), ...values };
}

/** An older array has no `values`: each of its elements has a file of them beside its context. */
const lineOfIndex = /^(\S+) ([1-9]\d{0,8})(?: (0|[1-9]\d{0,14}) ([1-9]\d{0,8}))? *\n?$/;

/** The texts of elements one after the other, and where each of them is. */
export function valuesText(texts: readonly string[]): { text: string; places: { offset: number; bytes: number }[] } {
  let offset = 0;
  const places = texts.map((text) => {
    const place = { offset, bytes: Buffer.byteLength(text) };
    offset += place.bytes;
    return place;
  });
  return { text: texts.join(""), places };
}
