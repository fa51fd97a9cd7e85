// Every breach of a schema by a TOML value, in words for a person. Pure.
import * as v from "valibot";
import { nearest } from "../record/names.js";
import { dotted, isTable, type TomlPath } from "./path.js";

export interface Breach {
  path: TomlPath;
  /** Whether it is the key or its value that is wrong. */
  part: "key" | "value";
  message: string;
  hint?: string;
  /** An error where it is not said. */
  severity?: "warning";
  /** Of a key that nobody knows: those that are known in its table. */
  known?: readonly string[];
}

/**
 * All breaches: unknown keys (with the nearest known one), wrong types, missing keys. valibot itself stops at the
 * first unknown key of a table, takes lists and dates for tables and leaves out keys that objects inherit.
 */
export function breaches(schema: v.GenericSchema, value: unknown): Breach[] {
  const found: Breach[] = [];
  shape(schema, value, [], found);
  const result = v.safeParse(schema, value, { abortPipeEarly: true });
  const shaped = [...found];
  for (const issue of result.issues ?? []) {
    const breach = breachOf(issue, []);
    const said = shaped.some(
      ({ path }) => isWithin(breach.path, path) || (issue.issues && isWithin(path, breach.path)),
    );
    if (!said && !isUnknownKey(issue)) found.push(breach);
  }
  return found;
}

function isWithin(path: TomlPath, table: TomlPath): boolean {
  return table.every((key, i) => path[i] === key);
}

/** What a message calls the place: `resources.gpus`, or `[launcher]` for a table. */
export function nameOf(path: TomlPath, value: unknown): string {
  return isTable(value) || (Array.isArray(value) && value.length > 0 && value.every(isTable))
    ? `[${dotted(path)}]`
    : dotted(path);
}

type Loose = v.GenericSchema & {
  entries?: Record<string, v.GenericSchema>;
  wrapped?: v.GenericSchema;
  value?: v.GenericSchema;
  rest?: v.GenericSchema;
  item?: v.GenericSchema;
  options?: readonly unknown[];
};

/** Adds the unknown keys, and whatever is no table where one belongs. */
function shape(given: v.GenericSchema, value: unknown, path: TomlPath, found: Breach[]): void {
  const schema = optionFor(unwrapped(given), value);
  if (schema.type === "array" && Array.isArray(value)) {
    value.forEach((item, i) => {
      if (schema.item) shape(schema.item, item, [...path, i], found);
    });
  }
  if (schema.entries === undefined && schema.type !== "record") return;
  if (Array.isArray(value) || value instanceof Date) {
    found.push({
      path,
      part: "value",
      message: `${dotted(path)} is ${kindOf(value)}, expected a table`,
    });
  }
  if (!isTable(value)) return;
  for (const [key, item] of Object.entries(value)) {
    const open = schema.type === "record" ? schema.value : schema.rest;
    const inner = ownEntry(schema.entries, key) ?? open;
    if (open && unusable.has(key)) {
      found.push({
        path: [...path, key],
        part: "key",
        message: `${key} cannot be used as a key`,
      });
    } else if (inner) shape(inner, item, [...path, key], found);
    else if (schema.type === "strict_object") found.push(unknownKey(key, Object.keys(schema.entries ?? {}), path));
  }
}

/** Keys that valibot leaves out of an open table without a word. */
const unusable = new Set(["__proto__", "prototype", "constructor"]);

function unwrapped(schema: v.GenericSchema): Loose {
  const loose = schema as Loose;
  return loose.wrapped ? unwrapped(loose.wrapped) : loose;
}

function ownEntry(entries: Loose["entries"], key: string): v.GenericSchema | undefined {
  return entries && Object.hasOwn(entries, key) ? entries[key] : undefined;
}

/** The option of a union or variant that the value was meant for, by its kind or its discriminator. */
function optionFor(schema: Loose, value: unknown): Loose {
  if (schema.type !== "union" && schema.type !== "variant") return schema;
  const options = (schema.options ?? []).map((option) => unwrapped(option as v.GenericSchema));
  const key = (schema as { key?: string }).key;
  if (schema.type === "variant" && key !== undefined && isTable(value)) {
    return options.find((option) => option.entries?.[key] && v.is(option.entries[key], value[key])) ?? schema;
  }
  if (Array.isArray(value)) return options.find((option) => option.type === "array") ?? schema;
  return (
    (isTable(value) ? options.find((option) => option.entries !== undefined || option.type === "record") : undefined) ??
    schema
  );
}

/** The breach of a key that nobody knows, with what was meant: the nearest that is known in its table, unless it is given. */
export function unknownKey(key: string, known: readonly string[], table: TomlPath, meant?: string): Breach {
  const near = meant ?? nearest(key, known);
  const where = table.length === 0 ? "" : ` in [${dotted(table)}]`;
  const guess = near === undefined ? "" : ` (did you mean '${near}'?)`;
  return {
    path: [...table, key],
    part: "key",
    message: `unknown key '${key}'${where}${guess}`,
    known,
    ...(near === undefined ? { hint: `known here: ${known.join(", ")}` } : {}),
  };
}

function isUnknownKey(issue: v.BaseIssue<unknown>): boolean {
  return issue.type === "strict_object" && issue.expected === "never";
}

function breachOf(issue: v.BaseIssue<unknown>, prefix: TomlPath): Breach {
  const path = [
    ...prefix,
    ...(issue.path ?? []).map((item) => (typeof item.key === "number" ? item.key : String(item.key))),
  ];
  if (isEmptyList(issue)) return { path, part: "value", message: `${dotted(path)} is empty` };
  const deeper = issue.issues?.find((inner) => inner.path !== undefined && !isUnknownKey(inner));
  if (deeper) return breachOf(deeper, path);
  const missing = issue.input === undefined && issue.kind === "schema";
  if (missing) return { path, part: "key", message: `${dotted(path)} is missing` };
  const part = issue.path?.at(-1)?.origin === "key" ? "key" : "value";
  const name = part === "key" ? dotted(path) : nameOf(path, issue.input);
  if (issue.type === "non_empty" || issue.type === "min_length") return { path, part, message: `${name} is empty` };
  if (!issue.message.startsWith("Invalid ")) return { path, part, message: `${name} ${issue.message}` };
  const expected = expectation(issue.expected ?? issue.type);
  return {
    path,
    part,
    message: `${name} is ${kindOf(issue.input)}, expected ${expected}${guess(issue)}`,
  };
}

/** An empty list where the union wants one with items: a list is what was meant, whatever else could stand there. */
function isEmptyList({ input, issues }: v.BaseIssue<unknown>): boolean {
  return Array.isArray(input) && input.length === 0 && (issues?.some(({ type }) => type === "min_length") ?? false);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (value instanceof Date) return "a date or time";
  if (typeof value === "object" && value !== null) return "a table";
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
}

const expectations: Record<string, string> = {
  string: "a string",
  number: "a number",
  boolean: "true or false",
  Object: "a table",
  Array: "a list",
  integer: "a whole number",
};

function expectation(expected: string): string {
  const bound = /^(>=|<=)(-?\d+)$/.exec(expected);
  if (bound) return bound[1] === ">=" ? `at least ${bound[2]}` : `at most ${bound[2]}`;
  const options = expected.replaceAll(/[()]/g, "").split(" | ");
  return options.map((option) => expectations[option] ?? option).join(" or ");
}

function guess(issue: v.BaseIssue<unknown>): string {
  if (
    (issue.type !== "picklist" && issue.type !== "variant") ||
    typeof issue.input !== "string" ||
    issue.expected === null
  )
    return "";
  const options = [...issue.expected.matchAll(/"([^"]*)"/g)].map(([, option]) => option ?? "");
  const near = nearest(issue.input, options);
  return near === undefined ? "" : ` (did you mean '${near}'?)`;
}
