// How many more jobs Slurm would take: what its settings, and the limits of accounts and QOSs, leave beside one's own queue.
// What it cannot see (jobs of others, limits of accounts further up) a refusal tells.
import os from "node:os";
import type { Room, RoomOf } from "../scheduler.js";
import { type SlurmClient, unanswered } from "./client.js";
import { formatOf, separator } from "./queue-rows.js";
import { slurmSettings } from "./settings.js";
import { standing, stateWord } from "./states.js";
import { troubleOf } from "./trouble.js";

/** A job of the caller's in slurmctld's memory. */
interface Held {
  ended: boolean;
  account: string;
  qos: string;
}

/** Limits of one association or QOS: absent is none. */
interface Limits {
  account?: string;
  qos?: string;
  most: number;
}

/** A function that asks, and remembers the settings and limits; the queue it asks each time. Faults: `unavailable`. */
export function roomFinder(slurm: SlurmClient): (of: RoomOf) => Promise<Room> {
  let known: Promise<{ max_array_size: number; max_jobs: number; limits: Limits[]; qos?: string }> | undefined;
  return async (of) => {
    known ??= knownLimits(slurm).catch((error) => {
      known = undefined;
      throw error;
    });
    const [{ max_array_size, max_jobs, limits, qos: usual }, held] = await Promise.all([known, heldJobs(slurm)]);
    const alive = held.filter(({ ended }) => !ended);
    const qos = of.qos ?? usual;
    const left = limits
      .filter((one) => one.qos === undefined || one.qos === qos)
      .filter((one) => one.account === undefined || of.account === undefined || one.account === of.account)
      .map(({ most, account, qos: its }) => {
        const counted = alive.filter(
          (job) => (its === undefined || job.qos === its) && (!account || job.account === account),
        );
        return most - counted.length;
      });
    return { max_array_size, room: Math.max(0, Math.min(max_jobs - held.length, ...left)) };
  };
}

async function knownLimits(slurm: SlurmClient) {
  const settings = await slurmSettings(slurm);
  const number = (name: string) => {
    const value = settings.get(name);
    return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
  };
  const enforced = /limits|safe/.test(settings.get("AccountingStorageEnforce") ?? "");
  const accounts = enforced ? await accountLimits(slurm) : { limits: [] };
  return { max_array_size: number("MaxArraySize") ?? 1001, max_jobs: number("MaxJobCount") ?? Infinity, ...accounts };
}

/** Of the caller's own associations, and of all QOSs; nothing where the database does not answer: then refusals tell. */
async function accountLimits(slurm: SlurmClient): Promise<{ limits: Limits[]; qos?: string }> {
  const associations = await told(slurm, [
    "show",
    "assoc",
    "where",
    `user=${os.userInfo().username}`,
    "format=account,maxsubmit,grpsubmit,defaultqos",
  ]);
  const qualities = await told(slurm, ["show", "qos", "format=name,maxsubmitpu,maxsubmitpa,grpsubmit"]);
  const most = (...values: (string | undefined)[]) =>
    Math.min(...values.map((value) => (value && /^\d+$/.test(value) ? Number(value) : Infinity)));
  const usual = associations[0]?.[3];
  return {
    limits: [
      // Which of several she would be given where she names none is not known here.
      ...associations.map(([account = "", own, all]) => ({ account, most: most(own, all) })),
      ...qualities.map(([qos = "", user, account, all]) => ({ qos, most: most(user, account, all) })),
    ].filter((one) => Number.isFinite(one.most)),
    ...(usual ? { qos: usual.split(",")[0] ?? usual } : {}),
  };
}

/** Rows of sacctmgr's. */
async function told(slurm: SlurmClient, argv: readonly string[]): Promise<string[][]> {
  const answer = await slurm("sacctmgr", ["--noheader", "--parsable2", ...argv]);
  if (answer.code !== 0) return [];
  return answer.stdout.split("\n").flatMap((line) => (line === "" ? [] : [line.split("|")]));
}

async function heldJobs(slurm: SlurmClient): Promise<Held[]> {
  const format = formatOf(["State", "Account", "QOS"]);
  const answer = await slurm("squeue", ["--me", "--array", "--all", "--noheader", "--states=all", format]);
  if (troubleOf(answer) !== undefined) throw unanswered(answer, "ask Slurm for the queue");
  return answer.stdout.split("\n").flatMap((line) => {
    const [state, account, qos] = line.split(separator);
    if (state === undefined || account === undefined || qos === undefined) return [];
    return [{ ended: standing(stateWord(state).word, { source: "queue" }).phase === "ended", account, qos }];
  });
}
