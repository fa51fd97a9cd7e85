// `[checkpoints]`: what a run leaves behind to go on from, how it is told where to go on, and whether it is started again.
import * as v from "valibot";
import { inside, notYet } from "./pieces.js";

const maybe = v.exactOptional;

export const checkpointsSchema = v.strictObject({
  globs: maybe(v.pipe(v.array(inside), v.minLength(1))),
  pointer: maybe(inside),
  resume_arg: maybe(
    v.pipe(
      v.string(),
      v.regex(/^-{1,2}[A-Za-z][A-Za-z0-9_.-]*$/, "is no option: write it like --resume_from_checkpoint"),
    ),
  ),
  requeue: maybe(notYet),
  signal: maybe(notYet),
  warn: maybe(notYet),
  max_attempts: maybe(notYet),
});
