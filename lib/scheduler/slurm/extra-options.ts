// `sbatch_extra`: options of sbatch that a recipe gives as they are, and which of them it may not give.
import { fault } from "../../record/fault.js";
import { fieldOf, isOurs, optionsIn } from "../../record/sbatch-options.js";
import { readDirectiveWords } from "./directive-words.js";

/** An option of sbatch as given: its name without dashes, and its words. */
export interface ExtraOption {
  name: string;
  words: string[];
}

/**
 * The options of `sbatch_extra`, read as sbatch reads them. Throws dataerr for one that the toolkit sets itself, for one
 * that repeats a field which is `given`, and for words that are no option.
 */
export function extraOptions(extra: readonly string[], given: Readonly<Record<string, unknown>>): ExtraOption[] {
  const options: ExtraOption[] = [];
  for (const word of extra.flatMap((line) => readDirectiveWords(line, "sbatch_extra"))) {
    const last = options.at(-1);
    if (word.startsWith("-") && word !== "-") options.push({ name: optionName(word), words: [word] });
    else if (last?.words.length === 1 && !/^--[^=]+=/.test(last.words[0] ?? "")) last.words.push(word);
    else
      throw fault("dataerr", `cannot use sbatch_extra '${word}': it is no option`, {
        hint: "write options like --gpu-bind=closest",
      });
  }
  for (const option of options) refuse(option, given);
  return options;
}

function optionName(word: string): string {
  const [name = "", second] = optionsIn(word);
  if (second === undefined) return name.replace(/^-/, "");
  throw fault("dataerr", `cannot use sbatch_extra '${word}': several options in one word`, {
    hint: "write each by itself",
  });
}

function refuse({ name, words }: ExtraOption, given: Readonly<Record<string, unknown>>): void {
  const shown = words.join(" ");
  if (isOurs(name)) throw fault("dataerr", `cannot use sbatch_extra '${shown}': the toolkit sets this option itself`);
  const repeated = fieldOf(name)?.keys.find((key) => given[key] !== undefined);
  if (repeated === undefined) return;
  throw fault("dataerr", `cannot use sbatch_extra '${shown}': it repeats ${repeated.replace(/_(bytes|s)$/, "")}`, {
    hint: "give one of them",
  });
}
