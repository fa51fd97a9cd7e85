// Inputs that a recipe can have as a stage of a pipeline: what another stage makes, and what a pinned run has made.
import * as v from "valibot";
import { isName } from "../record/names.js";

const maybe = v.exactOptional;

const name = v.pipe(
  v.string(),
  v.check(isName, "cannot be a name: letters, digits and . _ + - only, and a letter or digit first"),
);

/** Of a stream: a step by its number, or the last one that there is. */
const stepThere = v.pipe(
  v.union([v.string(), v.pipe(v.number(), v.integer(), v.minValue(0))]),
  v.check((word) => typeof word === "number" || word === "latest", 'is no step: a number, or "latest"'),
);

export const stageInput = v.strictObject({ type: v.literal("stage"), stage: name, role: name });

export const fromInput = v.strictObject({ type: v.literal("from"), role: name, step: maybe(stepThere) });
