// The query of a request as its endpoint declares it; what the endpoint does not know is refused, since a filter that was
// mistyped would show everything.
import * as v from "valibot";
import { fault } from "../../record/fault.js";
import { nearest } from "../../record/names.js";

/** Repeated as often as one likes: `user=a&user=b`. */
export const many = v.array(v.string());

/** A number without a fraction, of at most nine digits, that is in its bounds. */
export function whole(low: number, high: number) {
  const message = `is no number from ${low} to ${high}`;
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,9}$/, message),
    v.transform(Number),
    v.minValue(low, message),
    v.maxValue(high, message),
  );
}

/** One of some words. */
export function choice<const W extends readonly [string, ...string[]]>(words: W) {
  return v.picklist(words, `is none of ${words.join(", ")}`);
}

/** `true` or `false`. */
export const flag = v.pipe(
  choice(["true", "false"]),
  v.transform((word) => word === "true"),
);

type Declared = v.GenericSchema & { entries?: v.ObjectEntries };

/** What a request asks of an endpoint. Throws usage for a parameter that is unknown, given twice or not as it should be. */
export function readQuery<Q extends v.GenericSchema>(schema: Q, query: URLSearchParams): v.InferOutput<Q> {
  const entries = (schema as Declared).entries ?? {};
  const given: Record<string, string | string[]> = {};
  for (const name of new Set(query.keys())) {
    const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
    if (!entry) throw unknown(name, Object.keys(entries));
    const values = query.getAll(name);
    const [value = ""] = values;
    if (isRepeated(entry)) given[name] = values;
    else if (values.length === 1) given[name] = value;
    else throw fault("usage", `${name} is given ${values.length} times`);
  }
  const read = v.safeParse(schema, given);
  if (read.success) return read.output;
  const [issue] = read.issues;
  const name = String(issue.path?.[0]?.key ?? "the query");
  const value = given[name];
  if (value === undefined) throw fault("usage", `${name} is missing`);
  throw fault("usage", `${name}=${shown(issue.input ?? value)} ${issue.message}`);
}

/** Whether a parameter may be given more than once. */
export function isRepeated(entry: unknown): boolean {
  const { type, wrapped } = entry as { type: string; wrapped?: unknown };
  return type === "array" || (wrapped !== undefined && isRepeated(wrapped));
}

function unknown(name: string, names: readonly string[]) {
  const near = nearest(name, names);
  const hint = near ? `did you mean ${near}?` : names.length > 0 ? `one of ${names.join(", ")}` : "it takes none";
  return fault("usage", `unknown parameter '${shown(name)}'`, { hint });
}

function shown(value: unknown): string {
  const text = String(value);
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
