// Several hosts on one file server, in simulated time: processes are threads that run the real lib/registry, one at a time,
// and a seed decides who moves next, what the network does to it, and who is stopped or killed where.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Worker } from "node:worker_threads";
import esbuild from "esbuild";
import { root } from "../support/sandbox.js";
import { clientHost, type Host, type Staleness } from "./client.js";
import {
  type Answer,
  type Call,
  hear,
  type Job,
  type Memory,
  memory,
  memorySize,
  type Result,
  say,
  states,
} from "./protocol.js";
import { type Random, randomOf } from "./random.js";
import { Errno, fileServer, type Server } from "./server.js";

/** What goes wrong, as probabilities of each system call, or of each process. */
export interface Weather {
  stale: Staleness;
  /** A request is sent twice: who made it is told EEXIST or ENOENT though it was done. */
  twice: number;
  /** A request was done, but its answer got lost: EIO. */
  lost: number;
  /** A request was not done: EIO. */
  io: number;
  /** A look at a file finds its handle stale. */
  handle: number;
  /** A process is stopped for minutes somewhere. */
  stop: number;
  /** A process is killed somewhere. */
  kill: number;
  /** The file system is full, over quota or read-only for a while. */
  full: number;
  /** How far clocks are off, at most (milliseconds). */
  skew: number;
}

export const calm: Weather = {
  stale: { names: 30_000, attributes: 3000, listings: 0 },
  twice: 0,
  lost: 0,
  io: 0,
  handle: 0,
  stop: 0,
  kill: 0,
  full: 0,
  skew: 0,
};

export interface Process {
  host: string;
  /** Its number is the uid. */
  user?: { name: string; uid: number };
  program: string;
  args?: unknown;
  /** When it begins, from now (milliseconds). */
  after?: number;
  /** Neither stopped nor killed. */
  steady?: boolean;
}

export type Outcome = Result | { dead: true };

/** A program as the threads run it: `edits` change the source of lib, to see whether a test would notice. */
export interface Edit {
  file: string;
  from: string;
  to: string;
}

export interface Crew {
  threads: Thread[];
  end(): Promise<void>;
}

interface Thread {
  memory: Memory;
  worker: Worker;
}

/** Starts the threads; they are used for one simulation after the other. */
export async function crew(size: number, edits: Edit[] = []): Promise<Crew> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "lab-simulation-"));
  const file = path.join(directory, "thread.cjs");
  const left = new Set(edits);
  await esbuild.build({
    entryPoints: [path.join(root, "test/simulation/thread.ts")],
    outfile: file,
    bundle: true,
    platform: "node",
    target: "node20",
    logLevel: "warning",
    plugins: [
      {
        name: "seeded",
        setup(build) {
          const instead = (name: string) => ({ path: path.join(root, "test/simulation", name) });
          build.onResolve({ filter: /\/(random|processes)\.js$/ }, ({ path: name, importer }) => {
            if (!importer.includes("/lib/")) return undefined;
            return name.endsWith("/random.js") ? instead("seeded.ts") : instead("processes.ts");
          });
          build.onLoad({ filter: /\/(lib|test\/simulation)\/.*\.ts$/ }, ({ path: name }) => {
            let contents = fs.readFileSync(name, "utf8");
            for (const edit of edits.filter((one) => name.endsWith(one.file))) {
              if (!contents.includes(edit.from)) throw new Error(`${edit.file} has no '${edit.from}'`);
              contents = contents.replace(edit.from, edit.to);
              left.delete(edit);
            }
            return { contents, loader: "ts" };
          });
        },
      },
    ],
  });
  if (left.size > 0) throw new Error(`not in the program: ${[...left].map(({ file }) => file).join(", ")}`);
  const threads = Array.from({ length: size }, () => {
    const buffer = new SharedArrayBuffer(memorySize);
    const worker = new Worker(file, { workerData: buffer, stdout: false, stderr: false });
    return { memory: memory(buffer), worker };
  });
  await Promise.all(threads.map(({ worker }) => new Promise((resolve) => worker.once("message", resolve))));
  fs.rmSync(directory, { recursive: true });
  const end = async () => {
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  };
  return { threads, end };
}

interface Running {
  process: Process;
  thread: Thread;
  view: ReturnType<Host["forProcess"]>;
  call?: Call;
  at: number;
  calls: number;
  stopsAt?: number;
  killedAt?: number;
  outcome?: Outcome;
  label: string;
  skew: number;
  pid: number;
}

/** What a process said outside of the file system, for whoever judges it. */
export interface Note {
  at: number;
  pid: number;
  said: string;
}

export type Simulation = ReturnType<typeof simulation>;

const epoch = Date.parse("2026-11-20T12:00:00Z");
/** No simulation here needs so many; one that does goes round in circles. */
const most = { calls: 60_000, ms: 30 * 86_400_000 };

/** A server with nothing on it but what `prepare` puts there, and hosts as they come. */
export function simulation({ threads }: Crew, seed: number, weather: Weather) {
  const random = randomOf(seed);
  let time = epoch;
  let current = weather;
  const now = () => time;
  const server = fileServer(now);
  const hosts = new Map<string, { host: Host; skew: number }>();
  const trace: string[] = [];
  let pid = 100;
  const living = new Set<number>();
  const notes: Note[] = [];
  let world: (question: unknown, pid: number) => unknown = () => undefined;
  let trouble: { from: number; to: number; code: string } | undefined;

  function hostOf(name: string): { host: Host; skew: number } {
    const found = hosts.get(name);
    if (found) return found;
    const beforeWrite = () => {
      if (trouble && time >= trouble.from && time < trouble.to) throw new Errno(trouble.code);
    };
    const host = clientHost(server, now, random.split(), weather.stale, { beforeWrite });
    const made = { host, skew: current.skew === 0 ? 0 : random.below(2 * current.skew) - current.skew };
    hosts.set(name, made);
    return made;
  }

  /** Most calls take a moment, some long. */
  function delay(): number {
    return random.pick([0.2, 0.3, 0.5, 1, 1, 2, 5, 20, 150, 2000]) * (0.5 + random.below(1000) / 1000);
  }

  function start(process: Process, thread: Thread): Running {
    const { host, skew } = hostOf(process.host);
    pid += 1;
    living.add(pid);
    const user = process.user ?? { name: "root", uid: 0 };
    const job: Job = {
      program: process.program,
      args: process.args ?? {},
      host: process.host,
      pid,
      uid: user.uid,
      user: user.name,
      seed: random.below(2 ** 31),
      skew,
    };
    const label = `${process.host}/${user.name}/${process.program}`;
    const running: Running = {
      process,
      thread,
      view: host.forProcess(user.uid),
      at: time + (process.after ?? 0) + random.below(50),
      calls: 0,
      label,
      skew,
      pid,
    };
    if (!process.steady && random.chance(current.stop)) running.stopsAt = 1 + random.below(40);
    if (!process.steady && random.chance(current.kill)) running.killedAt = 1 + random.below(40);
    thread.memory.clock[0] = running.at + skew;
    say(thread.memory, job, states.runs);
    wait(running);
    return running;
  }

  /** Lets the thread run up to its next call or its end. */
  function wait(running: Running): void {
    const { memory: shared } = running.thread;
    while (Atomics.load(shared.control, 0) === states.runs) {
      if (Atomics.wait(shared.control, 0, states.runs, 20_000) === "timed-out")
        throw new Error(`${running.label} does not come back`);
    }
    if (Atomics.load(shared.control, 0) === states.asks) {
      running.call = hear<Call>(shared);
      if (running.call.op === "sleep") running.at += running.call.ms ?? 0;
      return;
    }
    const result = hear<Result>(shared);
    running.outcome ??= result;
    end(running);
  }

  function end(running: Running): void {
    running.view.end();
    if (living.delete(running.pid)) notes.push({ at: time, pid: running.pid, said: "gone" });
  }

  /** What the process is told of its call. */
  function answer(running: Running, call: Call): Answer {
    const changes = ["link", "mkdir", "unlink", "rename", "rmdir"].includes(call.op) || isExclusive(call);
    const looks = ["lstat", "readdir", "read", "fstat"].includes(call.op);
    const after =
      changes && random.chance(current.twice)
        ? twiceOf(call)
        : changes && random.chance(current.lost)
          ? "EIO"
          : undefined;
    try {
      if (call.op === "sleep") return { value: null };
      if (call.op === "alive") return { value: living.has(call.fd ?? 0) };
      if (call.op === "ask") return { value: world(JSON.parse(call.bytes ?? "null"), running.pid) ?? null };
      if (call.op === "note") {
        notes.push({ at: time, pid: running.pid, said: call.bytes ?? "" });
        return { value: null };
      }
      // Whoever closes hears only of what was written; see flush in client.ts.
      if (call.op !== "close" && random.chance(current.io)) throw new Errno("EIO");
      if (looks && random.chance(current.handle)) throw new Errno("ESTALE");
      return { value: running.view.call(call, after) ?? null };
    } catch (error) {
      if (error instanceof Errno) return { errno: error.code };
      throw error;
    }
  }

  function step(running: Running): void {
    const call = running.call as Call;
    running.calls += 1;
    if (running.outcome === undefined && running.killedAt === running.calls) {
      running.outcome = { dead: true };
      end(running);
      tell(running, call, { dies: true });
    } else if (running.outcome) tell(running, call, { dies: true });
    else tell(running, call, answer(running, call));
  }

  function tell(running: Running, call: Call, said: Answer): void {
    if (!("dies" in said) || running.killedAt === running.calls)
      trace.push(
        `${((time - epoch) / 1000).toFixed(3)} ${running.label} ${JSON.stringify(call)} -> ${JSON.stringify(said)}`.slice(
          0,
          400,
        ),
      );
    running.at = time + ("dies" in said ? 0 : delay());
    if (running.stopsAt === running.calls) running.at += random.pick([5, 20, 40, 100, 700, 3000]) * 1000;
    running.thread.memory.clock[0] = time + running.skew;
    say(running.thread.memory, said, states.runs);
    wait(running);
  }

  /** Runs processes at once, to their ends; gives how each ended, in their order. */
  function run(processes: Process[]): Outcome[] {
    if (processes.length > threads.length) throw new Error(`${processes.length} processes need as many threads`);
    if (random.chance(current.full)) {
      const from = time + random.below(3000);
      trouble = { from, to: from + random.below(20_000), code: random.pick(["ENOSPC", "EDQUOT", "EROFS"]) };
    }
    const all = processes.map((process, i) => start(process, threads[i] as Thread));
    const [begun, before] = [time, trace.length];
    for (;;) {
      const next = all.filter(({ thread }) => Atomics.load(thread.memory.control, 0) === states.asks);
      if (next.length === 0) break;
      const one = next.reduce((a, b) => (b.at < a.at ? b : a));
      time = Math.max(time, one.at);
      if (trace.length - before > most.calls || time - begun > most.ms) throw new Error(`no end: ${told()}`);
      step(one);
    }
    return all.map(({ outcome }) => outcome as Outcome);
  }

  /** What happened last, for who must find out why. */
  function told(): string {
    return `seed ${seed}\n${trace.slice(-250).join("\n")}`;
  }

  return {
    server,
    seed,
    run,
    told,
    now,
    notes,
    calls: () => trace.length,
    /** Makes a directory as the server's own user. */
    directory(at: string, mode = 0o755, uid = 0): void {
      const name = path.basename(at);
      const dir = server.at(path.dirname(at));
      if (!dir) throw new Error(`no ${path.dirname(at)}`);
      server.create(dir.ino, name, true, 0o040000 | mode, uid);
    },
    file(at: string, text: string, uid = 0): void {
      const dir = server.at(path.dirname(at));
      const ino = server.create((dir as { ino: number }).ino, path.basename(at), false, 0o100640, uid);
      server.write(ino, Buffer.from(text), 0);
    },
    text: (at: string) => server.at(at)?.data.toString("utf8"),
    /** Who answers what processes ask outside of the file system. */
    answering(answer: typeof world): void {
      world = answer;
    },
    isLiving: (one: number) => living.has(one),
    names: (at: string) => [...(server.at(at)?.names.keys() ?? [])].sort(),
    /** From now on this weather; what hosts know they keep. */
    turn(next: Partial<Weather>): void {
      current = { ...current, ...next };
      trouble = undefined;
    },
    pass(ms: number): void {
      time += ms;
    },
  };
}

function isExclusive({ op, flags = 0 }: Call): boolean {
  return op === "open" && (flags & fs.constants.O_EXCL) !== 0;
}

function twiceOf({ op }: Call): string {
  return op === "unlink" || op === "rename" || op === "rmdir" ? "ENOENT" : "EEXIST";
}

export type { Random, Server };
