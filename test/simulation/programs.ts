// What processes do in simulations: each a small use of the real lib/registry.
import path from "node:path";
import type { Lease, Reservation } from "../../lib/record/queue.js";
import { aliasHistory, bindAlias, currentAlias } from "../../lib/registry/aliases.js";
import { hostFiles } from "../../lib/registry/hosts.js";
import { type Cursor, note, readEvents } from "../../lib/registry/journal.js";
import { leaseFiles } from "../../lib/registry/lease.js";
import { openRegistry } from "../../lib/registry/open.js";
import { readText } from "../../lib/registry/read.js";
import { processStart } from "../../lib/registry/submissions.js";
import { append, replace, writeOnce } from "../../lib/registry/write.js";
import { writeMany } from "../../lib/registry/write-many.js";
import { reserve } from "../../lib/scheduler/local/reserve.js";
import { claimPrograms } from "./claiming.js";
import { base } from "./place.js";
import type { Job } from "./protocol.js";
import { runPrograms } from "./running.js";

export interface Here extends Job {
  sleep(ms: number): void;
  /** Asks whoever answers outside of the file system. */
  ask(question: unknown): unknown;
  /** Tells whoever judges. */
  note(said: string): void;
}

const at = "2026-11-20T12:00:00Z";

export const programs: Record<string, (args: never, here: Here) => unknown> = {
  ...claimPrograms,
  ...runPrograms,

  /** Writes a file once, and says what it was told and what it then read. */
  once: ({ file, text }: { file: string; text: string }) => ({ said: writeOnce(file, text), read: readText(file) }),

  /** Writes files once each, side by side, and says the same of each. */
  onceMany: async ({ files }: { files: { file: string; text: string }[] }) => {
    const said = await writeMany(files.map((one) => ({ ...one, mode: 0o640 })));
    return files.map(({ file }, i) => ({ said: said[i], read: readText(file) }));
  },

  /** Every other text that it reads. */
  read: ({ file, times }: { file: string; times: number }, { sleep }) => {
    const seen: string[] = [];
    for (let i = 0; i < times; i += 1) {
      const text = readText(file);
      if (text !== undefined && text !== seen.at(-1)) seen.push(text);
      sleep(700);
    }
    return seen;
  },

  replace: ({ file, times }: { file: string; times: number }) => {
    const done: number[] = [];
    for (let i = 1; i <= times; i += 1) {
      const filler = "x".repeat(50 * (i % 5));
      if (tried(() => replace(file, `${JSON.stringify({ i, filler })}\n`))) done.push(i);
    }
    return done;
  },

  append: ({ file, times }: { file: string; times: number }, { pid }) => {
    const done: string[] = [];
    for (let i = 1; i <= times; i += 1) {
      const line = JSON.stringify({ pid, i, filler: "y".repeat(20 * (i % 4)) });
      if (tried(() => append(file, line))) done.push(line);
    }
    return done;
  },

  note: ({ times }: { times: number }, { uid, pid, sleep }) => {
    const registry = openRegistry(base, uid);
    const done: string[] = [];
    for (let i = 1; i <= times; i += 1) {
      const word = `${pid}-${i}`;
      if (note(registry, "tested", undefined, { word }) === undefined) done.push(word);
      sleep(300);
    }
    return done;
  },

  /** Follows the journal from the beginning, by offsets. */
  follow: ({ users, times }: { users: string[]; times: number }, { uid, sleep }) => {
    const registry = openRegistry(base, uid);
    const cursor: Cursor = new Map();
    const [words, bad]: [unknown[], string[]] = [[], []];
    for (let i = 0; i < times; i += 1) {
      words.push(...readEvents(registry, users, cursor, (message) => bad.push(message)).map((event) => event["word"]));
      sleep(900);
    }
    return { words, bad };
  },

  /** Takes a lease, does something under it, gives it back. */
  lease: ({ times }: { times: number }, { uid, pid, host, sleep, note: say }) => {
    const files = leaseFiles("/lab/leases", `worker-${host}`, uid);
    const isAlive = (other: Lease) => processStart(other.pid) !== undefined;
    let held = 0;
    for (let i = 1; i <= times; i += 1) {
      const token = `${pid}-${i}`;
      const mine: Lease = { type: "lease", v: 1, host, boot: "b", pid, pid_start: `${pid}`, token, at };
      // Where it cannot be known whether it was taken, nobody works under it.
      if (tried(() => files.take(mine, isAlive)) === true) {
        say("holds");
        held += 1;
        sleep(500);
        say("ends");
        tried(() => files.release(mine));
      }
      sleep(200);
    }
    return held;
  },

  /** Takes the one GPU of its host, works, and gives it back. */
  reserve: ({ times }: { times: number }, { uid, user, host, pid, sleep, note: say }) => {
    const log = hostFiles(openRegistry(base, uid), host);
    const reserving = {
      reservations: log,
      here: { host, boot: "b" },
      capacity: { cpus: 1000, gpus: 1, mem_bytes: 0 },
      // A file that is taken away and put there again between two looks is told of.
      report: () => {},
    };
    let had = 0;
    for (let i = 1; i <= times; i += 1) {
      const job = `local-abcdef-${pid * 100 + i}`;
      const mine = reservation({ host, user, uid, job, pid, pid_start: `${pid}` });
      // Others, who ask for no GPU, come and go meanwhile.
      const other = tried(() => reserve(reserving, { ...mine, gpus: [] }));
      const number = tried(() => reserve(reserving, mine));
      if (typeof number === "number") {
        say("holds");
        had += 1;
        sleep(300);
        say("ends");
        tried(() => log.end([number]));
      }
      if (typeof other === "number") tried(() => log.end([other]));
      sleep(100);
    }
    return { had };
  },

  /** Gives a name to one thing after the other. */
  bind: (
    { scope, things, once = false }: { scope: "global" | "user"; things: string[]; once?: boolean },
    { uid, sleep },
  ) => {
    const registry = openRegistry(base, uid);
    const made: number[] = [];
    for (const artifact of things) {
      const binding = { scope, name: "best", target: { artifact }, at, force: true, once };
      const bound = tried(() => bindAlias(registry, binding));
      if (bound && bound !== true && bound.made) made.push(bound.alias.generation);
      sleep(400);
    }
    return made;
  },

  /** What a name means, again and again, and what it has meant. */
  named: ({ user, times }: { user?: string; times: number }, { uid, sleep }) => {
    const registry = openRegistry(base, uid);
    const seen: number[] = [];
    for (let i = 0; i < times; i += 1) {
      seen.push(currentAlias(registry, user, "best")?.generation ?? 0);
      sleep(900);
    }
    const history = aliasHistory(registry, user, "best").map(({ generation, artifact }) => ({ generation, artifact }));
    return { seen, history };
  },
};

function reservation(of: Pick<Reservation, "host" | "user" | "uid" | "job" | "pid" | "pid_start">): Reservation {
  return { type: "reservation", v: 1, boot: "b", gpus: [0], cpus: 1, mem_bytes: 0, at, ...of };
}

/** What went wrong outside stops no program here; undefined then. A bug does. */
export function tried<T>(act: () => T): T | true | undefined {
  try {
    return act() ?? true;
  } catch (error) {
    if (error instanceof Error && error.name === "Fault") return undefined;
    throw error;
  }
}

export function areaOf(...parts: string[]): string {
  return path.join(base, ...parts);
}
