// The command that the job starts: an argv, tokens replaced, arguments appended.
import { fault } from "../record/fault.js";
import type { Run } from "../record/run.js";
import { dotted } from "../toml/path.js";
import { fillShellLine, shellTrouble, shellWord, withoutEnd } from "./shell.js";
import { expandTokens, type TokenValues } from "./tokens.js";

export type Commanded = Pick<Run, "command" | "args" | "extra_args" | "args_format" | "numbers" | "checkpoints">;

/**
 * The argv of a run. A list stays a list; a string is a line for bash, in which a token becomes one quoted word and the
 * arguments are quoted words after it; what it resumes from is only known on the node, so that a line has the variable
 * for it (to a list the runtime appends it). `at` is where its args are in the recipe. Throws dataerr for a token without
 * a value, and for what no argv can hold.
 */
export function commandLine(run: Commanded, values: TokenValues, at = ["args"]): string[] {
  const words = argumentWords(run, values, at);
  const argv =
    typeof run.command === "string"
      ? ["bash", "-c", shellLine(run.command, [...words.map(shellWord), ...resumeWords(run)], values)]
      : [...run.command.map((word) => expandTokens(word, values)), ...words];
  const torn = argv.find((word) => word.includes("\0"));
  if (torn !== undefined) throw fault("dataerr", "cannot build the command: a word has a NUL in it");
  return argv;
}

/** `[args]` in order: `--key=value`, true as `--key`, false as nothing, a list as the option repeated; then the words that a rerun adds. */
export function argumentWords(
  { args, extra_args = [], args_format, numbers }: Omit<Commanded, "command">,
  values: TokenValues,
  at = ["args"],
): string[] {
  const words = Object.entries(args).flatMap(([key, value]) => {
    const path = [...at, key];
    if (value === true) return [`--${key}`];
    if (value === false) return [];
    const items = Array.isArray(value)
      ? value.map((item, i) => argumentText(item, [...path, i]))
      : [argumentText(value, path)];
    return items.flatMap((text) => (args_format?.style === "space" ? [`--${key}`, text] : [`--${key}=${text}`]));
  });
  return [...words, ...extra_args.map((word) => expandTokens(word, values))];

  function argumentText(value: unknown, path: (string | number)[]): string {
    if (typeof value === "number") return numbers?.[dotted(path)] ?? String(value);
    const text = typeof value === "string" ? numbers?.[dotted(path)] : undefined;
    if (text !== undefined) return text;
    if (typeof value === "string") return expandTokens(value, values);
    throw fault("dataerr", `cannot write ${dotted(path)} as an argument: it is no string, number, true or false`);
  }
}

function shellLine(command: string, words: readonly string[], values: TokenValues): string {
  const trouble = shellTrouble(command, words.length > 0);
  if (trouble !== undefined) throw fault("dataerr", `cannot build the command: the line ${trouble}`);
  const line = fillShellLine(command, values);
  return words.length === 0 ? line : [withoutEnd(line), ...words].join(" ");
}

/** For a line of bash: the option and its value, and no word at all where there is nothing to resume from. */
function resumeWords({ checkpoints, args_format }: Commanded): string[] {
  const option = checkpoints?.resume_arg;
  if (option === undefined) return [];
  return [
    args_format?.style === "space"
      ? `\${LAB_RESUME_FROM:+${option} "$LAB_RESUME_FROM"}`
      : `\${LAB_RESUME_FROM:+${option}="$LAB_RESUME_FROM"}`,
  ];
}
