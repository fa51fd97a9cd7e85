// The arguments of a run, changed by words of a command line: appended, put in their place, or laid over them.
import { fault } from "../record/fault.js";
import type { Run } from "../record/run.js";
import { dotted } from "../toml/path.js";
import { isScript } from "./ad-hoc.js";
import { tomlString } from "./set.js";

export type How = "append" | "replace" | "merge";

type Changing = Pick<Run, "command" | "args" | "numbers" | "extra_args">;

export interface Change {
  run: Changing;
  /** What is to be set besides, as `--set` has it: arguments that the recipe has. */
  set: string[];
}

/**
 * `append` puts the words at the end; `replace` leaves only the program and the words; `merge` lets each option take the
 * place of all of the same name, where the first of them was, and puts what is new at the end. Throws usage where a command
 * is a line for the shell, in which only [args] can be told apart.
 */
export function changeArguments(run: Changing, how: How, words: readonly string[]): Change {
  if (how === "append") return { run: appended(run, words), set: [] };
  if (how === "replace") return { run: replaced(run, words), set: [] };
  return merged(run, words);
}

function appended(run: Changing, words: readonly string[]): Changing {
  if (words.length === 0) return run;
  const { command, args, extra_args = [] } = run;
  if (Array.isArray(command) && Object.keys(args).length === 0 && extra_args.length === 0)
    return { ...run, command: [...command, ...words] };
  return { ...run, extra_args: [...extra_args, ...words] };
}

function replaced(run: Changing, words: readonly string[]): Changing {
  const { command, numbers } = run;
  if (typeof command === "string") throw line("replace");
  const { extra_args: _e, numbers: _n, ...rest } = run;
  const left = Object.entries(numbers ?? {}).filter(([path]) => !path.startsWith("args."));
  return {
    ...rest,
    ...(left.length === 0 ? {} : { numbers: Object.fromEntries(left) }),
    command: [...command.slice(0, programLength(command)), ...words],
    args: {},
  };
}

function merged(run: Changing, words: readonly string[]): Change {
  const set: string[] = [];
  let result = run;
  const given = parsed(words);
  for (const name of new Set(given.map((item) => item.name))) {
    const items = given.filter((item) => item.name === name);
    const key = name?.startsWith("--") ? name.slice(2) : undefined;
    if (key !== undefined && Object.hasOwn(run.args, key)) set.push(`${dotted(["args", key])}=${literal(name, items)}`);
    else if (typeof run.command === "string") throw line("merge");
    else result = name === undefined ? result : laidOver(result, name, items);
  }
  return {
    run: appended(
      result,
      given.filter((item) => item.name === undefined).flatMap((item) => item.words),
    ),
    set,
  };
}

interface Item {
  /** `--lr`; a word that is no option has none. */
  name?: string;
  words: string[];
  value?: string;
}

/** Options with their values, `--lr 1`, `--lr=1` or `--fast`, and other words; behind `--` there are no options. */
function parsed(words: readonly string[]): Item[] {
  const items: Item[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? "";
    if (word === "--") return [...items, { words: words.slice(i) as string[] }];
    const [, name, glued] = /^(--?[A-Za-z][^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    const next = words[i + 1];
    if (name === undefined) items.push({ words: [word] });
    else if (glued !== undefined) items.push({ name, words: [word], value: glued });
    else if (next === undefined || (/^-/.test(next) && !/^-[\d.]/.test(next))) items.push({ name, words: [word] });
    else {
      items.push({ name, words: [word, next], value: next });
      i += 1;
    }
  }
  return items;
}

/** Of several of a name all are kept, of the old ones none. */
function laidOver(run: Changing, name: string, items: Item[]): Changing {
  const { command, extra_args } = run;
  if (typeof command === "string") throw line("merge");
  const words = items.flatMap((item) => item.words);
  const program = programLength(command);
  const before = parsed(command.slice(program));
  const after = parsed(extra_args ?? []);
  if (![...before, ...after].some((item) => item.name === name)) return appended(run, words);
  let put = false;
  const instead = (item: Item): string[] => {
    if (item.name !== name) return item.words;
    if (put) return [];
    put = true;
    return words;
  };
  const changed = { ...run, command: [...command.slice(0, program), ...before.flatMap(instead)] };
  return extra_args === undefined ? changed : { ...changed, extra_args: after.flatMap(instead) };
}

/** How many words of a command are the program: `python -u train.py`, `python -m pkg.train`, else the first. */
function programLength(command: readonly string[]): number {
  const module = command.indexOf("-m");
  if (module > 0 && /(^|\/)(python[\d.]*|torchrun|accelerate)$/.test(command[0] ?? "")) return module + 2;
  const script = command.findIndex(
    (word, i) => !word.startsWith("-") && isScript(word) && (i === 0 || command[i - 1] !== "-c"),
  );
  return script < 0 ? 1 : script + 1;
}

const integer = /^-?(0|[1-9]\d{0,14})$/;
const float = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** The value of an argument in TOML: a number as it is written, else a text; an option without a value is true. */
function literal(name: string | undefined, items: Item[]): string {
  const values = items.map(({ value }) => value);
  if (values.length === 1 && values[0] === undefined) return "true";
  const texts = values.map((value) => {
    if (value === undefined) throw fault("usage", `${name} is given with a value and without one`);
    return integer.test(value) || float.test(value) ? value : tomlString(value);
  });
  return texts.length === 1 ? (texts[0] ?? "") : `[${texts.join(", ")}]`;
}

function line(how: How) {
  return fault("usage", `--${how}: the command is a line for the shell, whose words cannot be told apart`, {
    hint: "--append puts words at its end; --set command=… writes it anew",
  });
}
