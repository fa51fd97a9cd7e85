// A fake scheduler: what it says is what the test says, so that faults and orders of events can be had that no real one
// produces on demand. The real ones are tested in test/slurm and test/lib/scheduler.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Sender, submitRun } from "../../../lib/pass/submit.js";
import { adHocRecipe } from "../../../lib/recipe/ad-hoc.js";
import { loadRecipeText } from "../../../lib/recipe/load.js";
import { planRun } from "../../../lib/recipe/plan.js";
import type { JobView } from "../../../lib/record/facts.js";
import { fault } from "../../../lib/record/fault.js";
import { parseIndices } from "../../../lib/record/indices.js";
import type { Run } from "../../../lib/record/run.js";
import { initRegistry, initUser } from "../../../lib/registry/init.js";
import type { Registry } from "../../../lib/registry/open.js";
import { createRun } from "../../../lib/registry/runs.js";
import { nextSubmission, submissionFiles } from "../../../lib/registry/submissions.js";
import type { ArrayRequest, FoundJob, JobOwner, Scheduler, SubmitRequest } from "../../../lib/scheduler/scheduler.js";

export interface Fake extends Scheduler {
  /** What was asked, in order. */
  calls: string[];
  inQueue: Map<string, JobView>;
  /** Whose the jobs in the queue say that they are. */
  owners: Map<string, JobOwner>;
  /** The jobs that the scheduler was asked to end. */
  cancelled: string[];
  accounts: Map<string, JobView> | undefined;
  found: FoundJob[];
  /** Thrown by the next calls of this name. */
  faults: Map<string, Error>;
  submitted: SubmitRequest[];
  /** The parts of arrays that it was given, also those that it refused; and how many elements it takes in all. */
  parts: ArrayRequest[];
  capacity: number;
}

export function fakeScheduler(): Fake {
  const fake: Fake = {
    kind: "fake",
    idsComeRound: true,
    calls: [],
    inQueue: new Map(),
    owners: new Map(),
    cancelled: [],
    accounts: new Map(),
    found: [],
    faults: new Map(),
    submitted: [],
    parts: [],
    capacity: Number.POSITIVE_INFINITY,
    submit: async (request) => {
      say("submit");
      fake.submitted.push(request);
      return { job: String(fake.submitted.length), argv: ["sbatch", request.script] };
    },
    submitArray: async (request) => {
      say("submitArray");
      fake.parts.push(request);
      const count = parseIndices(request.indices).length;
      if (count > fake.capacity) throw fault("refused", "cannot submit it: job submit limit");
      fake.capacity -= count;
      return { job: String(100 + fake.parts.length), argv: ["sbatch", `--array=${request.indices}`, request.script] };
    },
    isLimit: (words) => words.includes("limit"),
    queue: async () => {
      say("queue");
      return Object.assign(new Map(fake.inQueue), { whose: (job: string) => fake.owners.get(job) });
    },
    jobs: async (ids) => {
      say(`jobs ${ids.join(",")}`);
      const known = [...fake.inQueue].filter(([job]) => ids.includes(job));
      return Object.assign(new Map(known), { whose: (job: string) => fake.owners.get(job) });
    },
    accounting: async (jobs) => {
      say(`accounting ${jobs.length}`);
      return fake.accounts;
    },
    details: async (jobs) => {
      say(`details ${jobs.length}`);
      return new Map([...(fake.accounts ?? [])].filter(([job]) => jobs.some((query) => query.job === job)));
    },
    find: async () => {
      say("find");
      return fake.found;
    },
    cancel: async (jobs) => {
      say("cancel");
      fake.cancelled.push(...jobs);
    },
    hold: async () => {},
    release: async () => {},
    explain: () => ({ message: "it waits" }),
  };
  const say = (call: string) => {
    fake.calls.push(call);
    const error = fake.faults.get(call.split(" ")[0] ?? "");
    if (error) throw error;
  };
  return fake;
}

/** A registry of its own in a new directory. */
export function newRegistry(): { registry: Registry; remove(): void } {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "labkit-pass-"));
  const { registry } = initRegistry({ base: path.join(dir, "registry"), uid: os.userInfo().uid, now: Date.now() });
  initUser(registry);
  return { registry, remove: () => fs.rmSync(dir, { recursive: true, force: true }) };
}

/** A run on disk, with the files of its first submission, ready to be submitted. */
export async function readyRun(
  registry: Registry,
  { ageMs = 0, more = {} }: { ageMs?: number; more?: Partial<Run> } = {},
): Promise<Run> {
  const recipe = await loadRecipeText(adHocRecipe({ argv: ["true"] }), { cwd: "/" });
  const planned = planRun(recipe, {
    now: Date.now() - ageMs,
    user: registry.user,
    home: "/",
    source: { kind: "directory", root: "/" },
  });
  const run_dir = path.join(registry.base, "runs", registry.user, planned.id);
  const run: Run = { ...planned, ...more, phase: "created", created_at: planned.planned_at, run_dir };
  await createRun(registry, run, run.recipe.text);
  const { n, dir } = nextSubmission(registry, run_dir);
  const { script, context } = submissionFiles(run_dir, n);
  fs.writeFileSync(path.join(dir, "script.sh"), "#!/bin/bash\n");
  return { ...run, phase: "rendered", submission: { n, script, context } };
}

/** What sends a registry's runs to the fake. */
export function senderFor(registry: Registry, scheduler: Fake): Sender {
  const graces = { missing_job_s: 600, accounting_s: 60, submit_s: 600 };
  const asker = { registry, graces, now: Date.now(), lease_s: 600, trusts: () => true, by: "submit" } as const;
  return { registry, asker, scheduler, now: () => Date.now(), patience_ms: 0, sleep: async () => {} };
}

/** Submits a run that nobody else has claimed. */
export async function submittedRun(sender: Sender, run: Run): Promise<Run> {
  const sent = await submitRun(sender, run, []);
  if (sent === "lost") throw new Error(`${run.id} has lost its claim`);
  return sent;
}
