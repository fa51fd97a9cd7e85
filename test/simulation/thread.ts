// A thread of a simulation: it runs one program of programs.ts after the other, as the process that it is told to be.
import os from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { isFault } from "../../lib/record/fault.js";
import { renewPatience } from "../../lib/registry/awaited.js";
import { useDisk } from "../../lib/registry/disk.js";
import { ask, Killed, simulatedDisk, type Thread } from "./disk.js";
import { programs } from "./programs.js";
import { hear, type Job, memory, type Result, say, states } from "./protocol.js";
import { seed } from "./seeded.js";

const shared = memory(workerData as SharedArrayBuffer);
let job: Job;
let thread: Thread = { shared, dead: false };

Date.now = () => Math.floor(shared.clock[0] ?? 0);
os.hostname = () => job.host;
os.userInfo = (() => ({ username: job.user, uid: job.uid, gid: job.uid, homedir: "/", shell: null })) as never;
Object.defineProperty(process, "pid", { get: () => job.pid });

async function work(): Promise<Result> {
  thread = { shared, dead: false };
  seed(job.seed);
  const sleep = (ms: number) => void ask(thread, { op: "sleep", ms });
  useDisk({ fs: simulatedDisk(thread), sleep });
  renewPatience();
  try {
    const program = programs[job.program];
    if (!program) return { bug: `no program '${job.program}'` };
    return {
      value:
        (await program(job.args as never, {
          ...job,
          sleep,
          ask: (question) => ask(thread, { op: "ask", bytes: JSON.stringify(question) }),
          note: (said) => void ask(thread, { op: "note", bytes: said }),
        })) ?? null,
    };
  } catch (error) {
    if (error instanceof Killed) return { bug: "killed" };
    if (isFault(error)) return { fault: { code: error.code, message: error.message } };
    return { bug: String((error as Error).stack) };
  }
}

async function main(): Promise<void> {
  parentPort?.postMessage("ready");
  for (;;) {
    const state = Atomics.load(shared.control, 0);
    if (state !== states.runs) {
      Atomics.wait(shared.control, 0, state);
      continue;
    }
    job = hear<Job>(shared);
    say(shared, await work(), states.ended);
  }
}

void main();
