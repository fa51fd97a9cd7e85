// The command of a run as one would type it.
import { bashWord } from "../../job/quote.js";
import type { Run } from "../../record/run.js";

type Commanded = Pick<Run, "command" | "args" | "extra_args"> & { argv?: readonly string[] | undefined };

/** As the job has it, or as the recipe says it where no job has been rendered; quoted, so that a shell would take it. */
export function commandWords({ command, args, extra_args = [], argv }: Commanded): string[] {
  if (typeof command === "string") return [argv?.[0] === "bash" && argv[2] !== undefined ? argv[2] : command];
  if (argv !== undefined) return argv.map(bashWord);
  return [
    ...command.map(wordOf),
    ...Object.entries(args).flatMap(([key, value]) => argumentOf(key, value)),
    ...extra_args.map(wordOf),
  ];
}

/** The braces of a token stay as they are. */
function wordOf(word: string): string {
  return /^[\w@%+=:,./{}-]+$/.test(word) ? word : bashWord(word);
}

function argumentOf(key: string, value: unknown): string[] {
  if (value === false) return [];
  if (Array.isArray(value)) return value.flatMap((item) => argumentOf(key, item));
  return [value === true ? `--${key}` : `--${key}=${wordOf(textOf(value))}`];
}

/** A value as it stands in a command line. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
