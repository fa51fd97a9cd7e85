// What is done with a run from its plan to its end: by who sends it, by passes on several hosts, by who cancels it and who
// looks. All of it is the real lib/pass and lib/registry but the job's own part, which is bash in truth.
import path from "node:path";
import type { Asker } from "../../lib/pass/answer.js";
import { openMemory } from "../../lib/pass/memory.js";
import { passTime } from "../../lib/pass/pass-time.js";
import { reconcile } from "../../lib/pass/reconcile.js";
import { registerRun } from "../../lib/pass/register.js";
import { settle, voidUnsubmitted } from "../../lib/pass/settle.js";
import { submitRun } from "../../lib/pass/submit.js";
import { type Exit, type Receipt, receiptSchema, type Start, startSchema } from "../../lib/record/facts.js";
import { isFault } from "../../lib/record/fault.js";
import { stateOf, usualGraces } from "../../lib/record/state.js";
import { timestamp } from "../../lib/record/units.js";
import { decide, decideAll, decideBeside } from "../../lib/registry/decisions.js";
import { fs } from "../../lib/registry/disk.js";
import { envelope, numbered, runDirectory } from "../../lib/registry/layout.js";
import { openRegistry, type Registry } from "../../lib/registry/open.js";
import { list, readRecord } from "../../lib/registry/read.js";
import { createRun, marked, openRun } from "../../lib/registry/runs.js";
import { linkIntent, nextSubmission, writeRequest, writeSubmissionFiles } from "../../lib/registry/submissions.js";
import { makeDirectory, recordText, writeOnce } from "../../lib/registry/write.js";
import { sampleRun } from "../lib/record/sample.js";
import { base } from "./place.js";
import type { Here } from "./programs.js";
import { schedulerFor } from "./slurm.js";

/** What a job comes to, and how long that takes (milliseconds). */
export interface Work {
  takes: number;
  code: number;
}

/** What was to be seen of a run at one moment. */
export interface Seen {
  run: string;
  state: string;
  mode?: string | undefined;
  job?: string | undefined;
  exit_code?: number | undefined;
  final: boolean;
  /** When it was written down that it has ended. */
  settled_at?: string | undefined;
}

const owner = "ann";
const dirOf = (run: string) => runDirectory(base, owner, run);

export const runPrograms = {
  /** Makes runs and gives each to the scheduler, as lab-create, lab-render-sbatch and lab-submit do one after the other. */
  send: async ({ runs }: { runs: string[] }, here: Here) => {
    const registry = openRegistry(base, here.uid);
    for (const id of runs) {
      await again(here, () => createRun(registry, planned(id, here), "name = 'train'\n"));
      await again(here, () => render(registry, id));
      const sender = {
        registry,
        asker: askerOf(registry),
        scheduler: schedulerFor(here),
        now: () => Date.now(),
        patience_ms: 10_000,
        sleep: async (ms: number) => here.sleep(ms),
      };
      const n = Math.max(...list(envelope(dirOf(id))).map((name) => numbered(name, "submit-") ?? 0));
      const submission = { n, script: "script.sh", context: "context.json" };
      try {
        await submitRun(sender, { ...planned(id, here), phase: "rendered", submission }, []);
      } catch (error) {
        if (!isFault(error)) throw error;
      }
    }
  },

  /** Passes, ever more seldom: the last is more than an hour after the first. */
  pass: async ({ times, pause = 8000 }: { times: number; pause?: number }, here: Here) => {
    const registry = openRegistry(base, here.uid);
    for (let i = 0; i < times; i += 1) {
      await tried(() => onePass(registry, here));
      here.sleep(pause * 1.5 ** i);
    }
  },

  /** The node: takes one job after the other and runs its script. */
  node: ({ works, times }: { works: Record<string, Work>; times: number }, here: Here) => {
    const registry = openRegistry(base, here.uid);
    for (let i = 0; i < times; i += 1) {
      const next = here.ask({ take: true }) as { job: string; run: string; submission: number } | null;
      if (next) runJob(registry, next, works[next.run] as Work, here);
      else here.sleep(5000 * 1.2 ** i);
    }
  },

  /** As lab-cancel does. */
  cancel: async ({ run }: { run: string }, here: Here) => {
    const registry = openRegistry(base, here.uid);
    const open = () => openRun(registry, owner, run);
    for (let i = 0; i < 20 && !open(); i += 1) here.sleep(2000);
    const disk = open();
    if (!disk || stateOf(disk.facts, Date.now()).final) return;
    writeRequest(registry, disk.dir, "cancel", run, undefined);
    const now = open() ?? disk;
    const { job } = stateOf(now.facts, Date.now());
    if (job !== undefined) await schedulerFor(here).cancel([job]);
    else if (voidUnsubmitted(registry, now, "cancel")) {
      const closed = open() ?? now;
      settle(registry, closed, stateOf(closed.facts, Date.now()), Date.now());
    }
  },

  /** What is to be seen of the runs, whenever that changes; what cannot be read in full just now says nothing. */
  look: ({ runs, times }: { runs: string[]; times: number }, here: Here) => {
    const registry = openRegistry(base, here.uid);
    const seen: Seen[] = [];
    for (let i = 0; i < times; i += 1) {
      for (const run of runs) {
        const now = lookAt(registry, run);
        const before = seen.findLast((one) => one.run === run);
        if (now && JSON.stringify(now) !== JSON.stringify(before)) seen.push(now);
      }
      here.sleep(9000 * 1.2 ** i);
    }
    return seen;
  },

  create: async ({ run }: { run: string }, here: Here) => {
    await createRun(openRegistry(base, here.uid), planned(run, here), "name = 'train'\n");
  },

  /** Decides again and again, in each of the ways that there are, and each time something new. */
  decide: async ({ run, times }: { run: string; times: number }, here: Here) => {
    const registry = openRegistry(base, here.uid);
    const made: string[] = [];
    for (let i = 0; i < times; i += 1) {
      const message = `${here.pid}-${i}`;
      const decided = { decision: "blocked" as const, runs: [], message, at: timestamp(Date.now()) };
      const way = async () => {
        const disk = openRun(registry, owner, run);
        if (!disk) return;
        if (i % 3 === 0) decide(registry, disk, decided);
        else if (i % 3 === 1) await decideBeside(registry, disk, decided);
        else await decideAll(registry, [{ disk, decided }]);
        made.push(message);
      };
      await tried(way);
      here.sleep(400);
    }
    return made;
  },

  /** What was decided last, as it is to be seen. */
  decided: ({ run, times }: { run: string; times: number }, here: Here) => {
    const registry = openRegistry(base, here.uid);
    const seen: string[] = [];
    for (let i = 0; i < times; i += 1) {
      try {
        const disk = openRun(registry, owner, run);
        const message = disk?.partial ? undefined : disk?.facts.decision?.message;
        if (message !== undefined && message !== seen.at(-1)) seen.push(message);
      } catch (error) {
        if (!isFault(error)) throw error;
      }
      here.sleep(700);
    }
    return seen;
  },
};

function planned(id: string, { user }: Here) {
  const run_dir = dirOf(id);
  return sampleRun({ id, user, run_dir, phase: "created", planned_at: "2026-11-20T12:00:00.000Z" });
}

async function render(registry: Registry, id: string): Promise<void> {
  const { dir } = nextSubmission(registry, dirOf(id));
  await writeSubmissionFiles(registry, dir, { "script.sh": "#!/bin/bash\n", "params.json": "{}\n" });
}

function askerOf(registry: Registry): Asker {
  return { registry, graces: usualGraces, now: Date.now(), lease_s: 600, trusts: () => true, by: "submit" };
}

async function onePass(registry: Registry, here: Here): Promise<void> {
  const ids = () => marked(registry, "active", registry.user);
  const pass = {
    registry,
    asker: { ...askerOf(registry), by: "reconcile" as const },
    scheduler: schedulerFor(here),
    graces: usualGraces,
    now: passTime(registry),
    memory: openMemory(undefined),
    report: () => {},
  };
  for await (const _ of reconcile(pass, ids)) {
    // Whoever else acts, comes in between.
    here.sleep(100);
  }
  for (const id of ids()) {
    const disk = openRun(registry, registry.user, id);
    if (disk) await tried(() => registerRun({ registry, now: Date.now(), grace_s: 60, report: () => {} }, disk));
  }
}

function lookAt(registry: Registry, run: string): Seen | undefined {
  try {
    const disk = openRun(registry, owner, run);
    if (!disk || disk.partial) return undefined;
    const { state, mode, job, exit_code, final } = stateOf(disk.facts, Date.now(), usualGraces);
    return { run, state, mode, job, exit_code, final, settled_at: disk.facts.outcome?.at };
  } catch (error) {
    if (!isFault(error)) throw error;
    return undefined;
  }
}

/** The script of a job: its attempt, its fence, its command, and how that ended. */
function runJob(
  registry: Registry,
  { job, run, submission }: { job: string; run: string; submission: number },
  { takes, code }: Work,
  here: Here,
): void {
  const attempt = begun(registry, job, run, submission, here);
  const exits = (how: Ended) => {
    if (attempt !== undefined) writeExit(registry, run, attempt, how, here);
    here.ask({ ends: job, code: how.code });
  };
  const instead =
    attempt === undefined ? ({ reason: "launch_error", code: 73 } as const) : kept(registry, job, run, submission);
  if (instead) {
    exits(instead);
    return;
  }
  here.ask({ begins: job });
  let asked = false;
  for (let left = takes; left > 0 && !asked; left -= 60_000) {
    here.sleep(Math.min(left, 60_000));
    asked = here.ask({ isAsked: job }) === true;
  }
  here.ask({ commandEnds: job, code: asked ? 143 : code });
  exits(asked ? { reason: "command", code: 143, asked: "TERM" } : { reason: "command", code });
}

type Ended = Pick<Exit, "reason" | "code"> & Partial<Exit>;

/** What a job comes to that does not start its command. */
function kept(registry: Registry, job: string, run: string, submission: number): Ended | undefined {
  try {
    return isStopped(registry, job, run, submission) ? { reason: "superseded", code: 75 } : undefined;
  } catch (error) {
    if (!isFault(error)) throw error;
    return { reason: "launch_error", code: 74 };
  }
}

/** Its attempt, which appears with its start.json in it by one rename; undefined where it cannot be made. */
function begun(
  registry: Registry,
  job: string,
  run: string,
  submission: number,
  { host, pid }: Here,
): number | undefined {
  const lab = envelope(dirOf(run));
  const fresh = path.join(lab, `.tmp-attempt-${pid}-${job}`);
  let n = 1;
  try {
    n += Math.max(0, ...list(lab).map((name) => numbered(name, "attempt-") ?? 0));
    makeDirectory(fresh, registry.modes.directory);
    const start: Start = {
      ...{ type: "start", v: 1, run, submission, attempt: n, job, scheduler: "slurm", restart: 0 },
      ...{ host, pid, token: `${pid}-${job}`, at: timestamp(Date.now()) },
    };
    writeOnce(path.join(fresh, "start.json"), recordText(start), registry.modes.file);
    fs.renameSync(fresh, path.join(lab, `attempt-${n}`));
    return n;
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    // A server that repeats the rename says that there is nothing to rename: it was done.
    const start = quietly(() => readRecord(path.join(lab, `attempt-${n}`, "start.json"), startSchema));
    return start?.token === `${pid}-${job}` ? n : undefined;
  }
}

/** The fence of the job, as lib/job/runtime/fence.sh has it for a run that claims nothing. */
function isStopped(registry: Registry, job: string, run: string, submission: number): boolean {
  const lab = envelope(dirOf(run));
  if (list(lab).includes("outcome.json")) return true;
  const receipt: Receipt | undefined = readRecord(path.join(lab, `submit-${submission}/receipt.json`), receiptSchema);
  if (receipt && receipt.job !== job) return true;
  if (linkIntent(registry, dirOf(run), run, submission, "job", false).intent.void) return true;
  return list(lab).some(
    (name) => (numbered(name, "submit-") ?? 0) > submission && list(path.join(lab, name)).includes("intent.json"),
  );
}

function writeExit(registry: Registry, run: string, attempt: number, how: Ended, { sleep, note }: Here): void {
  const exit: Exit = { type: "exit", v: 1, run, attempt, ...how, at: timestamp(Date.now()) };
  const file = path.join(envelope(dirOf(run)), `attempt-${attempt}`, "exit.json");
  for (let i = 0; i < 5; i += 1) {
    if (quietly(() => writeOnce(file, recordText(exit), registry.modes.file)) !== undefined) {
      note(`exit of ${run}`);
      return;
    }
    sleep(3000);
  }
}

/** What went wrong outside is tried again, as the next command would. */
async function again<T>(here: Here, act: () => Promise<T>): Promise<T | undefined> {
  for (let i = 0; i < 30; i += 1) {
    try {
      return await act();
    } catch (error) {
      if (!isFault(error)) throw error;
      here.sleep(2000);
    }
  }
  return undefined;
}

async function tried(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!isFault(error)) throw error;
  }
}

function quietly<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (!isFault(error)) throw error;
    return undefined;
  }
}
