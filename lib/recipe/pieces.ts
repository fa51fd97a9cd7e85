// The pieces that the recipe's declaration is made of.
import * as v from "valibot";
import { parseSize } from "../record/units.js";

/** A key that may be left out. */
export const maybe = v.exactOptional;

export const atLeastOne = v.pipe(v.number(), v.integer(), v.minValue(1));

/** Text that stays on one line: it may become a part of a directive or a message. */
export const line = v.pipe(v.string(), v.nonEmpty(), v.regex(/^\P{Cc}*$/u, "has a control character in it"));

/** A path that stays below the directory it is relative to. */
export const inside = v.pipe(
  line,
  v.check(
    isInside,
    ({ input }) => `= ${JSON.stringify(input)} leads out of its directory: write a relative path without ..`,
  ),
);

export function isInside(path: string): boolean {
  return !path.startsWith("/") && !path.startsWith("~") && !path.split("/").includes("..");
}

/** Declared so that it is refused by its own name. */
export const notYet = v.pipe(
  v.unknown(),
  v.check(() => false, "is not supported yet"),
);

/** Why a variable cannot be set by a recipe, as the rest of a sentence. */
export function variableTrouble(name: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return "cannot be the name of a variable";
  return own.test(name) ? "is set by the toolkit" : undefined;
}

const own =
  /^LAB_(RUN_ID|RUN_DIR|CONTEXT|ATTEMPT|SEED|PARAMS|SCRATCH|METRICS|RESUME_FROM|CHECKPOINT|INPUT_.*|OUTPUT_.*)$/;

/** A number says nothing of bytes or hours: the unit that was most likely meant is named. */
export const withUnit = (unit: (value: number) => string) =>
  v.pipe(
    v.any(),
    v.check(
      (value) => typeof value !== "number",
      ({ input }) => `= ${input} has no unit: write "${input}${unit(Number(input))}"`,
    ),
    line,
  );

export const sizeOr = (word?: string) =>
  v.pipe(
    withUnit((value) => (value < 256 ? "GB" : "MB")),
    v.check(
      (text) => text === word || (readsAs(parseSize, text) && /[a-z]/i.test(text)),
      ({ input }) => `= ${JSON.stringify(input)} is no size with its unit: write 500MB, 4GB or 1.5TB`,
    ),
  );

/** A size with its unit. */
export const size = sizeOr();

/** Whether a parser takes it, and for something above 0. */
export function readsAs(parse: (text: string) => number, text: string): boolean {
  try {
    return parse(text) > 0;
  } catch {
    return false;
  }
}
