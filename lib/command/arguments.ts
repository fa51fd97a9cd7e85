// Arguments: declared, checked, and only then given to mri, which would guess the types of what it is not told.
import mri from "mri";
import { fault } from "../record/fault.js";
import { nearest } from "../record/names.js";
import { parseDuration, parseTime } from "../record/units.js";
import { type Option, optionsOf, type Spec } from "./spec.js";
import { wrappers } from "./wrappers.js";

export interface Parsed {
  options: Record<string, unknown>;
  args: string[];
  /** What stood after `--`; undefined where there was no `--`. */
  rest: string[] | undefined;
}

/** The command line against the spec. Throws usage faults: unknown options with a suggestion, bad values, too many words. */
export function parseArguments(spec: Spec, argv: readonly string[], now: number): Parsed {
  const declared = optionsOf(spec);
  const cut = argv.indexOf("--");
  const before = cut < 0 ? argv : argv.slice(0, cut);
  const after = cut < 0 ? undefined : argv.slice(cut + 1);
  const given = mri(spelledOut(before, declared, spec), mriRules(declared));
  const options: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(declared))
    options[name] = optionValue(name, option, given[inner(name)], now);
  const args = given._.map(unguarded);
  if (!spec.rest && after) args.push(...after);
  checkCount(spec, args);
  // A variable that is not set must not become a name: every run's id begins with nothing.
  if (args.includes("")) throw fault("usage", "an argument is empty", { hint: "is a variable not set?" });
  checkForm(options);
  return { options, args, rest: spec.rest ? after : undefined };
}

// Words that mri must not read: it takes `-2` for an option, the `0012` after a flag for 12, the `true` after one for its
// value. No word of a command line holds this character.
const guard = "\u0000";
// mri takes every `--no-x` for the opposite of `--x`.
const inner = (name: string) => name.replace(/^no-/, "no_");

/** The same words with every option in its long form, its value joined to it, and what is no option guarded. */
function spelledOut(words: readonly string[], declared: Record<string, Option>, spec: Spec): string[] {
  const out: string[] = [];
  const rest = words[Symbol.iterator]();
  // A value that begins with a dash belongs to the option before it, as everywhere in Unix.
  const option = (name: string, joined: string | undefined) => {
    const { type, value } = declared[name] as Option;
    if (type === "boolean") {
      if (joined !== undefined) throw fault("usage", `--${name} takes no value`);
      out.push(`--${inner(name)}`);
      return;
    }
    const text = joined ?? rest.next().value;
    if (!text) throw fault("usage", `--${name} needs a value${value ? ` (${value})` : ""}`);
    out.push(`--${inner(name)}=${guard}${text}`);
  };
  for (const word of rest) {
    const long = /^--([^=]+)(?:=(.*))?$/s.exec(word);
    if (long) option(known(long[1] ?? "", declared, spec), long[2]);
    else if (/^-[^-\d]/.test(word)) cluster(word.slice(1), declared, spec, option);
    else out.push(guard + word);
  }
  return out;
}

/** `-qn` is `-q -n`; what follows an option that takes a value is its value: `-n5`, `-n=5`. */
function cluster(
  letters: string,
  declared: Record<string, Option>,
  spec: Spec,
  option: (name: string, joined: string | undefined) => void,
): void {
  for (let rest = letters; rest !== ""; ) {
    const letter = String.fromCodePoint(rest.codePointAt(0) ?? 0);
    rest = rest.slice(letter.length);
    const [name, { type }] =
      Object.entries(declared).find(([, { short }]) => short === letter) ??
      unknown(`-${letters}`, declared, spec, letter);
    option(name, type !== "boolean" && rest !== "" ? rest.replace(/^=/, "") : undefined);
    if (type !== "boolean") return;
  }
}

function unguarded(word: string): string {
  return word.slice(guard.length);
}

function mriRules(declared: Record<string, Option>): mri.Options {
  const rules = { string: [] as string[], boolean: [] as string[] };
  for (const [name, { type }] of Object.entries(declared))
    rules[type === "boolean" ? "boolean" : "string"].push(inner(name));
  return rules;
}

function known(name: string, declared: Record<string, Option>, spec: Spec): string {
  return Object.hasOwn(declared, name) ? name : unknown(`--${name}`, declared, spec);
}

function unknown(word: string, declared: Record<string, Option>, spec: Spec, letter?: string): never {
  // Whoever typed it may have typed it to the wrapper, which hands on what it does not know.
  const wrapper = wrappers.find(({ of }) => of === spec.name);
  const options = { ...declared, ...wrapper?.options };
  const names = Object.keys(options);
  const bare = word.replace(/^-+/, "");
  // One letter is near to nothing; a whole word behind one dash may be a long option.
  const near =
    bare.length > 1
      ? (nearest(bare, names) ?? nearest(bare.replace(/^no-/, ""), names))
      : names.find((name) => options[name]?.short === bare.toLowerCase());
  const shown = near !== undefined && bare.length === 1 ? `-${options[near]?.short}` : `--${near}`;
  const whose = near === undefined || Object.hasOwn(declared, near) ? "" : `${wrapper?.name} `;
  throw fault("usage", `unknown option '${letter === undefined || near ? word : `-${letter}`}'`, {
    hint: near ? `did you mean ${whose}${shown}?` : `${spec.name} --help lists the options`,
  });
}

function optionValue(name: string, option: Option, given: unknown, now: number): unknown {
  if (option.type === "boolean") return given !== undefined;
  const texts = (Array.isArray(given) ? given : given === undefined ? [] : [given]).map(unguarded);
  if (option.type === "strings") return texts;
  if (texts.length > 1) throw fault("usage", `--${name} was given more than once`);
  const text = texts[0] ?? option.default;
  return text === undefined ? undefined : converted(name, option, text, now);
}

function converted(name: string, option: Option, text: string, now: number): unknown {
  if (option.choices && !option.choices.includes(text)) {
    const near = nearest(text, option.choices);
    throw fault("usage", `--${name} cannot be '${text}'`, {
      hint: near ? `did you mean ${near}?` : `one of ${option.choices.join(", ")}`,
    });
  }
  if (option.type === "duration") return readable(name, "duration", text, () => parseDuration(text));
  if (option.type === "time") return timeOption(name, text, now);
  if (option.type !== "integer") return text;
  if (!/^\d+$/.test(text)) throw fault("usage", `--${name} needs a whole number, not '${text}'`);
  return Number(text);
}

/** The moment (milliseconds) that an option names. Throws usage. */
export function timeOption(name: string, text: string, now: number): number {
  return readable(name, "time", text, () => parseTime(text, now));
}

function readable(name: string, what: keyof typeof forms, text: string, read: () => number): number {
  try {
    return read();
  } catch (cause) {
    throw fault("usage", `--${name}: cannot read the ${what} '${text}'`, { hint: forms[what], cause });
  }
}

const forms = {
  duration: "write 90m, 1h30m, 3d, 08:00:00 or 1-12:00:00",
  time: "write 2026-11-20, 2026-11-20T14:00:00Z, today, or 3d for three days ago",
};

function checkCount(spec: Spec, args: string[]): void {
  const [least, most] = spec.args ?? (spec.input === "runs" ? [0, Number.POSITIVE_INFINITY] : [0, 0]);
  if (args.length < least)
    throw fault("usage", `${spec.name} needs ${least === 1 ? "an argument" : `${least} arguments`}`, {
      hint: `${spec.name} --help`,
    });
  if (args.length > most) throw fault("usage", `unexpected argument '${args[most]}'`, { hint: `${spec.name} --help` });
}

/** Records, a table or only ids: one of them. */
function checkForm(options: Record<string, unknown>): void {
  const [first, second] = ["json", "table", "columns", "quiet"].filter((name) => options[name]);
  if (second === undefined || (first === "table" && second === "columns")) return;
  throw fault("usage", `--${first} and --${second} exclude each other`);
}

/** Whether a command may do without names of runs. */
export function nobodyNamed({ optional = false }: Spec, options: Record<string, unknown>): boolean {
  if (typeof optional === "boolean") return optional;
  return optional.some((name) => {
    const value = options[name];
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
  });
}
