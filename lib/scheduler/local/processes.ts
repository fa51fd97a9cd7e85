// What Linux says of processes. A process is its pid together with the clock tick at which it started.
import fs from "node:fs";
import os from "node:os";
import { kill, pid as ownPid, uptime } from "node:process";
import { errnoOf } from "../../record/fault.js";

export interface ProcessId {
  pid: number;
  pid_start: string;
}

/** This boot of this machine, or undefined where there is no Linux /proc. */
export function bootId(): string | undefined {
  return textOf("/proc/sys/kernel/random/boot_id")?.trim();
}

/** When the process started, in the kernel's ticks; undefined if it is gone (a zombie is). */
export function processStart(pid: number): string | undefined {
  return liveStat(pid)?.start;
}

export function isRunning({ pid, pid_start }: ProcessId): boolean {
  return processStart(pid) === pid_start;
}

/**
 * How long ago (seconds) a process of this boot started, by the kernel's clock, which nobody sets. Two ways to tell the
 * present: a container may have an uptime of its own, and our own age leaves out the time that the machine slept.
 */
export function ageOf({ pid_start }: Pick<ProcessId, "pid_start">): number {
  const self = Number(processStart(ownPid)) / ticks + uptime();
  const machine = Number(textOf("/proc/uptime")?.split(" ")[0]);
  return Math.max(0, Math.max(self, machine || 0) - Number(pid_start) / ticks);
}

/** The kernel's clock ticks in a second, as it tells them to programs on every machine that Node runs on. */
const ticks = 100;

/** What a process that may be another user's is doing: of one that may not be inspected it is assumed that it runs. */
export function standingOf({ pid, pid_start }: ProcessId): "running" | "stopped" | "gone" {
  const stat = statOf(pid);
  if (!stat) return isHidden(pid) ? "running" : "gone";
  if (stat.start !== pid_start || isDead(stat)) return "gone";
  return stat.state === "T" || stat.state === "t" ? "stopped" : "running";
}

/**
 * Whether anything is left of the session that this process began, whosever it is. The number of a session is given to
 * no new process as long as one is in it.
 */
export function sessionRemains(leader: ProcessId): boolean {
  const stat = statOf(leader.pid);
  if (stat && stat.start !== leader.pid_start) return false;
  if (stat ? !isDead(stat) : isHidden(leader.pid)) return true;
  return numbersIn("/proc").some((pid) => liveStat(pid)?.session === leader.pid);
}

/** A process that is there but shows nothing of itself. */
function isHidden(pid: number): boolean {
  try {
    kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === "EPERM";
  }
}

/**
 * The processes of a job that are there: those of its session, and those that left the session but carry its id in their
 * environment, as a daemon does. Another user's processes are never among them.
 */
export function processesOf(session: number, variable: string): ProcessId[] {
  const found: ProcessId[] = [];
  const { uid } = os.userInfo();
  for (const pid of numbersIn("/proc")) {
    if (pid === ownPid || ownerOf(pid) !== uid) continue;
    const stat = liveStat(pid);
    if (stat && (stat.session === session || carries(pid, variable))) found.push({ pid, pid_start: stat.start });
  }
  return found;
}

/** Sends a signal to the process, unless it is gone. */
export function signalProcess(id: ProcessId, signal: NodeJS.Signals): void {
  if (isRunning(id)) send(id.pid, signal);
}

/** Sends a signal to all of the group that this process leads, unless the leader is gone. */
export function signalGroup(leader: ProcessId, signal: NodeJS.Signals): void {
  if (isRunning(leader)) send(-leader.pid, signal);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    kill(pid, signal);
  } catch (error) {
    // Gone in the meantime, or it has become another user's: neither is ours to end.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}

interface Stat {
  state: string;
  session: number;
  start: string;
}

function statOf(pid: number): Stat | undefined {
  const text = textOf(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // proc(5): the name, in parentheses, may hold anything; what follows it starts with field 3, the state.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state = "", session, start] = [fields[0], fields[3], fields[19]];
  return start === undefined ? undefined : { state, session: Number(session), start };
}

function isDead({ state }: Stat): boolean {
  return state === "Z" || state === "X";
}

function liveStat(pid: number): Stat | undefined {
  const stat = statOf(pid);
  return stat && !isDead(stat) ? stat : undefined;
}

function numbersIn(directory: string): number[] {
  return fs.readdirSync(directory).map(Number).filter(Number.isInteger);
}

function carries(pid: number, variable: string): boolean {
  return textOf(`/proc/${pid}/environ`)?.split("\0").includes(variable) ?? false;
}

function ownerOf(pid: number): number | undefined {
  try {
    return fs.statSync(`/proc/${pid}`).uid;
  } catch {
    return undefined;
  }
}

function textOf(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
