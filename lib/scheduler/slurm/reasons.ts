// Slurm's reasons for a job that waits, in words, and what can be done: the answer of lab-why.
import type { JobView } from "../../record/facts.js";
import { explainEnd } from "./ends.js";
import { explainLimit } from "./limits.js";

export interface Explanation {
  message: string;
  hint?: string;
}

const [wait, ask] = ["nothing need be done", "ask the cluster's administrators"];

/** Reasons of their own; those that tell of a limit of a QOS or an account are put into words by limits.ts. */
const reasons: Readonly<Record<string, [message: string, hint?: string]>> = {
  None: ["it was only just submitted, or the scheduler has not come to it yet", wait],
  Resources: [
    "it is next in its partition and waits for enough free resources",
    "asking for less time or fewer resources lets it start earlier",
  ],
  Priority: ["other jobs in its partition come first", "a shorter time limit lets it be fitted in between them"],
  Dependency: ["it waits for the jobs that it depends on"],
  DependencyNeverSatisfied: [
    "a job that it depends on did not end as it had to, so it can never start",
    "cancel it and run it again",
  ],
  BeginTime: ["its time to begin has not come; after a requeue Slurm waits some minutes", wait],
  JobHeldUser: ["it is held by its owner", "scontrol release lets it go"],
  JobHeldAdmin: [
    "it is held by an administrator, or by Slurm after it could not be started",
    "ask the cluster's administrators, or cancel it and run it again",
  ],
  JobHoldMaxRequeue: [
    "it was requeued too often, and Slurm holds it",
    "see its log for why it could not start; cancel it and run it again",
  ],
  JobArrayTaskLimit: ["as many elements of its array run as it allows", wait],
  Licenses: ["a licence that it needs is in use"],
  Reservation: ["its reservation has not begun, or is full"],
  ReservationDeleted: ["its reservation is gone", "cancel it and run it without the reservation"],
  ReservationInvalid: ["its reservation cannot be used", "cancel it and run it without the reservation"],
  ReqNodeNotAvail: [
    "nodes that it needs are down, drained or reserved",
    "sinfo shows their state; a maintenance reservation lets only jobs through that end before it",
  ],
  NodeDown: ["a node that it needs is down"],
  BadConstraints: [
    "no node can ever satisfy its constraints",
    "compare constraint with the features that sinfo -o '%N %f' shows",
  ],
  Constraints: [
    "no node satisfies its constraints now",
    "compare constraint with the features that sinfo -o '%N %f' shows",
  ],
  PartitionTimeLimit: [
    "it asks for more time than its partition allows, so it can never start",
    "ask for less time, or name another partition; sinfo -o '%P %l' shows their limits",
  ],
  PartitionNodeLimit: [
    "it asks for more or fewer nodes than its partition allows, or more than are up",
    "ask for another number of nodes, or name another partition",
  ],
  PartitionConfig: ["its partition does not allow what it asks for", "scontrol show partition tells what it does"],
  PartitionDown: ["its partition is down", "name another partition, or wait until it is up"],
  PartitionInactive: ["its partition is inactive", "name another partition, or wait until it is active"],
  AccountingPolicy: ["a limit of its account or QOS is reached"],
  AccountNotAllowed: ["its account may not use this partition", "name another account or partition"],
  InvalidAccount: ["its account is no longer valid", "name another account"],
  QOSNotAllowed: ["its QOS may not be used here", "name another qos, account or partition"],
  InvalidQOS: ["its QOS is no longer valid", "name another qos"],
  QOSUsageThreshold: ["its account has used too much for this QOS", "name another qos"],
  AssociationJobLimit: ["its account runs as many jobs as it may"],
  AssociationResourceLimit: ["its account uses as much as it may"],
  AssociationTimeLimit: ["its account has used the time that it may", ask],
  QOSJobLimit: ["as many jobs of its QOS run as may"],
  QOSResourceLimit: ["the jobs of its QOS use as much as they may"],
  QOSTimeLimit: ["the jobs of its QOS have used the time that they may", ask],
  JobLaunchFailure: [
    "it could not be started",
    "see the end of its Slurm log; its directory must be there, and writable, on the nodes",
  ],
  BurstBufferOperation: ["an operation of the burst buffer failed", ask],
  BurstBufferResources: ["the burst buffer has too little space now"],
  BurstBufferStageIn: ["its data are being brought to the burst buffer", wait],
  Cleaning: ["its last attempt is still being cleaned up", wait],
  Prolog: ["the cluster prepares its nodes", wait],
  SchedDefer: ["it asked to start at once, and Slurm defers such jobs"],
  SystemFailure: ["Slurm itself failed", ask],
  DeadLine: ["it cannot end before its deadline"],
  FedJobLock: ["the clusters of the federation settle which of them runs it", wait],
  FrontEndDown: ["no front end is up", ask],
  PowerNotAvail: ["there is not enough power", wait],
  PowerReserved: ["the power that is left is reserved", wait],
  MaxPoweredUpNodes: ["as many nodes are powered up as may be", wait],
  MpiPortsBusy: ["the ports for MPI are in use", wait],
  NvidiaImexChannels: ["no IMEX channel is free", wait],
  BlockFreeAction: ["its block is being freed", wait],
  BlockMaxError: ["its block had too many errors", ask],
  InactiveLimit: ["it was inactive for too long"],
  TimeLimit: ["it reached its time limit", "ask for more time"],
  OutOfMemory: ["it ran out of memory", "ask for more mem"],
  NonZeroExitCode: ["it failed by itself", "see its log"],
  RaisedSignal: ["it was ended by a signal", "see its log"],
};

/** Reasons that Slurm gives as a sentence. */
const sentences: readonly [RegExp, message: string, hint?: string][] = [
  [
    /launch[ _]failed[ _]requeued[ _]held/i,
    "it could not be started, was put back and is held",
    "see the node's Slurm log; scontrol release lets it go again",
  ],
  [
    /requeued in (special exit|held) state|job[ _]requeued[ _]in[ _]held[ _]state/i,
    "it was put back and is held",
    "scontrol release lets it go again",
  ],
  [
    /Nodes required for job are DOWN, DRAINED or reserved/i,
    "the nodes that it needs are down, drained or reserved for partitions that come first",
    "sinfo shows their state",
  ],
  [/^Reservation .* has ended/, "the reservation in which it ran has ended"],
];

/** What a view says of a job that waits or has ended, for a person. Pure; a word that is not known is passed on as it is. */
export function explainSlurm(view: JobView): Explanation {
  if (view.phase === "ended") return neverBegan(view) ?? explainEnd(view);
  if (view.phase !== "pending") return { message: `it is ${(view.word ?? view.phase).toLowerCase()}` };
  return { ...(explainState(view.word) ?? explainReason(view.reason ?? "None")) };
}

/** A job that Slurm itself failed before it began (what sbatch was refused may stay in the queue as such) has a reason, no exit. */
function neverBegan({ verdict, reason, exit_code, signal }: JobView): Explanation | undefined {
  const began = exit_code !== undefined || signal !== undefined;
  return verdict === "failed" && reason !== undefined && !began ? explainReason(reason) : undefined;
}

/** States of a waiting job that say more than their reason. */
function explainState(word: string | undefined): Explanation | undefined {
  if (word === "CONFIGURING") return { message: "its nodes are being started or prepared", hint: wait };
  if (word === "SPECIAL_EXIT")
    return { message: "it ended with a code for which it is held", hint: "scontrol release lets it go again" };
  if (word === "RESV_DEL_HOLD")
    return {
      message: "it is held, since its reservation is gone",
      hint: "cancel it and run it without the reservation",
    };
  return undefined;
}

function explainReason(reason: string): Explanation {
  const sentence = sentences.find(([pattern]) => pattern.test(reason));
  if (sentence !== undefined)
    return { message: sentence[1], ...(sentence[2] === undefined ? {} : { hint: sentence[2] }) };
  const [, word = reason, rest] = /^(\w+)(?:[,(]\s*(.*?)\)?)?$/s.exec(reason) ?? [];
  const own = Object.hasOwn(reasons, word) ? reasons[word] : undefined;
  const found =
    own === undefined ? explainLimit(word) : { message: own[0], ...(own[1] === undefined ? {} : { hint: own[1] }) };
  if (found === undefined) return { message: `Slurm says ${reason}` };
  return { ...found, message: rest ? `${found.message} (${rest})` : found.message };
}
