// Arguments: declared, checked, and only then given to mri, which would guess the types of what it is not told.
import mri from "mri";
import { fault } from "../record/fault.js";
import { nearest } from "../record/names.js";
import { parseDuration, parseTime } from "../record/units.js";
import { type Option, optionsOf, type Spec } from "./spec.js";

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
  const before = cut < 0 ? argv.slice() : argv.slice(0, cut);
  const after = cut < 0 ? undefined : argv.slice(cut + 1);
  const given = mri(protect(before, declared), mriRules(declared));
  for (const key of Object.keys(given)) if (key !== "_" && !known(key, declared)) throw unknown(key, declared, spec);
  const options: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(declared)) options[name] = optionValue(name, option, given[name], now);
  const args = given._.map(unprotect);
  if (!spec.rest && after) args.push(...after);
  checkCount(spec, args);
  return { options, args, rest: spec.rest ? after : undefined };
}

// mri takes `-2` for an option; to us it is the run before the last one (`@-2` is its other spelling) or a number.
const guard = "\u0000";
function protect(words: readonly string[], declared: Record<string, Option>): string[] {
  const takesValue = new Set<string>();
  for (const [name, { type, short }] of Object.entries(declared)) {
    if (type === "boolean") continue;
    takesValue.add(`--${name}`);
    if (short) takesValue.add(`-${short}`);
  }
  // A value that begins with a dash belongs to the option before it, as everywhere in Unix.
  const out: string[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? "";
    const next = words[i + 1];
    if (takesValue.has(word) && next !== undefined) {
      out.push(word, guard + next);
      i += 1;
    } else if (word === "-" || /^-\d/.test(word)) out.push(guard + word);
    else out.push(word);
  }
  return out;
}

function unprotect(word: unknown): string {
  const text = String(word);
  return text.startsWith(guard) ? text.slice(1) : text;
}

function mriRules(declared: Record<string, Option>): mri.Options {
  const rules = { string: [] as string[], boolean: [] as string[], alias: {} as Record<string, string> };
  for (const [name, { type, short }] of Object.entries(declared)) {
    rules[type === "boolean" ? "boolean" : "string"].push(name);
    if (short) rules.alias[short] = name;
  }
  return rules;
}

function known(key: string, declared: Record<string, Option>): boolean {
  return key in declared || Object.values(declared).some((option) => option.short === key);
}

function unknown(key: string, declared: Record<string, Option>, spec: Spec): Error {
  const near = nearest(key, Object.keys(declared));
  const option = key.length === 1 ? `-${key}` : `--${key}`;
  return fault("usage", `unknown option '${option}'`, {
    hint: near ? `did you mean --${near}?` : `${spec.name} --help lists the options`,
  });
}

function optionValue(name: string, option: Option, given: unknown, now: number): unknown {
  if (option.type === "boolean") {
    if (given === undefined || typeof given === "boolean") return given === true;
    throw fault("usage", `--${name} takes no value`);
  }
  const texts = (Array.isArray(given) ? given : given === undefined ? [] : [given]).map(unprotect);
  if (texts.includes("")) {
    if (given === "" || given === true)
      throw fault("usage", `--${name} needs a value${option.value ? ` (${option.value})` : ""}`);
  }
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
  try {
    if (option.type === "duration") return parseDuration(text);
    if (option.type === "time") return parseTime(text, now);
  } catch (error) {
    throw fault("usage", `--${name}: ${(error as Error).message}`, { hint: (error as { hint?: string }).hint });
  }
  if (option.type !== "integer") return text;
  if (!/^[+-]?\d+$/.test(text)) throw fault("usage", `--${name} needs a whole number, not '${text}'`);
  return Number(text);
}

function checkCount(spec: Spec, args: string[]): void {
  const [least, most] = spec.args ?? (spec.input === "runs" ? [0, Number.POSITIVE_INFINITY] : [0, 0]);
  if (args.length < least)
    throw fault("usage", `${spec.name} needs ${least === 1 ? "an argument" : `${least} arguments`}`, {
      hint: `${spec.name} --help`,
    });
  if (args.length > most) throw fault("usage", `unexpected argument '${args[most]}'`, { hint: `${spec.name} --help` });
}
