// Inputs that a recipe can have as a stage of a pipeline: what another stage makes, and what a pinned run has made.
import * as v from "valibot";
import { isName } from "../record/names.js";
import { stepWord } from "../record/step-pick.js";
import { maybe } from "./pieces.js";

const name = v.pipe(
  v.string(),
  v.check(isName, "cannot be a name: letters, digits and . _ + - only, and a letter or digit first"),
);

/** Of a stream: one step of it, or all of them with a list. */
const step = maybe(stepWord);

export const stageInput = v.strictObject({ type: v.literal("stage"), stage: name, role: name, step });

export const fromInput = v.strictObject({ type: v.literal("from"), role: name, step });
