// What Linux says of processes. A process is its pid together with the clock tick at which it started.
import fs from "node:fs";
import os from "node:os";
import { kill, pid as ownPid } from "node:process";

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
  return statOf(pid)?.start;
}

export function isRunning({ pid, pid_start }: ProcessId): boolean {
  return processStart(pid) === pid_start;
}

/**
 * The processes of a job that are there: those of its session, and those that left the session but carry its id in their
 * environment, as a daemon does. Another user's processes are never among them.
 */
export function processesOf(session: number, variable: string): ProcessId[] {
  const found: ProcessId[] = [];
  const { uid } = os.userInfo();
  for (const name of fs.readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === ownPid || ownerOf(pid) !== uid) continue;
    const stat = statOf(pid);
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

function statOf(pid: number): { session: number; start: string } | undefined {
  const text = textOf(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // proc(5): the name, in parentheses, may hold anything; what follows it starts with field 3, the state.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, session, start] = [fields[0], fields[3], fields[19]];
  if (state === "Z" || state === "X" || start === undefined) return undefined;
  return { session: Number(session), start };
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
