// Where a run stands, as lists show it: a function of its files and of the moment.
import type { Status } from "../record/records.js";
import { type Graces, type Standing, stateOf } from "../record/state.js";
import type { RunOnDisk } from "./facts.js";

/** The status of a run. */
export function statusOf(disk: RunOnDisk, now: number, limits?: Graces): Status {
  const { run, facts } = disk;
  const { final: _, ...standing } = standingOf(disk, now, limits);
  const beat = facts.attempts.at(-1)?.beat_at;
  const started = standing.started_at === undefined ? undefined : Date.parse(standing.started_at);
  // What has ended goes on no more, also where nobody knows when it did.
  const over = Date.parse(standing.ended_at ?? facts.outcome?.at ?? "") || now;
  return {
    type: "status",
    v: 1,
    id: run.id,
    name: run.name,
    user: run.user,
    ...standing,
    ...(standing.state === "succeeded" && standing.message === undefined
      ? { ...evaluated(disk, standing), ...incomplete(disk) }
      : {}),
    planned_at: run.planned_at,
    ...(beat === undefined ? {} : { beat_at: beat }),
    ...(started === undefined || standing.state === "queued"
      ? {}
      : { elapsed_s: Math.max(0, (over - started) / 1000) }),
    run_dir: disk.dir,
    ...(run.tags.length > 0 ? { tags: run.tags } : {}),
    ...(run.group === undefined ? {} : { group: run.group }),
    ...(run.narrative?.note === undefined ? {} : { note: run.narrative.note }),
  };
}

/** Where a run stands; what seems to be its end is none as long as some of what it says cannot be read. */
export function standingOf({ facts, partial }: RunOnDisk, now: number, limits?: Graces): Standing {
  const standing = stateOf(facts, now, limits);
  if (!partial || !standing.final || facts.outcome) return standing;
  const { job } = standing;
  const message = "some of its files cannot be read now";
  return { state: "unknown", message, ...(job === undefined ? {} : { job }), final: false };
}

/** How the evaluation of a run that succeeded ended, where its recipe has one. */
export function evaluated(
  { run, facts }: RunOnDisk,
  { attempt }: Pick<Standing, "attempt">,
): { eval?: "succeeded" | "failed"; message?: string } {
  if (run.eval === undefined) return {};
  const found = facts.attempts.find(({ n }) => n === attempt)?.evaluation;
  if (found?.state === "succeeded") return { eval: "succeeded" };
  return { eval: "failed", message: `but its evaluation failed: ${found?.message ?? "it left no record"}` };
}

/** What a run that succeeded did not write, though its recipe says that it would. */
function incomplete({ run, facts }: RunOnDisk): { message?: string } {
  const written = facts.attempts.at(-1)?.exit?.outputs;
  const missing = Object.keys(run.outputs).filter(
    (role) => written && !written.some((made) => made.role === role && made.complete),
  );
  return missing.length === 0 ? {} : { message: `but output ${missing.join(", ")} is not complete` };
}
