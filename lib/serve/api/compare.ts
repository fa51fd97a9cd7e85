// Runs side by side.
import * as v from "valibot";
import { comparisonSchema } from "../../record/comparison.js";
import { maybe, runId, text } from "../../record/schema.js";
import { endpoint } from "./api.js";
import { many } from "./query.js";

const { runs, fields, metrics, seeds, files, patch, notes } = comparisonSchema.entries;
const two = v.pipe(many, v.minLength(1, "needs two runs or more"), v.maxLength(50, "takes at most 50 runs"));

export const compareApi = endpoint({
  path: "/api/v1/compare",
  summary: "What differs between 2 to 50 runs, and their metrics; of two also a patch of their sources",
  query: v.object({ run: two }),
  answer: v.object({ runs, fields, metrics, seeds, files, patch, notes }),
  list: "fields",
});

const image = v.object({
  run: runId,
  path: v.pipe(text, v.description("below the run's directory: /runs/:run/file?path= gives its bytes")),
  name: v.pipe(text, v.description("the path without the number of its step")),
  step: maybe(v.number()),
  bytes: v.number(),
});
export type ComparedImage = v.InferOutput<typeof image>;

export const compareImagesApi = endpoint({
  path: "/api/v1/compare/images",
  summary: "The images that runs have collected, by name and step",
  query: v.object({ run: two }),
  answer: v.object({ names: v.array(text), images: v.array(image) }),
  list: "images",
});
