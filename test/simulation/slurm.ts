// The scheduler of a simulation: it knows the jobs that it was given, and no file. What it says is true, but it may have taken a
// job and not answer, and nobody sees that job for a while.
import type { JobView } from "../../lib/record/facts.js";
import { fault } from "../../lib/record/fault.js";
import type { Scheduler } from "../../lib/scheduler/scheduler.js";
import type { Here } from "./programs.js";
import type { Simulation } from "./simulation.js";

/** How long the queue shows a job that has ended (milliseconds). */
const shown_ms = 300_000;

interface Job {
  job: string;
  run: string;
  submission: number;
  /** From when on it is to be seen (milliseconds). */
  from: number;
  /** The process that runs it. */
  pid?: number;
  isAsked?: boolean;
  /** What its command came to; undefined while it runs, or if it never began. */
  code?: number;
  begun?: boolean;
  view: JobView;
}

export type Question =
  | { submit: { run: string; submission: number } }
  | { jobs: string[] | "queue" | "all" }
  | { find: string[] }
  | { cancel: string[] }
  | { take: true }
  | { begins: string }
  | { isAsked: string }
  | { commandEnds: string; code: number }
  | { ends: string; code: number };

export type Slurm = ReturnType<typeof slurmOf>;

/** One for a simulation. `late` says how long after its submission the n-th job is to be seen, and whether nobody is answered. */
export function slurmOf(sim: Simulation, late: (n: number) => number | undefined) {
  const jobs: Job[] = [];
  const wrong: string[] = [];
  const iso = () => new Date(sim.now()).toISOString();
  const end = (one: Job, how: Partial<JobView>) => {
    if (one.view.phase !== "ended") one.view = { ...one.view, phase: "ended", ended_at: iso(), ...how };
  };
  const known = () => jobs.filter(({ from }) => from <= sim.now());
  const of = (job: string) => jobs.find((one) => one.job === job) as Job;

  function submit(run: string, submission: number): string | undefined {
    const job = String(jobs.length + 1);
    const after = late(jobs.length);
    const view: JobView = { job, phase: "pending", restarts: 0, submitted_at: iso() };
    jobs.push({ job, run, submission, from: sim.now() + (after ?? 0), view });
    return after === undefined ? job : undefined;
  }

  /** The next job, for a node. */
  function take(pid: number): Job | undefined {
    const next = known().find(({ view }) => view.phase === "pending");
    if (next) Object.assign(next, { pid, view: { ...next.view, phase: "running", nodes: "n", started_at: iso() } });
    return next;
  }

  /** A command is started: no other of its run was, and nobody has said that it has ended. */
  function begins(job: string): void {
    const one = of(job);
    const others = jobs.filter(({ run, begun }) => run === one.run && begun === true);
    if (others.length > 0) wrong.push(`job ${job} of ${one.run} computes it again`);
    if (sim.text(`/lab/registry/runs/ann/${one.run}/.lab/outcome.json`) !== undefined)
      wrong.push(`job ${job} begins though ${one.run} has ended`);
    one.begun = true;
  }

  function shown(which: string[] | "queue" | "all"): JobView[] {
    const views = known().map(({ view }) => view);
    if (which === "all") return views;
    if (which !== "queue") return views.filter(({ job }) => which.includes(job));
    return views.filter(({ ended_at }) => ended_at === undefined || sim.now() - Date.parse(ended_at) < shown_ms);
  }

  function answer(question: Question, pid: number): unknown {
    for (const one of jobs)
      if (one.pid !== undefined && !sim.isLiving(one.pid)) end(one, { verdict: "node_fail", word: "NODE_FAIL" });
    if ("submit" in question) return submit(question.submit.run, question.submit.submission);
    if ("jobs" in question) return shown(question.jobs);
    if ("find" in question)
      return known()
        .filter(({ run }) => question.find.includes(run))
        .map(({ run, view }) => ({ run, view }));
    if ("take" in question) return take(pid);
    if ("begins" in question) return begins(question.begins);
    if ("isAsked" in question) return of(question.isAsked).isAsked ?? false;
    if ("commandEnds" in question) of(question.commandEnds).code = question.code;
    else if ("ends" in question)
      end(of(question.ends), {
        verdict: question.code === 0 ? "completed" : "failed",
        exit_code: question.code,
      });
    else
      for (const one of question.cancel.map(of)) {
        if (one.view.phase === "pending") end(one, { verdict: "cancelled" });
        else one.isAsked = true;
      }
    return undefined;
  }

  sim.answering((question, pid) => answer(question as Question, pid));
  return { jobs, wrong };
}

/** As the commands see it. */
export function schedulerFor({ ask }: Here): Scheduler {
  const asked = <T>(question: Question) => ask(question) as T;
  const views = async (jobs: string[] | "queue" | "all") =>
    new Map(asked<JobView[]>({ jobs }).map((view) => [view.job, view]));
  return {
    kind: "slurm",
    submit: async ({ run, submission }) => {
      const job = asked<string | null>({ submit: { run, submission } });
      if (job === null) throw fault("tempfail", "sbatch does not answer");
      return { job, argv: ["sbatch"] };
    },
    queue: () => views("queue"),
    jobs: (ids) => views([...ids]),
    accounting: (jobs) => views(jobs.map(({ job }) => job)),
    details: (jobs) => views(jobs.map(({ job }) => job)),
    find: async (_, runs) => asked({ find: runs.map(({ run }) => run) }),
    cancel: async (jobs) => void ask({ cancel: jobs }),
    hold: async () => {},
    release: async () => {},
    explain: () => ({ message: "it waits" }),
  };
}
