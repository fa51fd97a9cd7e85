// A tree as functions: one for each node, made once, called for each record.
import { like } from "../record/like.js";
import { nearest } from "../record/names.js";
import { comparisons, numberOf, textOf } from "./compare.js";
import { type FieldReader, fieldReader } from "./fields.js";
import type { Binary, Literal, Node, Path } from "./grammar.js";
import { type Measure, measured, measureOf, momentOf } from "./measure.js";
import { Misread } from "./misread.js";

export interface Language {
  /** The names that records may begin with; what is in their tables is anybody's. */
  fields: ReadonlySet<string>;
  /** Of fields with a fixed set of words: these. */
  words: Readonly<Record<string, readonly string[]>>;
  now: number;
  /** What reads a field where that is not to be looked for in records. */
  reader?: (path: readonly string[]) => FieldReader;
}

type Test = (records: readonly object[]) => boolean;
type Value = (records: readonly object[]) => unknown;

export interface Compiled {
  test: Test;
  readers: FieldReader[];
}

/** The test that a tree says. Throws Misread. */
export function compile(tree: Node, language: Language): Compiled {
  const readers = new Map<string, FieldReader>();
  const scope: Scope = {
    ...language,
    reader(path) {
      const key = JSON.stringify(path);
      const known = readers.get(key) ?? (language.reader ?? fieldReader)(path);
      readers.set(key, known);
      return known;
    },
  };
  return { test: test(tree, scope), readers: [...readers.values()] };
}

interface Scope extends Language {
  reader(path: readonly string[]): FieldReader;
}

function test(node: Node, scope: Scope): Test {
  if (node.kind === "path") {
    const { read } = field(node, scope);
    return (records) => (read(records) ?? false) !== false;
  }
  if (node.kind === "literal" && typeof node.value === "boolean") {
    const { value } = node;
    return () => value;
  }
  if (node.kind === "call") return exists(node, scope);
  if (node.kind === "unary" && node.operator !== "-") {
    const of = test(node.of, scope);
    return (records) => !of(records);
  }
  if (node.kind !== "binary" || node.operator in sums)
    throw new Misread(node.at, "a comparison is expected", "as in params.lr < 1e-3", node.to);
  const { operator } = node;
  if (operator === "and" || operator === "&&" || operator === "or" || operator === "||") {
    const [left, right] = [test(node.left, scope), test(node.right, scope)];
    return operator === "and" || operator === "&&"
      ? (records) => left(records) && right(records)
      : (records) => left(records) || right(records);
  }
  return comparison(node, scope);
}

function exists({ name, items, at, to }: Node & { kind: "call" }, scope: Scope): Test {
  const [of] = items;
  if (name !== "exists")
    throw new Misread(at, `unknown function '${name}'`, "there is exists(FIELD)", at + name.length);
  if (items.length !== 1 || of?.kind !== "path")
    throw new Misread(at, "exists wants one field", "exists(params.lr)", to);
  const { read } = field(of, scope);
  return (records) => read(records) !== undefined;
}

function comparison({ operator, left, right, at, to }: Binary, scope: Scope): Test {
  if (operator === "=~")
    throw new Misread(left.to, "there are no regular expressions", "~ is contains; like knows * and ?", right.at);
  for (const side of [left, right]) {
    if (side.kind === "call" || (side.kind === "binary" && !(side.operator in sums)))
      throw new Misread(at, "a comparison cannot be compared", "write a < b and b < c, or parentheses", to);
  }
  const [a, b] = [meant(left, right, operator, scope), meant(right, left, operator, scope)];
  if (operator === "like") return likeness(a, b, scope);
  if (operator === "in" && b.kind !== "list" && b.kind !== "path")
    throw new Misread(b.at, "a list is expected after in", 'as in state in ["failed", "lost"]', b.to);
  const compare = comparisons[operator === "==" || operator === "in" ? "=" : operator];
  if (!compare) throw new Misread(at, `unknown operator '${operator}'`, undefined, to);
  // What is contained is a text: the day in a time, the digits of a number.
  const measure = operator === "~" ? undefined : (measureOf(a) ?? measureOf(b));
  const [x, y] = [value(a, scope, measure, operator), value(b, scope, measure, operator)];
  return (records) => compare(x(records), y(records));
}

function likeness(a: Node, b: Node, scope: Scope): Test {
  if (b.kind !== "literal")
    throw new Misread(b.at, "a pattern in quotes is expected after like", "as in name like 'fit-*'", b.to);
  const read = value(a, scope);
  const matches = like(typeof b.value === "string" ? b.value : b.raw);
  return (records) => {
    const found = read(records);
    if (found === undefined) return false;
    return Array.isArray(found) ? found.some((one) => matches(textOf(one))) : matches(textOf(found));
  };
}

/** A word that is no field is a text where it is asked whether a field is it: `state = failed`, `mode in [oom, timeout]`. */
function meant(node: Node, other: Node, operator: string, scope: Scope): Node {
  if (measureOf(other) === "time" && node.kind === "path" && days.has(node.path.join("."))) return word(node);
  if (!["=", "==", "!=", "~", "in", "like"].includes(operator) || other.kind === "literal") return node;
  if (node.kind === "list" && operator === "in") {
    const items = node.items.map((item) => meant(item, other, operator, scope));
    for (const item of items) checkWord(item, other, scope);
    return { ...node, items };
  }
  const text = other.kind === "path" && scope.fields.has(other.path[0] ?? "") ? asText(node, scope) : node;
  if (operator === "=" || operator === "==" || operator === "!=") checkWord(text, other, scope);
  return text;
}

function asText(node: Node, { fields }: Scope): Node {
  const [first = ""] = node.kind === "path" ? node.path : [];
  if (node.kind !== "path" || node.path.length > 1 || fields.has(first) || noWords.has(first)) return node;
  return word(node);
}

function word({ at, to, path }: Path): Literal {
  const [value = ""] = path;
  return { kind: "literal", at, to, value, raw: value };
}

const days = new Set(["now", "today", "yesterday"]);

const noWords = new Set(["null", "undefined", "none", "None"]);

/** A state that does not exist is no state that no run has. */
function checkWord(node: Node, other: Node, { words }: Scope): void {
  if (node.kind !== "literal" || other.kind !== "path" || other.path.length > 1) return;
  const [name = ""] = other.path;
  const known = Object.hasOwn(words, name) ? words[name] : undefined;
  if (!known || known.includes(String(node.value))) return;
  const near = nearest(String(node.value), known);
  const hint = near ? `did you mean ${near}?` : `one of ${known.join(", ")}`;
  throw new Misread(node.at, `no ${name} '${node.value}'`, hint, node.to);
}

const sums: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
};

/** What a node is worth; under a measure times are seconds since 1970, and literals are read as it says. */
function value(node: Node, scope: Scope, measure?: Measure, operator = ""): Value {
  switch (node.kind) {
    case "literal": {
      const constant = literal(node, scope, measure, operator);
      return () => constant;
    }
    case "path": {
      const { read } = field(node, scope);
      return measure === "time" ? (records) => momentOf(read(records)) : read;
    }
    case "list": {
      const items = node.items.map((item) => value(item, scope, measure, operator));
      return (records) => items.map((item) => item(records));
    }
    case "unary":
    case "binary":
      return sum(node, scope, measure);
    default:
      throw new Misread(node.at, "a value is expected", undefined, node.to);
  }
}

function literal(node: Literal, scope: Scope, measure: Measure | undefined, operator: string): unknown {
  if (measure === undefined) return operator === "~" && typeof node.value === "number" ? node.raw : node.value;
  return measured(node, measure, scope.now);
}

function sum(node: Node & { kind: "unary" | "binary" }, scope: Scope, outer: Measure | undefined): Value {
  if (node.operator !== "-" && !(node.operator in sums))
    throw new Misread(node.at, "a value is expected", "a test has none", node.to);
  const parts = node.kind === "unary" ? [node.of] : [node.left, node.right];
  const measures = parts.map(measureOf);
  const factor = node.operator === "*" || node.operator === "/";
  const read = parts.map((part, i) => {
    // A time plus a duration is a time; a number that multiplies is a number.
    const own =
      measures[i] ?? (factor ? undefined : measures.includes("time") ? "duration" : (measures[1 - i] ?? outer));
    return value(part, scope, own);
  });
  const [a, b] = read as [Value, Value | undefined];
  const add = sums[node.operator];
  return (records) => {
    const x = numberOf(a(records));
    if (x === undefined) return undefined;
    if (!b || !add) return -x;
    const y = numberOf(b(records));
    return y === undefined ? undefined : add(x, y);
  };
}

function field(node: Path, scope: Scope): FieldReader {
  const [first = ""] = node.path;
  if (scope.fields.has(first)) return scope.reader(node.path);
  throw new Misread(node.at, `unknown word '${first}'`, remedy(first, scope), node.at + first.length);
}

function remedy(unknown: string, { fields }: Scope): string {
  if (noWords.has(unknown)) return "what is absent is asked for with exists(FIELD)";
  const near = nearest(unknown, fields);
  if (near) return `did you mean ${near}?`;
  if (unknown.includes("-")) return "a minus has spaces around it, and a text stands in quotes";
  return fields.has("params") ? `a param is params.${unknown}, a text stands in quotes` : "a text stands in quotes";
}
