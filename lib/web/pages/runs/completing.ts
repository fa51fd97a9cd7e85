// What may come next in an expression of lab-where(7), while it is typed.
import type { fieldsApi } from "../../../serve/api/runs.js";
import type { AnswerOf } from "../../shell/client.js";

/** A field that runs have, as /api/v1/fields tells. */
export type Field = Partial<Listed> & Pick<Listed, "path" | "kind" | "type" | "count">;
type Listed = AnswerOf<typeof fieldsApi>["fields"][number];

export interface Option {
  insert: string;
  shown: string;
  detail: string;
}

export interface Completion {
  /** The part of the text that an option takes the place of. */
  from: number;
  to: number;
  options: Option[];
}

type Wanted = "field" | "operator" | "value" | "listed" | "join";
interface Token {
  text: string;
  from: number;
  kind: "name" | "text" | "sign";
}

const most = 12;
const tokens =
  /(?<text>"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)|(?<name>[\w@][\w.@:-]*(?:\["(?:[^"\\]|\\.)*"\])*)|(?<sign><=|>=|!=|==|&&|\|\||\S)/gy;

function read(text: string): Token[] {
  const found: Token[] = [];
  for (const match of text.matchAll(new RegExp(tokens.source, "g"))) {
    const { name, text: quoted } = match.groups ?? {};
    found.push({
      text: match[0],
      from: match.index,
      kind: name !== undefined ? "name" : quoted !== undefined ? "text" : "sign",
    });
  }
  return found;
}

/** What can stand at the caret. Words that are no expression (`vit warm-up`) get the names of fields all the same. */
export function completions(text: string, caret: number, fields: readonly Field[]): Completion {
  const before = read(text.slice(0, caret));
  const last = before.at(-1);
  const isPart = last !== undefined && last.kind !== "sign" && last.from + last.text.length === caret;
  const part = isPart ? last.text : "";
  const from = isPart ? last.from : caret;
  const { wanted, field } = stateAfter(isPart ? before.slice(0, -1) : before);
  const end = isPart ? caret + (/^[\w.@:-]*/.exec(text.slice(caret))?.[0].length ?? 0) : caret;
  const options = optionsFor(wanted, field, fields).filter(({ shown }) => fits(shown, part));
  // Options bring the space after them.
  return { from, to: text[end] === " " ? end + 1 : end, options: best(options, part).slice(0, most) };
}

/** Whether it begins with the whole name of a field, so that an operator may be on its way. */
export function isAboutField(text: string, fields: readonly Field[]): boolean {
  const first = read(text).find(({ kind }) => kind === "name")?.text;
  return fields.some(({ path }) => written(path) === first);
}

/** The field of which a value comes next at the caret. */
export function fieldOfValue(text: string, caret: number, fields: readonly Field[]): Field | undefined {
  const before = read(text.slice(0, caret));
  const last = before.at(-1);
  const isPart = last !== undefined && last.kind !== "sign" && last.from + last.text.length === caret;
  const { wanted, field } = stateAfter(isPart ? before.slice(0, -1) : before);
  return wanted === "value" || wanted === "listed" ? fields.find(({ path }) => written(path) === field) : undefined;
}

function fits(shown: string, part: string): boolean {
  return shown.toLowerCase().includes(part.replace(/^["']|["']$/g, "").toLowerCase()) && shown !== part;
}

/** Those that begin so come before those that only have it in them. */
function best(options: Option[], part: string): Option[] {
  const begins = ({ shown }: Option) => shown.toLowerCase().startsWith(part.toLowerCase());
  return [...options.filter(begins), ...options.filter((option) => !begins(option))];
}

function stateAfter(before: readonly Token[]): { wanted: Wanted; field: string } {
  let wanted: Wanted = "field";
  let field = "";
  for (const { text, kind } of before) {
    const word = text.toLowerCase();
    if (wanted === "field") {
      if (kind === "sign" || word === "not" || word === "exists") continue;
      [wanted, field] = ["operator", text];
    } else if (wanted === "operator") {
      if (/^(and|or|&&|\|\|)$/.test(word)) wanted = "field";
      else if (word === "in" || word === "[") wanted = "listed";
      else if (text === ")") wanted = "join";
      else wanted = "value";
    } else if (wanted === "value") wanted = "join";
    else if (wanted === "listed") {
      if (text === "]") wanted = "join";
    } else if (/^(and|or|&&|\|\|)$/.test(word)) wanted = "field";
  }
  return { wanted, field };
}

const operators: readonly [string, string][] = [
  ["=", "is equal"],
  ["!=", "is not equal, or absent"],
  ["<", "is less"],
  ["<=", "is at most"],
  [">", "is more"],
  [">=", "is at least"],
  ["~", "contains"],
  ["like", "is like a pattern in quotes: * any text, ? one character"],
  ["in", "is one of [a, b]"],
];

function optionsFor(wanted: Wanted, path: string, fields: readonly Field[]): Option[] {
  const field = fields.find((one) => written(one.path) === path);
  switch (wanted) {
    case "field":
      return fields.map((one) => ({ insert: `${written(one.path)} `, shown: written(one.path), detail: about(one) }));
    case "operator":
      return operators
        .filter(([sign]) => field?.type !== "number" || !/^(~|like)$/.test(sign))
        .filter(([sign]) => field?.type !== "text" || !/[<>]/.test(sign))
        .map(([sign, detail]) => ({ insert: sign === "in" ? "in [" : `${sign} `, shown: sign, detail }));
    case "join":
      return ["and", "or"].map((word) => ({ insert: `${word} `, shown: word, detail: "" }));
    default:
      return valuesOf(field, fields).map((value) => ({
        insert: wanted === "listed" ? value : `${value} `,
        shown: value,
        detail: "",
      }));
  }
}

function about({ kind, type, count, min, max }: Field): string {
  const range =
    min !== undefined && max !== undefined ? `${Number(min.toPrecision(3))} to ${Number(max.toPrecision(3))}` : type;
  return `${kind === "status" ? "" : `${kind}, `}${range}, ${count} runs`;
}

function valuesOf(field: Field | undefined, fields: readonly Field[]): string[] {
  if (field?.type === "time") return ["today", "yesterday", "1h", "1d", "3d", "7d", "30d"];
  if (field?.type === "boolean") return ["true", "false"];
  return (field?.values ?? []).map((value) => literal(value, fields));
}

/** A value as the language has it: quotes where it is not one plain word, or where the word is a field's name. */
export function literal(value: unknown, fields: readonly Field[] = []): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const isPlain = /^[A-Za-z][\w-]*$/.test(text) && !/^(and|or|not|in|like|exists|true|false)$/.test(text);
  if (isPlain && !fields.some(({ path }) => path === text)) return text;
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** A field as the language has it: `params.lr`, `metrics["val/loss"]`. */
export function written(path: string): string {
  const dot = path.indexOf(".");
  const [head, name] = dot < 0 ? [path, ""] : [path.slice(0, dot), path.slice(dot + 1)];
  if (name === "") return head;
  return /^[\w-]+(\.[\w-]+)*$/.test(name) ? path : `${head}["${name.replace(/["\\]/g, "\\$&")}"]`;
}

/** Whether it is an expression, or just words to look for. */
export function isExpression(text: string): boolean {
  const found = read(text);
  return found.some(
    ({ text, kind }) => (kind === "sign" && /^[=!<>~()[\]&|]/.test(text)) || /^(not|exists|like|in|and|or)$/.test(text),
  );
}

/** Where in an expression the server says that it cannot be read: `at character 12`. */
export function mistake(text: string, message: string): { from: number; to: number } | undefined {
  const at = /at character (\d+)/.exec(message)?.[1];
  if (at === undefined) return undefined;
  const from = Math.min(Number(at) - 1, text.length);
  const word = /^(?:[\w.@-]+|.)/.exec(text.slice(from))?.[0] ?? "";
  return { from, to: from + word.length };
}
