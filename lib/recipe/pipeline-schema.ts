// What a pipeline's file may say: stages, each of which is a recipe with what is different in it here.
import * as v from "valibot";
import { isName } from "../record/names.js";
import { line, maybe } from "./pieces.js";

const stageName = v.pipe(
  v.string(),
  v.check(isName, "cannot be the name of a stage: letters, digits and . _ + - only, and a letter or digit first"),
);

const pinned = v.pipe(line, v.regex(/^\S+$/, "is no run"));

/** One run for each: of a list of what is set, of every combination of some values, or of the runs of another stage. */
const foreach = v.union([
  stageName,
  v.pipe(v.array(v.record(v.string(), v.unknown())), v.minLength(1)),
  v.record(v.string(), v.pipe(v.array(v.unknown()), v.minLength(1))),
]);

export const stageSchema = v.strictObject({
  recipe: line,
  set: maybe(v.record(v.string(), v.unknown())),
  from: maybe(pinned),
  foreach: maybe(foreach),
});
export type StageTable = v.InferOutput<typeof stageSchema>;

export const pipelineSchema = v.strictObject({
  name: v.pipe(line, v.regex(/^\S(.*\S)?$/, "has a space at its beginning or end"), v.maxLength(128, "is too long")),
  from: maybe(pinned),
  tags: maybe(v.array(line)),
  stages: v.pipe(
    v.record(stageName, stageSchema),
    v.check((stages) => Object.keys(stages).length > 0, "has no stage"),
  ),
});
export type PipelineTable = v.InferOutput<typeof pipelineSchema>;
