// The text of an expression as a tree whose nodes know where they stand. jsep reads it; what is ours is the operators, names
// with dashes, and amounts and times without quotes.
import jsep from "jsep";
import { Misread } from "./misread.js";

interface Place {
  /** Characters from 0; `to` is the one behind it. */
  at: number;
  to: number;
}

export type Literal = Place & { kind: "literal"; value: string | number | boolean; raw: string };
export type Path = Place & { kind: "path"; path: string[] };
export type Binary = Place & { kind: "binary"; operator: string; left: Node; right: Node };
export type Node =
  | Literal
  | Path
  | Binary
  | (Place & { kind: "unary"; operator: string; of: Node })
  | (Place & { kind: "list"; items: Node[] })
  | (Place & { kind: "call"; name: string; items: Node[] });

const longest = 4096;
const deepest = 100;

/** Binary operators, and how strongly they bind; `=~` is here only to be refused by name. */
const operators: Record<string, number> = {
  or: 1,
  "||": 1,
  and: 2,
  "&&": 2,
  "=": 6,
  "==": 6,
  "!=": 6,
  "<": 6,
  "<=": 6,
  ">": 6,
  ">=": 6,
  "~": 6,
  "=~": 6,
  in: 6,
  like: 6,
  "+": 9,
  "-": 9,
  "*": 10,
  "/": 10,
};

jsep.removeAllBinaryOps();
jsep.removeAllUnaryOps();
jsep.removeLiteral("null");
for (const [operator, strength] of Object.entries(operators)) jsep.addBinaryOp(operator, strength);
for (const operator of ["!", "not", "-"]) jsep.addUnaryOp(operator);

const name = /[A-Za-z_\u0080-\uffff][\w\u0080-\uffff-]*(?:\.[\w\u0080-\uffff][\w\u0080-\uffff-]*)*/y;
// A run's id, a day or a moment, an amount with its unit.
const unquoted =
  /(?:\d{8}-\d{6}-[0-9a-z]{6}|\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?|(?:\d+(?:\.\d+)?(?:[kmgtp]?i?b|sec|min|[kgtp]|[smhdw]))+)(?![\w.])/iy;

/** Where the tokens begin that jsep is inside of, the innermost last. jsep reads from one end to the other at once. */
let begun: number[] = [];

jsep.hooks.add("gobble-token", function (env) {
  const at = this.index;
  // Called again from below, for jsep's own reading of the same token.
  if (begun.at(-1) === at || this.char === ")" || this.char === "") return;
  if (begun.length >= deepest) throw new Misread(at, "too many parentheses");
  begun.push(at);
  const read = word(this) ?? this.gobbleToken();
  if (!read) throw new Misread(at, `unexpected '${matched(name, this, at) ?? this.expr.charAt(at)}'`);
  env.node = { ...read, at, to: this.index };
  begun.pop();
});

/** What is read otherwise than by jsep, with what follows it in brackets or parentheses. */
function word(reader: jsep.HookScope): jsep.Expression | undefined {
  const found = matched(unquoted, reader) ?? matched(name, reader);
  if (found === undefined || found === "true" || found === "false" || found === "not") return undefined;
  reader.index += found.length;
  if (/^\d/.test(found)) return { type: "Literal", value: found, raw: found };
  return reader.gobbleTokenProperty({ type: "Name", path: found.split(".") });
}

function matched(pattern: RegExp, { expr, index }: jsep.HookScope, at = index): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(expr)?.[0];
}

/** Reads an expression. Throws Misread. */
export function grammar(text: string): Node {
  if (text.trim() === "") throw new Misread(0, "nothing is asked");
  if (text.length > longest) throw new Misread(longest, `it is longer than ${longest} characters`);
  begun = [];
  let read: jsep.Expression;
  try {
    read = jsep(text);
  } catch (error) {
    throw error instanceof Misread ? error : worded(error as Error & { index?: number; description?: string }, text);
  }
  const node = converted(read, text);
  const before = /\S/.exec(text.slice(0, node.at));
  if (before) throw new Misread(before.index, `unexpected '${before[0]}'`);
  const rest = /\S/.exec(text.slice(node.to));
  if (rest) throw new Misread(node.to + rest.index, `unexpected '${rest[0]}'`);
  return node;
}

/** What jsep says, in our words; of what is not closed, where it begins. */
function worded(error: Error & { index?: number; description?: string }, text: string): Error {
  const { index, description = "" } = error;
  if (index === undefined) return error;
  const start = begun.at(-1) ?? 0;
  const first = text.charAt(start);
  if (description.startsWith("Unclosed quote")) return new Misread(start, `a quote ${first} is not closed`);
  if (/^(Unclosed|Expected [)\]])/.test(description)) {
    const at = start + Math.max(0, text.slice(start).search(/[([]/));
    return new Misread(at, `'${text.charAt(at)}' is not closed`);
  }
  if (/^(Variable names|Expected exponent)/.test(description)) {
    const [wrong = first] = /^[\w.]+/.exec(text.slice(start)) ?? [];
    return new Misread(start, `'${wrong}' is no number`, "a text stands in quotes", start + wrong.length);
  }
  const missing = /^Expected expression after (.+)|^missing unaryOp/.exec(description);
  if (missing) return lacking(Math.min(index, text.length), missing[1]);
  return new Misread(index, index < text.length ? `unexpected '${text.charAt(index)}'` : "the end comes too early");
}

function lacking(at: number, operator: string | undefined): Misread {
  const hint = operator === "*" ? "a pattern stands in quotes" : undefined;
  return new Misread(at, `a value is missing${operator ? ` after '${operator}'` : ""}`, hint);
}

/** jsep's tree as ours; what the language has not got is refused. */
function converted(read: jsep.Expression, text: string): Node {
  const inner = (value: unknown) => converted(value as jsep.Expression, text);
  const place = { at: Number(read["at"] ?? 0), to: Number(read["to"] ?? text.length) };
  switch (read.type) {
    case "Literal":
      return { kind: "literal", ...place, value: read["value"] as Literal["value"], raw: String(read["raw"]) };
    case "Name":
      return { kind: "path", ...place, path: read["path"] as string[] };
    case "MemberExpression":
      return { ...member(read as jsep.MemberExpression, text, place), ...place };
    case "UnaryExpression":
      return { kind: "unary", ...place, operator: String(read["operator"]), of: inner(read["argument"]) };
    case "BinaryExpression":
      return { ...binary(String(read["operator"]), inner(read["left"]), inner(read["right"])), ...own(read) };
    case "ArrayExpression":
      return { kind: "list", ...place, items: elements(read["elements"], place).map(inner) };
    case "CallExpression": {
      const { path = [] } = (read["callee"] ?? {}) as { path?: string[] };
      return { kind: "call", ...place, name: path.join("."), items: elements(read["arguments"], place).map(inner) };
    }
    case "Identifier":
      throw lacking(place.to, String(read["name"]));
    default:
      throw between(read, text);
  }
}

/** What is in parentheses has a place of its own. */
function own({ at, to }: jsep.Expression): Partial<Place> {
  return typeof at === "number" && typeof to === "number" ? { at, to } : {};
}

/** `params["weird.name"]`, `params.x["y"].z` */
function member({ object, property, computed }: jsep.MemberExpression, text: string, place: Place): Path {
  const outer = converted({ at: place.at, to: place.to, ...object } as jsep.Expression, text);
  const key = computed ? property["value"] : property["name"];
  if (outer.kind !== "path") throw new Misread(place.at, "only a field has parts", undefined, outer.to);
  if (typeof key !== "string" && typeof key !== "number")
    throw new Misread(Number(property["at"] ?? place.at), "a name in quotes is expected", 'as in params["a name"]');
  return { kind: "path", ...place, path: [...outer.path, String(key)] };
}

/** `not a = b` means `not (a = b)`: what is asked of the right side of a comparison is no test otherwise. */
function binary(operator: string, left: Node, right: Node): Node {
  if (left.kind === "unary" && left.operator !== "-" && (operators[operator] ?? 0) > 2)
    return { ...left, to: right.to, of: binary(operator, left.of, right) };
  return { kind: "binary", at: left.at, to: right.to, operator, left, right };
}

function elements(items: unknown, { at }: Place): jsep.Expression[] {
  const all = items as (jsep.Expression | null)[];
  if (all.includes(null)) throw new Misread(at, "a value is missing between two commas");
  return all as jsep.Expression[];
}

/** Two expressions side by side, or a form of JavaScript's that this language has not got. */
function between(read: jsep.Expression, text: string): Misread {
  const [, second] = (read["body"] ?? read["expressions"] ?? []) as jsep.Expression[];
  if (!second) {
    const at = Math.max(0, text.indexOf("?"));
    return new Misread(at, `unexpected '${text.charAt(at)}'`);
  }
  const at = startOf(second) ?? 0;
  const separator = /[,;]\s*$/.exec(text.slice(0, at));
  if (separator) return new Misread(separator.index, `unexpected '${separator[0][0]}'`);
  const [found = ""] = /^[\w.-]+|^./s.exec(text.slice(at)) ?? [];
  const to = at + found.length;
  const small = found.toLowerCase();
  if (!(small in operators))
    return new Misread(at, `unexpected '${found}'`, "and, or, or a comparison is missing before it", to);
  return small === found
    ? lacking(to, found)
    : new Misread(at, `unexpected '${found}'`, `operators are in small letters: ${small}`, to);
}

function startOf(read: jsep.Expression): number | undefined {
  const at = read["at"];
  if (typeof at === "number") return at;
  return read["left"] ? startOf(read["left"] as jsep.Expression) : undefined;
}
