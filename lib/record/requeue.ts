// What `[checkpoints] requeue` means in numbers.
import type { Run } from "./run.js";

/** What a scheduler sends the script, and nothing else of the job, when its time is nearly over. */
export const warningSignal = "USR1";

/** How many attempts a run gets that is started again, where its recipe does not say. */
const usual_attempts = 3;

/** How long before the time limit a job is told of it, where its recipe does not say (seconds). */
const usual_warning_s = 300;

/** Everything that `[checkpoints] requeue = true` asks of a job; undefined where a run is not started again. */
export interface Requeue {
  max_attempts: number;
  /** Seconds before the time limit; undefined where there is no limit. */
  warn_s?: number;
  /** What the command is sent then, without SIG. */
  signal?: string;
}

/** Without a word of the recipe the warning comes five minutes before the limit, or a tenth of it where that is less. Pure. */
export function requeueOf({ checkpoints, resources }: Pick<Run, "checkpoints" | "resources">): Requeue | undefined {
  if (checkpoints?.requeue !== true) return undefined;
  const { max_attempts = usual_attempts, warn_s, signal } = checkpoints;
  const { time_s } = resources;
  const warning = warn_s ?? (time_s === undefined ? undefined : Math.ceil(Math.min(usual_warning_s, time_s / 10)));
  return {
    max_attempts,
    ...(time_s === undefined || warning === undefined ? {} : { warn_s: warning }),
    ...(signal === undefined ? {} : { signal }),
  };
}
