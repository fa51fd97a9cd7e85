// What lab-show tells of a run, as far as its page shows it.
import type { Note } from "../../../record/note.js";
import type { Status } from "../../../record/records.js";
import type { Run } from "../../../record/run.js";
import type { Attempt, Submission } from "../../../record/run-facts.js";

type Planned = Pick<
  Run,
  | "id"
  | "name"
  | "user"
  | "planned_at"
  | "recipe"
  | "source"
  | "command"
  | "args"
  | "params"
  | "env"
  | "seed"
  | "tags"
  | "group"
  | "narrative"
  | "environment"
  | "resources"
  | "sweep"
  | "pipeline"
  | "checkpoints"
  | "inputs"
  | "outputs"
>;

export type WholeRun = Planned &
  Pick<Status, "state" | "mode" | "message" | "started_at" | "ended_at" | "elapsed_s"> & {
    run_dir?: string;
    job?: { id: string; scheduler: string };
    argv?: string[];
    submissions: Submission[];
    attempts: Attempt[];
    metrics?: Record<string, number | string>;
    derived?: Record<string, number | string>;
    missing?: { role: string; reason: string }[];
    collected?: { path: string; bytes: number }[];
    answered_by?: { id: string; user: string; name: string; state: string };
    tracking?: { wandb?: { url?: string } };
    made?: { id: string; role?: string; step?: number }[];
    outcome?: { at: string };
    notes?: Note[];
    logs: string[];
  };

/** The last six characters: what a person types. */
export function handleOf(id: string): string {
  return id.slice(-6);
}
