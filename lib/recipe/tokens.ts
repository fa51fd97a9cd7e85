// Tokens: {params.lr}, {outputs.checkpoint.path}. Replaced in one pass, so that no value can bring another in.
import { fault } from "../record/fault.js";
import { handleOf } from "../record/run-id.js";
import { dotted, isTable } from "../toml/path.js";

export { checkTokens, tokenBreaches } from "./token-checks.js";

/** What tokens stand for, by their words without braces: `params.lr`. */
export type TokenValues = ReadonlyMap<string, string>;

/** What tokens are about: a run record, or a recipe that may still be wrong, hence unknown. */
export interface TokenSubject {
  id?: string;
  name?: unknown;
  seed?: unknown;
  args?: unknown;
  params?: unknown;
  inputs?: unknown;
  outputs?: unknown;
  numbers?: Record<string, string>;
  /** Of a run which point it is; of a recipe its [sweep]. */
  sweep?: unknown;
  /** The [sweep] of a run whose points are not made yet. */
  expand?: unknown;
}

/** Paths and ids that are not in the record, or not yet. */
export interface TokenPaths {
  /** The run's directory. */
  dir?: string;
  /** By role. */
  inputs?: Record<string, string>;
  outputs?: Record<string, string>;
  /** Of artifacts that are inputs, by role. */
  ids?: Record<string, string>;
}

/**
 * Words with dots in braces. `${VAR}` and `{{jinja}}` are others' business, and so are braces with anything else in
 * them: JSON, `{a,b}`, `{1..3}`, `{epoch:02d}`.
 */
const inBraces = String.raw`\{[A-Za-z_][\w+-]*(?:\.[\w+-]+)*\}`;
const anywhere = new RegExp(String.raw`(?<!\$)(?:(?<!\{)${inBraces}|${inBraces}(?!\}))`, "g");
const here = new RegExp(anywhere.source, "y");

/** The words of all tokens in a text, in order. */
export function tokensIn(text: string): string[] {
  return Array.from(text.matchAll(anywhere), ([token]) => token.slice(1, -1));
}

/** The token, braces included, that begins at `index`; undefined if none does. */
export function tokenAt(text: string, index: number): string | undefined {
  here.lastIndex = index;
  return text[index] === "{" ? here.exec(text)?.[0] : undefined;
}

/** The text with each token replaced by `write(value)`. Throws dataerr for one without a value. */
export function expandTokens(text: string, values: TokenValues, write: (value: string) => string = String): string {
  return text.replace(anywhere, (token) => write(tokenValue(token.slice(1, -1), values)));
}

export function tokenValue(word: string, values: TokenValues): string {
  const value = values.get(word);
  if (value === undefined) throw fault("dataerr", `cannot replace the token {${word}}: it has no value here`);
  return value;
}

/** What the tokens of a run stand for, as far as it is known: paths that are not given have no token. */
export function tokenValues(subject: TokenSubject, paths: TokenPaths = {}): TokenValues {
  const values = new Map<string, string>();
  const name = typeof subject.name === "string" ? subject.name : undefined;
  set(values, "run.id", subject.id);
  set(values, "run.handle", subject.id && handleOf(subject.id));
  set(values, "run.dir", paths.dir);
  set(values, "run.name", name);
  set(values, "recipe.name", name);
  set(values, "seed", scalarText(subject.seed));
  if (isPoint(subject)) set(values, "sweep.index", String(isTable(subject.sweep) ? (subject.sweep["index"] ?? 0) : 0));
  for (const [path, value] of leaves(subject.params, ["params"])) {
    set(values, path.join("."), subject.numbers?.[dotted(path)] ?? scalarText(value));
  }
  for (const [role, path] of Object.entries(paths.inputs ?? {})) values.set(`inputs.${role}.path`, path);
  for (const [role, id] of Object.entries(paths.ids ?? {})) values.set(`inputs.${role}.id`, id);
  for (const [role, path] of Object.entries(paths.outputs ?? {})) values.set(`outputs.${role}.path`, path);
  for (const [key, text] of argumentTexts(subject)) {
    const complete = tokensIn(text).every((word) => values.has(word));
    if (complete) values.set(`args.${key}`, expandTokens(text, values));
  }
  return values;
}

/** Whether it is a point of a sweep, or will be some. */
export function isPoint({ sweep, expand }: TokenSubject): boolean {
  return expand !== undefined || (isTable(sweep) && sweep["aggregate"] !== true);
}

/** The values of a table and of those in it that are no tables, with their paths. */
export function leaves(value: unknown, path: readonly string[]): [readonly string[], unknown][] {
  if (!isTable(value)) return value === undefined ? [] : [[path, value]];
  return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]));
}

/** Arguments that `{args.K}` can stand for, before their own tokens are replaced. */
export function argumentTexts({ args, numbers }: TokenSubject): [string, string][] {
  if (!isTable(args)) return [];
  return Object.entries(args).flatMap(([key, value]): [string, string][] => {
    const text = numbers?.[dotted(["args", key])] ?? scalarText(value);
    return text === undefined ? [] : [[key, text]];
  });
}

function set(values: Map<string, string>, word: string, value: string | undefined): void {
  if (value !== undefined) values.set(word, value);
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}
