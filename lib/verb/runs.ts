// Runs as a command gets them: by name as arguments, or as records on stdin, alike.

import { type Context, isOfThePlace } from "../command/context.js";
import { carriesError } from "../command/each.js";
import { type Fault, fault, isFault, recordError } from "../record/fault.js";
import { type Status, statusSchema } from "../record/records.js";
import { isRunId } from "../record/run-id.js";
import type { Graces } from "../record/state.js";
import type { RunOnDisk } from "../registry/facts.js";
import { findRun } from "../registry/refs.js";
import { openRun } from "../registry/runs.js";
import { statusOf } from "../registry/status.js";

export { standingOf, statusOf } from "../registry/status.js";

/** What stands for a run before it is opened: an argument, or a record of the stream. */
export type Named = { ref: string } | { record: Record<string, unknown> };

/**
 * Every run that was named, opened, in order, and with the record it came in. Records that name no run, and those that
 * carry an error, come back as `other`; a run that cannot be found is reported and comes back as an erroneous record. What
 * an argument is `meant` for that is no run becomes the hint.
 */
export async function* namedRuns(
  records: AsyncIterable<unknown>,
  context: Context,
  meant?: (ref: string) => string | undefined,
): AsyncGenerator<{ run: RunOnDisk; record: Record<string, unknown> | undefined } | { other: object }> {
  const registry = await context.registry();
  for (const ref of context.args.filter((word) => word !== "-")) {
    if (context.signal.aborted) return;
    try {
      yield { run: findRun(registry, ref, context.cwd), record: undefined };
    } catch (error) {
      if (!isFault(error)) throw error;
      if (isAlone(context)) throw error;
      const hint = meant?.(ref);
      context.report(
        ref,
        hint === undefined || error.code !== "noinput" ? error : fault(error.code, error.message, { hint }),
      );
    }
  }
  for await (const record of records) {
    if (context.signal.aborted) return;
    const fields = record as Record<string, unknown>;
    const id = idOfRun(fields);
    if (id === undefined || carriesError(fields)) {
      yield { other: fields };
      continue;
    }
    try {
      if (!isRunId(id)) throw fault("dataerr", `'${id}' is no run id`);
      const user = typeof fields["user"] === "string" ? fields["user"] : undefined;
      const run = (user !== undefined ? openRun(registry, user, id) : undefined) ?? findRun(registry, id, context.cwd);
      yield { run, record: fields };
    } catch (error) {
      if (!isFault(error)) throw error;
      context.report(id, error);
      yield { other: { ...fields, error: recordError(error) } };
    }
  }
}

/** Whether one run is named, and no record is given: what is wrong with it is then what the command comes to. */
function isAlone({ args }: Context): boolean {
  return args.length === 1 && args[0] !== "-";
}

/** Of a run that cannot be shown: where it alone is asked for, that is what the command comes to; else it is reported. */
export function cannotShow(id: string, error: unknown, context: Context): void {
  if (!isFault(error) || isAlone(context)) throw error;
  context.report(id, error);
}

function idOfRun(record: Record<string, unknown>): string | undefined {
  const { type, id, run } = record;
  if ((type === "run" || type === "status") && typeof id === "string") return id;
  return typeof run === "string" ? run : undefined;
}

/**
 * Gives every named run to `act` and yields the status that it returns, with the fields of the given record that no status
 * has. A fault becomes the error of the run's record; when the scheduler or the place is what fails, the rest get it too, and
 * the command ends with its status (69, 78, …). One run that was named alone and may not be touched ends it with 77.
 */
export async function* eachNamed(
  records: AsyncIterable<unknown>,
  act: (run: RunOnDisk) => Promise<Status> | Status,
  limits: Graces,
  context: Context,
): AsyncGenerator<object> {
  let unreachable: Fault | undefined;
  for await (const named of namedRuns(records, context)) {
    if ("other" in named) {
      yield named.other;
      continue;
    }
    const { run, record } = named;
    try {
      if (unreachable) throw unreachable;
      yield grown(record, await act(run));
    } catch (error) {
      if (!isFault(error) || (error.code === "noperm" && isAlone(context))) throw error;
      if (!isOfThePlace(error)) context.report(run.run.id, error);
      else if (!unreachable) context.abnormal(error);
      if (isOfThePlace(error)) unreachable = error;
      yield { ...grown(record, statusOf(run, Date.now(), limits)), error: recordError(error) };
    }
  }
}

/** A status with what somebody else had added to the status that came in. */
export function grown(record: Record<string, unknown> | undefined, status: Status): Status {
  if (record?.["type"] !== "status") return status;
  const added = Object.entries(record).filter(([key]) => !Object.hasOwn(statusSchema.entries, key));
  return { ...status, ...Object.fromEntries(added) };
}

/** The graces of the configuration, as the state function wants them. */
export async function graces(context: Context) {
  const { config } = await context.config();
  const { missing_job_grace, accounting_grace, submit_grace } = config.scheduler;
  return { missing_job_s: missing_job_grace, accounting_s: accounting_grace, submit_s: submit_grace };
}

/** Throws noperm unless the run is the caller's own: nobody writes in another user's tree. */
export function mustOwn(run: RunOnDisk, uid: number): void {
  if (run.owner !== uid) throw notOwned(run);
}

/** Reports a run of somebody else, and gives its record for the stream. Throws noperm where it alone was named. */
export function notYours(run: RunOnDisk, limits: Graces, context: Context): object {
  const error = notOwned(run);
  if (isAlone(context)) throw error;
  context.report(run.run.id, error);
  return { ...statusOf(run, Date.now(), limits), error: recordError(error) };
}

function notOwned({ run }: RunOnDisk): Fault {
  return fault("noperm", `the run is ${run.user}'s, not yours`);
}
