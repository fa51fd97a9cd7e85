// The same runs once more, in place: their jobs end and wait again, or what waits to be submitted again is.
import os from "node:os";
import type { Context } from "../../command/context.js";
import { jobAsker } from "../../pass/cancel.js";
import { lookAgain } from "../../pass/memory.js";
import { sharesItsJob } from "../../record/counted.js";
import { fault, isFault } from "../../record/fault.js";
import { handleOf } from "../../record/run-id.js";
import { type Graces, stateOf } from "../../record/state.js";
import { cacheDirectory } from "../../registry/cache.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { note } from "../../registry/journal.js";
import { openRun } from "../../registry/runs.js";
import { eachNamed, graces, mustOwn, standingOf, statusOf } from "../runs.js";
import { advancePass } from "./advancing.js";

type Ask = ReturnType<typeof jobAsker>;

/** Has each run's job run again, or submits a run that waits for that, and yields its status. Throws faults. */
export async function* requeueAll(records: AsyncIterable<unknown>, context: Context): AsyncGenerator<object> {
  const limits = await graces(context);
  let asker: Ask | undefined;
  const ask: Ask = async (jobs) => {
    asker ??= await askerOf(context);
    return asker(jobs);
  };
  const act = async (disk: RunOnDisk) => {
    const message = await requeueOne(disk, ask, limits, context);
    const registry = await context.registry();
    const after = openRun(registry, registry.user, disk.run.id) ?? disk;
    return { ...statusOf(after, Date.now(), limits), message, ...(context.dryRun ? { dry_run: true } : {}) };
  };
  yield* eachNamed(records, act, limits, context);
}

async function askerOf(context: Context): Promise<Ask> {
  const [scheduler, registry] = [await context.scheduler(), await context.registry()];
  const requeue = scheduler.requeue?.bind(scheduler);
  if (!requeue)
    throw fault("dataerr", "cannot requeue its job: the local scheduler does that only where the job asks for it", {
      hint: "lab cancel ends it, and lab rerun --resume latest goes on from its last checkpoint",
    });
  return jobAsker(scheduler, registry.id, requeue);
}

/** What was done, in words. Throws dataerr where there is nothing to run again in place. */
async function requeueOne(disk: RunOnDisk, ask: Ask, limits: Graces, context: Context): Promise<string> {
  const registry = await context.registry();
  mustOwn(disk, registry.uid);
  const { run, facts } = disk;
  const handle = handleOf(run.id);
  const { state, final } = standingOf(disk, Date.now(), limits);
  if (final || facts.outcome)
    throw fault("dataerr", `cannot requeue it: it has ended (${state})`, { hint: `lab rerun ${handle}` });
  if (facts.cancel) throw fault("dataerr", "cannot requeue it: it is being cancelled", { hint: `lab rerun ${handle}` });
  if (state === "requeued") return submittedAgain(disk, context);
  const { job } = stateOf(facts, Date.now(), limits);
  if (job === undefined)
    throw fault("dataerr", `cannot requeue it: it has no job (${state})`, { hint: `lab why ${handle}` });
  if (sharesItsJob(facts))
    throw fault("dataerr", `cannot requeue it: job ${job} runs others, too`, {
      hint: `when it has ended: lab rerun ${handle}`,
    });
  if (context.dryRun) return `would ask for job ${job} to be run again`;
  if (!(await asked(disk, job, ask))) return `its job is gone: ${job} is another job's id now`;
  // The next pass is to open it, whatever it remembers of that job.
  lookAgain(cacheDirectory(registry, context.env, os.homedir()), run.id);
  note(registry, "run_requeue_asked", run.id, { name: run.name, job });
  return `job ${job} ends and waits to be run again`;
}

async function asked(disk: RunOnDisk, job: string, ask: Ask): Promise<boolean> {
  try {
    return (await ask([{ run: disk, job }])).size > 0;
  } catch (error) {
    if (!isFault(error) || error.code !== "refused" || disk.run.checkpoints?.requeue === true) throw error;
    throw fault("refused", error.message, {
      hint: "its recipe does not ask for it ([checkpoints] requeue = true); lab cancel, then lab rerun --resume latest",
      cause: error,
    });
  }
}

/** Slurm has its job no more: the pass that would send it does so now. */
async function submittedAgain({ run }: RunOnDisk, context: Context): Promise<string> {
  if (context.dryRun) return "would be submitted again";
  for await (const _ of advancePass(context, [run.id]));
  return "was submitted again";
}
