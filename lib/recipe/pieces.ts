// The pieces that the recipe's declaration is made of.
import * as v from "valibot";

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

const own = /^LAB_(RUN_ID|RUN_DIR|CONTEXT|ATTEMPT|SEED|PARAMS|SCRATCH|METRICS|RESUME_FROM|INPUT_.*|OUTPUT_.*)$/;
