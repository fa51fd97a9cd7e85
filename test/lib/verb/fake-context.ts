// A context without a process behind it: what a command says and how it would end is kept for the test to look at.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Context } from "../../../lib/command/context.js";
import type { Fault } from "../../../lib/record/fault.js";
import type { Run } from "../../../lib/record/run.js";
import { stopSignal } from "../../../lib/record/stop-signal.js";
import type { Registry } from "../../../lib/registry/open.js";
import { type Fake, fakeScheduler, newRegistry, readyRun, senderFor, submittedRun } from "../pass/fake-scheduler.js";

export interface FakeContext extends Context {
  fake: Fake;
  given: Registry;
  said: string[];
  reported: [string | undefined, Fault][];
  failures: Fault[];
  /** Resolves when all is done that no record waited for. */
  done(): Promise<unknown>;
}

/** A context of a registry of its own, with a scheduler that says what the test says. Graces are short. */
export function fakeContext(
  t: { teardown(fn: () => void): void },
  { args = [], env = {} }: { args?: string[]; env?: Record<string, string> } = {},
): FakeContext {
  const { registry, remove } = newRegistry();
  const cache = fs.mkdtempSync(path.join(os.tmpdir(), "labkit-cache-"));
  t.teardown(() => {
    remove();
    fs.rmSync(cache, { recursive: true });
  });
  const fake = fakeScheduler();
  const said: string[] = [];
  const reported: FakeContext["reported"] = [];
  const failures: Fault[] = [];
  const later: Promise<void>[] = [];
  const scheduler = { missing_job_grace: 0, accounting_grace: 1, submit_grace: 1 };
  return {
    fake,
    given: registry,
    said,
    reported,
    failures,
    done: () => Promise.all(later),
    name: "lab-test",
    args,
    rest: undefined,
    now: Date.now(),
    env: { PATH: process.env["PATH"], XDG_CACHE_HOME: cache, ...env },
    cwd: "/",
    dryRun: false,
    terminal: { out: false, in: false, err: false, columns: undefined, colour: false },
    signal: stopSignal().signal,
    say: (message) => void said.push(message),
    report: (id, error) => void reported.push([id, error]),
    abnormal: (error) => void failures.push(error),
    no: () => {},
    later: (work) => void later.push(work),
    config: async () =>
      ({ config: { scheduler, cache: { trust: "group", lease: 600, courtesy: 600 } } }) as unknown as Awaited<
        ReturnType<Context["config"]>
      >,
    registry: async () => registry,
    scheduler: async () => fake,
  };
}

/** All that an async generator gives. */
export async function all<T>(records: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const record of records) found.push(record);
  return found;
}

/** A submitted run, as a job that has ended well left it. */
export async function submitted(
  { given, fake }: FakeContext,
  { ended = false, ageMs = 0, more = {} }: { ended?: boolean; ageMs?: number; more?: Partial<Run> } = {},
): Promise<Run> {
  const run = await submittedRun(senderFor(given, fake), await readyRun(given, { ageMs, more }));
  if (!ended) return run;
  const job = run.job?.id ?? "";
  const attempt = path.join(run.run_dir ?? "", ".lab/attempt-1");
  fs.mkdirSync(attempt);
  const at = new Date().toISOString();
  const start = { type: "start", v: 1, run: run.id, submission: 1, attempt: 1, job, host: "n1", at };
  const exit = { type: "exit", v: 1, run: run.id, attempt: 1, reason: "command", code: 0, at };
  fs.writeFileSync(path.join(attempt, "start.json"), JSON.stringify(start));
  fs.writeFileSync(path.join(attempt, "exit.json"), JSON.stringify(exit));
  fake.accounts?.set(job, { job, phase: "ended", verdict: "completed", ended_at: at });
  return run;
}
