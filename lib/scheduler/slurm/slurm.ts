// Slurm as a scheduler.
import type { Scheduler } from "../scheduler.js";
import { accountedJobs } from "./accounting.js";
import { cancelJobs } from "./cancel.js";
import { type SlurmOptions, slurmClient } from "./client.js";
import { findJobs } from "./find.js";
import { holdJobs } from "./hold.js";
import { namedJobs, queuedJobs } from "./queue.js";
import { explainSlurm } from "./reasons.js";
import { isLimit } from "./refusals.js";
import { requeueJobs } from "./requeue.js";
import { roomFinder } from "./room.js";
import { slurmSettings } from "./settings.js";
import { submitArray, submitJob } from "./submit.js";

/** The cluster that the caller's environment (SLURM_CONF) or this machine's configuration leads to. */
export function slurmScheduler(options: SlurmOptions): Scheduler {
  const slurm = slurmClient(options);
  let seesOthers: Promise<boolean> | undefined;
  return {
    kind: "slurm",
    idsComeRound: true,
    submit: (request) => submitJob(slurm, request),
    submitArray: (request) => submitArray(slurm, request),
    room: roomFinder(slurm),
    isLimit,
    requeue: (jobs) => requeueJobs(slurm, jobs),
    hold: (jobs) => holdJobs(slurm, jobs, "uhold"),
    release: (jobs) => holdJobs(slurm, jobs, "release"),
    queue: () => queuedJobs(slurm),
    jobs: (ids) => namedJobs(slurm, ids),
    accounting: (jobs) => accountedJobs(slurm, jobs),
    details: async (jobs) => (await accountedJobs(slurm, jobs, { steps: true })) ?? new Map(),
    find: (registry, runs) => findJobs(slurm, registry, runs),
    seesOthers: () => {
      seesOthers ??= slurmSettings(slurm).then((settings) => !/\bjobs\b/.test(settings.get("PrivateData") ?? ""));
      return seesOthers;
    },
    arraySize: async () => Number((await slurmSettings(slurm)).get("MaxArraySize") ?? 1001),
    cancel: (jobs) => cancelJobs(slurm, jobs),
    explain: explainSlurm,
  };
}
