// One run, whole: its record with everything that is known of it.
import type { Context } from "../../command/context.js";
import type { Outputs } from "../../record/artifact.js";
import { contextSchema } from "../../record/facts.js";
import { fault, isFault } from "../../record/fault.js";
import { wordOf } from "../../record/point.js";
import { type Graces, stateOf } from "../../record/state.js";
import { collectFiles } from "../../registry/collected.js";
import { derivedOf } from "../../registry/derived.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { lastValues } from "../../registry/last-metrics.js";
import { logFiles } from "../../registry/logs.js";
import { makerOfRun } from "../../registry/makers.js";
import { notesOf } from "../../registry/notes.js";
import { sealOf } from "../../registry/outputs.js";
import { readRecord } from "../../registry/read.js";
import { evaluated } from "../../registry/status.js";
import { submissionFiles } from "../../registry/submissions.js";
import { trackingOf } from "../../registry/tracking.js";
import { statusOf } from "../runs.js";
import { usedAndMade } from "./showing-artifacts.js";
import { answeredBy } from "./what-answers.js";

/** The run record with its standing and all of its facts. */
export async function wholeRun(disk: RunOnDisk, context: Context, limits: Graces): Promise<object> {
  const { run, facts, problems } = disk;
  for (const problem of problems) context.report(run.id, fault("dataerr", problem));
  const { final: _, ...standing } = stateOf(facts, context.now, limits);
  const { elapsed_s } = statusOf(disk, context.now, limits);
  const { message: unevaluated } = standing.state === "succeeded" ? evaluated(disk, standing) : {};
  const metrics = lastValues(disk);
  const registry = await context.registry();
  const derived = Object.fromEntries(
    [...derivedOf(registry, disk, (message) => context.report(run.id, fault("dataerr", message)))].map(
      ({ name, value }) => [name, wordOf(value)],
    ),
  );
  const answers = answeredBy(disk, registry, limits, context.now);
  const newest = facts.submissions.at(-1);
  const argv = argvOf(disk, context);
  const sealed = sealOrNone(disk, context);
  const { collected = [], excluded = [] } = sealed ?? (await collectFiles(disk));
  const tracking = sealed?.tracking ?? trackingOf(disk);
  const notes = notesOf(registry, run.id, (message) => context.report(run.id, fault("dataerr", message)));
  return {
    ...run,
    ...standing,
    ...(unevaluated === undefined ? {} : { message: unevaluated }),
    ...jobOf(standing.job, newest?.receipt?.scheduler),
    ...(elapsed_s === undefined ? {} : { elapsed_s }),
    ...(argv === undefined ? {} : { argv }),
    submissions: facts.submissions,
    attempts: facts.attempts,
    ...(facts.scheduler ? { scheduler: facts.scheduler } : {}),
    ...(facts.outcome ? { outcome: facts.outcome } : {}),
    ...(Object.keys(metrics).length > 0 ? { metrics } : {}),
    ...(Object.keys(derived).length > 0 ? { derived } : {}),
    ...(newest ? { script: submissionFiles(disk.dir, newest.n).script } : {}),
    ...(sealed?.missing ? { missing: sealed.missing } : {}),
    ...(collected.length > 0 ? { collected } : {}),
    ...(excluded.length > 0 ? { excluded } : {}),
    ...(tracking?.wandb ? { tracking: { ...run.tracking, wandb: { ...run.tracking?.wandb, ...tracking.wandb } } } : {}),
    ...(answers ? { answered_by: answers } : {}),
    ...(await usedAndMade(answers ? makerOfRun(registry, disk) : disk, context, limits)),
    ...(notes.length > 0 ? { notes } : {}),
    logs: logFiles(disk).map(({ file }) => file),
  };
}

function sealOrNone(disk: RunOnDisk, context: Context): Outputs | undefined {
  try {
    return sealOf(disk);
  } catch (error) {
    if (!isFault(error)) throw error;
    context.report(disk.run.id, error);
    return undefined;
  }
}

/** The command line as the job has it, every token replaced: of the submission that ran last, or is the last. */
function argvOf({ dir, owner, run, facts }: RunOnDisk, context: Context): string[] | undefined {
  const n = facts.attempts.at(-1)?.start?.submission ?? facts.submissions.at(-1)?.n;
  if (n === undefined) return undefined;
  try {
    return readRecord(submissionFiles(dir, n).context, contextSchema, { owner })?.command;
  } catch (error) {
    if (!isFault(error)) throw error;
    context.report(run.id, error);
    return undefined;
  }
}

/** As lab-submit puts it into the run's record. */
function jobOf(id: string | undefined, scheduler = "slurm"): { job?: { id: string; scheduler: string } } {
  return id === undefined ? {} : { job: { id, scheduler: id.startsWith("local-") ? "local" : scheduler } };
}
