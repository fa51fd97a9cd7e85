// A job whose submission timed out: the scheduler may have taken it all the same, so it is looked for before anything is said.
import { type Fault, fault, isFault } from "../record/fault.js";
import type { FoundJob, SoughtRun } from "../scheduler/scheduler.js";
import type { Sender } from "./submit.js";

/**
 * The job of a run, or of a part of an array, that tells whose it is by its comment, looked for as long as the sender is
 * patient; of an array's elements their common number. Throws tempfail, with what had gone wrong, where none is found.
 */
export async function jobFoundLater(
  sender: Sender,
  sought: Omit<SoughtRun, "since">,
  error: Fault,
  counts: (job: FoundJob) => boolean = () => true,
): Promise<string> {
  const until = sender.now() + sender.patience_ms;
  const since = sender.now() - 3_600_000;
  for (let pause = 500; ; pause = Math.min(pause * 2, 5000)) {
    const found = await look(sender, { ...sought, since });
    const job = found.find(counts)?.view.job;
    if (job !== undefined) return job.replace(/^(\d+)_\d+$/, "$1");
    if (sender.now() + pause > until) break;
    await sender.sleep(pause);
  }
  throw fault("tempfail", `${error.message}; whether it was accepted is not known yet`, {
    hint: "lab reconcile finds out",
    cause: error,
  });
}

async function look({ scheduler, registry }: Sender, sought: SoughtRun): Promise<FoundJob[]> {
  try {
    return await scheduler.find(registry.id, [sought]);
  } catch (error) {
    if (isFault(error)) return [];
    throw error;
  }
}
