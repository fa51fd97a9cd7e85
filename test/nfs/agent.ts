// A process of one user on one client: does one thing after the other, as driver.ts asks, over the registry's own code.
// JSON lines in and out.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";
import type { Slot } from "../../lib/record/claim.js";
import { isFault } from "../../lib/record/fault.js";
import type { Lease, Reservation } from "../../lib/record/queue.js";
import { drawRunId } from "../../lib/record/run-id.js";
import type { Facts } from "../../lib/record/state.js";
import { aliasHistory, bindAlias } from "../../lib/registry/aliases.js";
import { generationsOf, holderOf, linkClaim, linkGo } from "../../lib/registry/claims.js";
import { useDisk } from "../../lib/registry/disk.js";
import { hostFiles } from "../../lib/registry/hosts.js";
import { initRegistry } from "../../lib/registry/init.js";
import { type Cursor, note, readEvents } from "../../lib/registry/journal.js";
import { envelope, runDirectory } from "../../lib/registry/layout.js";
import { leaseFiles } from "../../lib/registry/lease.js";
import { openRegistry, ownDirectory, type Registry } from "../../lib/registry/open.js";
import { list, readText } from "../../lib/registry/read.js";
import { openRun } from "../../lib/registry/runs.js";
import { onWrite, recordText, writeOnce } from "../../lib/registry/write.js";
import { sampleRun } from "../lib/record/sample.js";
import { putRun } from "../lib/registry/put-run.js";

export interface Person {
  name: string;
  uid: number;
  gid: number;
}

export interface Question {
  act: keyof typeof acts;
  args: unknown[];
  /** When all of a race begin (Unix time in ms). */
  at?: number;
  /** Dies by SIGKILL right before, or right after, its first link of a name that ends so. */
  dies?: { name: string; after?: boolean };
}

/** What came of it; a process that died gave no answer. */
export interface Answer {
  value?: unknown;
  fault?: { code: string; message: string };
  bug?: string;
  died?: true;
}

const base = "/mnt/shared/registry";
const at = "2026-01-01T00:00:00Z";
let opened: Registry | undefined;
let cursor: Cursor = new Map();

function registry(): Registry {
  opened ??= openRegistry(base, process.getuid?.() ?? 0);
  return opened;
}

const acts = {
  list: (directory: string) => list(directory).length,
  init: () => {
    const { made } = initRegistry({ base, uid: process.getuid?.() ?? 0, now: Date.now() });
    const mounts = fs.readFileSync("/proc/mounts", "utf8").split("\n");
    return { directories: made.length, mounts: mounts.filter((line) => / nfs4? /.test(line)) };
  },
  /** Looks for a file that is not there yet by every way in which a client may remember that. */
  missing: (file: string) => {
    const listed = list(path.dirname(file)).includes(path.basename(file));
    return !listed && !fs.existsSync(file) && readText(file) === undefined;
  },
  /** Writes it once, then reads what counts. */
  once: (file: string, text: string) => ({ did: writeOnce(file, text), read: readText(file) }),
  /** Reads a file after the rule of shared directories: its name is listed, then it is opened. */
  told: (file: string) => ({
    byName: fs.existsSync(file),
    listed: list(path.dirname(file)).includes(path.basename(file)),
    text: readText(file),
  }),
  note: (by: string, times: number) => {
    for (let n = 0; n < times; n += 1) {
      const failed = note(registry(), "test", undefined, { by, n, filler: "y".repeat((n * 397) % 3000) });
      if (failed) throw failed;
    }
    return times;
  },
  /** Follows the journal until so many events of these users have come, or time is up. */
  tail: (users: string[], wanted: number, seconds: number) => {
    const seen: Record<string, number[]> = {};
    const bad: string[] = [];
    const end = Date.now() + seconds * 1000;
    let count = 0;
    cursor = new Map();
    for (let last = false; ; ) {
      for (const { by, n } of readEvents(registry(), users, cursor, (message) => bad.push(message))) {
        if (by === undefined) continue;
        count += 1;
        seen[String(by)] = [...(seen[String(by)] ?? []), Number(n)];
      }
      if (last) return { seen, bad };
      last = count >= wanted || Date.now() > end;
      pause(50);
    }
  },
  /** Tries to be the one who has it; holders whose tokens are in `dead` are. */
  lease: (name: string, token: string, dead: string[]) => {
    const directory = ownDirectory(registry(), "leases");
    const mine: Lease = { type: "lease", v: 1, host: os.hostname(), boot: "b", pid: 1, pid_start: "1", token, at };
    return leaseFiles(directory, name, registry().uid).take(mine, (other) => !dead.includes(other.token));
  },
  /** Takes so many numbers of this host's log. */
  reserve: (times: number) => {
    ownDirectory(registry(), "queue");
    const { user, uid } = registry();
    const host = os.hostname();
    const files = hostFiles(registry(), host);
    const taken: number[] = [];
    const reports: string[] = [];
    while (taken.length < times) {
      const { next } = files.read((message) => reports.push(message));
      const takes = { gpus: [], cpus: 1, mem_bytes: 0, pid: 1, pid_start: "1" };
      const job = `local-aaaaaa-${taken.length + 1}`;
      const mine: Reservation = { type: "reservation", v: 1, host, boot: "b", user, uid, job, ...takes, at };
      if (files.link(next, mine) === "made") taken.push(next);
    }
    return { host, taken, reports };
  },
  reservations: (host: string) => {
    const reports: string[] = [];
    const { entries } = hostFiles(registry(), host).read((message) => reports.push(message));
    return { entries: entries.map(({ number, reservation }) => `${reservation.host}.${number}`).sort(), reports };
  },
  /** Gives a global name to one thing after the other, also where another has it. */
  bind: (name: string, by: string, times: number) => {
    const made: number[] = [];
    for (let i = 0; i < times; i += 1) {
      const target = { run: "20261120-201455-k7q3mz", run_user: registry().user, role: `${by}-${i}` };
      const bound = bindAlias(registry(), { scope: "global", name, target, at, force: true });
      if (bound.made) made.push(bound.alias.generation);
    }
    return made;
  },
  history: (name: string) => aliasHistory(registry(), undefined, name).map(({ generation }) => generation),
  create: (times: number) => {
    const { user } = registry();
    return Array.from({ length: times }, () => {
      const id = drawRunId(Date.now());
      putRun(registry(), sampleRun({ id, user }), "name = 'train'\n");
      return id;
    });
  },
  /** Those of these runs that are not there. */
  absent: (user: string, ids: string[]) => ids.filter((id) => openRun(registry(), user, id) === undefined),
  /** Writes one of the facts of a run of ours, as a job or a command does; says when it was there (Unix time in ms). */
  fact: (id: string, name: string, record: object) => {
    const file = path.join(envelope(runDirectory(base, registry().user, id)), name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    writeOnce(file, recordText({ v: 1, run: id, at, ...record }));
    return Date.now();
  },
  /** Looks at a run again and again until it shows this: when it did, and what it showed before. */
  sees: (user: string, id: string, what: keyof typeof shows, seconds: number) => {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; pause(100)) {
      const facts = openRun(registry(), user, id)?.facts;
      if (facts && shows[what](facts)) return Date.now();
    }
    return undefined;
  },
  claim: claimed,
  generations: (slot: Slot) => {
    const found = generationsOf(registry(), slot);
    return found.map(({ generation, claim, seal }) => `${generation} ${claim?.run} ${seal}`);
  },
  write: (file: string, text: string) => {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  },
  add: (file: string, text: string) => fs.appendFileSync(file, text),
  command: run,
};

const shows = {
  intent: ({ submissions }: Facts) => submissions[0]?.intent !== undefined,
  receipt: ({ submissions }: Facts) => submissions[0]?.receipt !== undefined,
  start: ({ attempts }: Facts) => attempts[0]?.start !== undefined,
  exit: ({ attempts }: Facts) => attempts[0]?.exit !== undefined,
  outcome: ({ outcome }: Facts) => outcome !== undefined,
};

export interface Claimed {
  role: "leads" | "follows";
  generation: number;
  run: string;
}

/**
 * Claims what a slot stands for, or follows who has: ends when a generation is sealed with go. Who doesn't get to see that
 * within `patience_ms` tries to make it void; the first claimant takes `thinks_ms` before the seal.
 */
function claimed(slot: Slot, run: string, patience_ms: number, thinks_ms: number): Claimed {
  ownDirectory(registry(), "runs");
  let began = Date.now();
  for (let last = 0; ; ) {
    const generations = generationsOf(registry(), slot);
    const holder = holderOf(generations);
    if (!holder) {
      linkClaim(registry(), slot, Math.max(0, ...generations.map(({ generation }) => generation)) + 1, { run });
      continue;
    }
    const { generation, claim, seal } = holder;
    const leads = claim.run === run;
    if (seal === "go") return { role: "follows", generation, run: claim.run };
    if (generation !== last) began = Date.now();
    last = generation;
    const isLate = Date.now() - began >= patience_ms;
    if (!leads && !isLate) {
      pause(100);
      continue;
    }
    if (leads && generation === 1) pause(thinks_ms);
    const sealed = leads
      ? linkGo(registry(), slot, generation, { run, submission: 1, by: "submit" })
      : linkGo(registry(), slot, generation, { run: claim.run, by: "advance", void: true });
    if (sealed.seal === "go") return { role: sealed.ours ? "leads" : "follows", generation, run: claim.run };
  }
}

interface Command {
  argv: string[];
  cwd: string;
  env: Record<string, string>;
  input?: string;
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function run({ argv, cwd, env, input = "" }: Command): Promise<Ended> {
  const [program = "", ...words] = argv;
  const child = spawn(program, words, { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...said }));
  });
}

function pause(ms: number): void {
  if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

const die = () => process.kill(process.pid, "SIGKILL");

/** A link is made before its temporary name goes: who dies then dies right after it. */
function dieAt({ name, after = false }: NonNullable<Question["dies"]>): void {
  onWrite((step, file) => {
    if (step !== "link" || !file.endsWith(name)) return;
    if (after) useDisk({ fs: { ...fs, unlinkSync: die }, sleep: pause });
    else die();
  });
}

async function answer({ act, args, at: when = 0, dies }: Question): Promise<Answer> {
  onWrite(undefined);
  useDisk();
  if (dies) dieAt(dies);
  pause(when - Date.now());
  try {
    const value = await (acts[act] as (...args: unknown[]) => unknown)(...args);
    return { value: value ?? null };
  } catch (error) {
    if (isFault(error)) return { fault: { code: error.code, message: error.message } };
    return { bug: String((error as Error).stack) };
  }
}

async function main({ uid, gid }: Person): Promise<void> {
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
  process.umask(0o022);
  for await (const line of readline.createInterface({ input: process.stdin }))
    fs.writeSync(1, `${JSON.stringify(await answer(JSON.parse(line) as Question))}\n`);
}

void main(JSON.parse(process.argv[2] ?? "") as Person);
