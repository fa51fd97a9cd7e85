// Which step of a stream an input is: the last, the best by a metric, one by its number; or all of them.
import * as v from "valibot";
import { fault, isFault } from "./fault.js";
import { type Goal, goalOf } from "./goal.js";

export type StepPick = { which: "latest" | "all" } | { which: "best"; by: Goal } | { which: "step"; step: number };

/** What `latest`, `all`, `best:METRIC[:min|:max]` or a number asks for. Throws usage for any other word. */
export function stepPick(word: string | number): StepPick {
  if (typeof word === "number") return { which: "step", step: word };
  if (word === "latest" || word === "all") return { which: word };
  if (/^\d{1,15}$/.test(word)) return { which: "step", step: Number(word) };
  const by = /^best(?::(.+))?$/s.exec(word);
  if (!by) throw fault("usage", 'is no step: a number, "latest", "best:METRIC" or "all"');
  if (by[1] === undefined) throw fault("usage", 'does not say by which metric: "best:loss", "best:accuracy:max"');
  return { which: "best", by: goalOf(by[1]) };
}

/** The one word for it, whatever it was spelled as. */
export function pickWord(pick: StepPick): string | number {
  if (pick.which === "step") return pick.step;
  return pick.which === "best" ? `best:${pick.by.name}:${pick.by.goal}` : pick.which;
}

/** Whether a record's word asks for what only metrics tell. */
export function isBest(word: unknown): boolean {
  return typeof word === "string" && word.startsWith("best:");
}

/** Such a word in a recipe. */
export const stepWord = v.pipe(
  v.union([v.string(), v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(999_999_999_999_999))]),
  v.check(
    (word) => trouble(word) === undefined,
    ({ input }) => trouble(input) ?? "",
  ),
);

function trouble(word: string | number): string | undefined {
  try {
    stepPick(word);
    return undefined;
  } catch (error) {
    if (!isFault(error)) throw error;
    const { message, hint } = error;
    return message.startsWith("cannot") ? `is no step: ${message}${hint === undefined ? "" : ` (${hint})`}` : message;
  }
}
