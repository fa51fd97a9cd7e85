// All that is known of one run: the facts that its submitter, its job and its owner's passes wrote, put together.
import type { PartRefusal } from "./array.js";
import type { Evaluation } from "./evaluation.js";
import type { Cancel, Decision, Exit, Forget, Intent, Outcome, Receipt, SchedulerFact, Start } from "./facts.js";

export interface Submission {
  n: number;
  intent?: Intent;
  receipt?: Receipt;
  /** The array that it is an element of, and its place there: intent and receipt are those of the part that holds it. `shared`: one job runs all. */
  array?: { id: string; index: number; shared?: true };
  /** The scheduler did not take the part: no job of it is, nor will be. */
  refusal?: PartRefusal;
}

export interface Attempt {
  n: number;
  start?: Start;
  exit?: Exit;
  evaluation?: Evaluation;
  beat_at?: string;
}

export interface Facts {
  run: string;
  planned_at: string;
  /** How often it may be attempted, where it is started again. */
  max_attempts?: number;
  submissions: Submission[];
  attempts: Attempt[];
  scheduler?: SchedulerFact;
  cancel?: Cancel;
  forget?: Forget;
  decision?: Decision;
  outcome?: Outcome;
}
