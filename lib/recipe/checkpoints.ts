// `[checkpoints]`: what a run leaves behind to go on from, how it is told where to go on, and whether it is started again.
import * as v from "valibot";
import type { Checkpoints } from "../record/run.js";
import { parseDuration } from "../record/units.js";
import { atLeastOne, inside, maybe } from "./pieces.js";
import { time } from "./resources.js";

/** Signals that a command may have a handler for; SIGKILL and SIGSTOP can have none. */
const signals = ["USR1", "USR2", "TERM", "INT", "HUP", "QUIT", "ALRM", "CONT"];

export const checkpointsSchema = v.pipe(
  v.strictObject({
    globs: maybe(v.pipe(v.array(inside), v.minLength(1))),
    pointer: maybe(inside),
    resume_arg: maybe(
      v.pipe(
        v.string(),
        v.regex(/^-{1,2}[A-Za-z][A-Za-z0-9_.-]*$/, "is no option: write it like --resume_from_checkpoint"),
      ),
    ),
    requeue: maybe(v.boolean()),
    signal: maybe(
      v.pipe(
        v.string(),
        v.check(
          (text) => signals.includes(text.replace(/^SIG/, "")),
          ({ input }) =>
            `= ${JSON.stringify(input)} is no signal that a command can wait for: one of ${signals.join(", ")}`,
        ),
      ),
    ),
    warn: maybe(time),
    max_attempts: maybe(atLeastOne),
  }),
  v.check(
    ({ requeue, signal, warn, max_attempts }) =>
      requeue === true || [signal, warn, max_attempts].every((one) => one === undefined),
    "has signal, warn or max_attempts without requeue = true: they say how it is started again",
  ),
);

type Given = v.InferOutput<typeof checkpointsSchema>;

/** As a run records it: the warning in seconds, the signal without SIG. */
export function runCheckpoints({ warn, signal, ...rest }: Given): Checkpoints {
  return {
    ...rest,
    ...(signal === undefined ? {} : { signal: signal.replace(/^SIG/, "") }),
    ...(warn === undefined ? {} : { warn_s: Math.ceil(parseDuration(warn)) }),
  };
}
