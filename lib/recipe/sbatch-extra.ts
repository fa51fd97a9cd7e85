// Options for sbatch that the recipe's typed fields do not have. What they or the toolkit set is refused here.
import { fieldOf, isOurs, optionsIn } from "../record/sbatch-options.js";

/** Why an entry of `sbatch_extra` cannot be taken, as the rest of a sentence; undefined where it can. */
export function sbatchExtraTrouble(entry: string): string | undefined {
  if (/\p{Cc}/u.test(entry)) return "has a line break or another control character in it";
  if (entry.trim() === "") return "is empty";
  if (entry.trim().startsWith("#")) return "is a comment: write the option alone";
  const [first = "", ...values] = normalExtra(entry).split(/\s+/);
  const second = values.find((word) => word.startsWith("-"));
  if (second !== undefined) return "has two options in it: give each an entry of its own";
  for (const name of optionsIn(first)) {
    const field = fieldOf(name);
    if (field !== undefined) return `repeats ${field.recipe}: set it there`;
    // The script says it: a run is started again by its owner's passes.
    if (isOurs(name) || (name.length > 2 && "requeue".startsWith(name))) return "is set by the toolkit";
  }
  return undefined;
}

/** The entry as sbatch reads it: `exclusive` is `--exclusive`. */
export function normalExtra(entry: string): string {
  const trimmed = entry.trim();
  return trimmed.startsWith("-") ? trimmed : `--${trimmed}`;
}
