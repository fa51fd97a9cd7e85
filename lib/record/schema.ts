// The pieces that record declarations are made of, and the one way a value is checked against them.
import * as v from "valibot";
import { type Fault, type FaultCode, fault, faults } from "./fault.js";
import { utcTime } from "./utc-time.js";

export const text = v.string();
export const words = v.array(v.string());
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
export const seconds = v.pipe(v.number(), v.minValue(0));
export const time = v.pipe(v.string(), v.regex(new RegExp(`^${utcTime}$`), "is not a time in UTC (RFC 3339, with Z)"));
export const digest = v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/, "is not a sha256:… digest"));
export const runId = v.pipe(v.string(), v.regex(/^\d{8}-\d{6}-[0-9a-hjkmnp-tv-z]{6}$/, "is not a run id"));
export const path = v.pipe(v.string(), v.regex(/^\//, "is not an absolute path"));
export const maybe = v.exactOptional;

/** Any number: JSON has words only for NaN and the infinities. */
export const anyNumber = v.union([v.number(), v.picklist(["NaN", "Infinity", "-Infinity"])]);

/** Tables of a recipe whose values are anything TOML can say. */
export const table = v.record(v.string(), v.unknown());

export const errorOfRecord = v.looseObject({
  code: v.picklist(Object.keys(faults) as FaultCode[]),
  message: text,
  hint: maybe(text),
});

/** Declares a record: an object whose first fields are `type` and `v`, open to fields that are not known yet. */
export function record<const T extends string, E extends v.ObjectEntries>(type: T, entries: E) {
  return v.looseObject({ type: v.literal(type), v: v.literal(1), ...entries });
}

/** What is wrong with a value, in words that begin with the path of the field; empty when all is well. */
export function violations(schema: v.GenericSchema, value: unknown): string[] {
  const result = v.safeParse(schema, value);
  return result.success ? [] : result.issues.map(wordsOfIssue);
}

/**
 * The value, known to fit the schema. Throws dataerr naming `what` (a file, a line of stdin) and the first breach;
 * a record of a version that this toolkit does not know is refused by that name.
 */
export function checked<S extends v.GenericSchema>(schema: S, value: unknown, what: string): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw newerVersion(value, what) ?? fault("dataerr", `cannot read ${what}: ${wordsOfIssue(result.issues[0])}`);
}

function newerVersion(value: unknown, what: string): Fault | undefined {
  if (typeof value !== "object" || value === null || !("v" in value)) return undefined;
  if (typeof value.v !== "number" || value.v <= 1) return undefined;
  return fault("dataerr", `cannot read ${what}: version ${value.v} of its format is newer than this toolkit`, {
    hint: "install a newer labkit",
  });
}

function wordsOfIssue(issue: v.BaseIssue<unknown>): string {
  const where = issue.path?.map((item) => String(item.key)).join(".") || "the record";
  if (issue.received === "undefined" || issue.input === undefined) return `${where} is missing`;
  // What a pattern means is said in words; the pattern itself says nothing to a person.
  if (issue.expected === null || issue.type === "regex") return `${where} ${issue.message}`;
  return `${where} is ${shortened(issue.received)}, expected ${issue.expected}`;
}

function shortened(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
