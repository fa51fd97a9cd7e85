// What a worker of the local scheduler costs while it waits: the processor time of a minute in which nothing happens.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Sandbox, sandbox, until } from "../support/sandbox.js";
import type { Bench } from "./bench.js";
import { countFigure, type Figure } from "./figure.js";

const minute = 60_000;
/** Looks become rare as nothing happens; by then they are as rare as they get. */
const settled = 40_000;

export const idle: Bench = {
  title: "Processor time of an idle worker, in milliseconds a minute; a Node that sleeps beside it.",
  missing: () => (fs.existsSync("/proc/self/schedstat") ? undefined : "it needs Linux with schedstat"),
  async *figures(say) {
    for (const [what, most, prepare] of scenes) {
      const box = await sandbox({ name: "idle", extra: '[local]\ncpus = 1\ngpus = 4\nmem = "64GB"\nidle = "1h"\n' });
      try {
        say(`${what}: two minutes`);
        yield await figureOf(what, most, box, prepare);
      } finally {
        for (const pid of workers(box)) process.kill(pid, "SIGTERM");
        await box.run([
          "sh",
          "-c",
          "lab queue --json | lab cancel -q; lab ls -q --state active | lab wait --timeout 1m",
        ]);
        for (const pid of workers(box)) process.kill(pid, "SIGTERM");
        box.remove();
      }
    }
  },
};

type Prepare = (box: Sandbox) => Promise<unknown>;
const job = ["lab", "run", "--json", "--set", "resources.gpus=1", "--", "sleep", "600"];
const submit: Prepare = (box) => box.run(job, { cwd: projectIn(box) });

/** From nothing at all to a job that waits for its turn behind one that runs, with a week of others to remember. */
const scenes: [what: string, most: number, prepare: Prepare][] = [
  [
    "nothing in the queue",
    10,
    async (box) => void spawn("lab-worker", { env: box.env, stdio: "ignore", detached: true }).unref(),
  ],
  ["a job runs", 10, submit],
  ["a job runs, another waits", 50, async (box) => [await submit(box), await submit(box)]],
  [
    "a job runs, another waits, 2,000 have ended",
    250,
    async (box) => {
      await submit(box);
      await submit(box);
      remember(box, 2000);
    },
  ],
];

function projectIn({ dir }: Sandbox): string {
  const project = path.join(dir, "project");
  fs.mkdirSync(path.join(project, ".git"), { recursive: true });
  return project;
}

/** Jobs that have ended, as the files that they leave. */
function remember({ registry }: Sandbox, count: number): void {
  const queue = fs.readdirSync(path.join(registry, "queue")).map((user) => path.join(registry, "queue", user))[0] ?? "";
  const example = fs.readdirSync(queue).find((name) => name.endsWith(".queued.json")) ?? "";
  const queued = JSON.parse(fs.readFileSync(path.join(queue, example), "utf8"));
  const at = new Date().toISOString();
  for (let i = 0; i < count; i += 1) {
    const id = `local-zz${String(i).padStart(4, "0")}-1`;
    const ended = {
      type: "job-ended",
      v: 1,
      job: id,
      run: queued.run,
      registry: queued.registry,
      verdict: "completed",
    };
    fs.writeFileSync(path.join(queue, `${id}.ended.json`), JSON.stringify({ ...ended, submitted_at: at, at }));
    fs.writeFileSync(path.join(queue, `${id}.queued.json`), JSON.stringify({ ...queued, job: id }));
  }
}

async function figureOf(what: string, most: number, box: Sandbox, prepare: Prepare): Promise<Figure> {
  await prepare(box);
  const worker = await until("a worker", () => workers(box)[0]);
  const sleeper = spawn(process.execPath, ["-e", "setTimeout(() => {}, 1e9)"], { stdio: "ignore" });
  try {
    await setTimeout(settled);
    const before = [worker, sleeper.pid ?? 0].map(processorTime);
    await setTimeout(minute);
    const [ours = 0, baseline = 0] = [worker, sleeper.pid ?? 0].map((pid, i) => processorTime(pid) - (before[i] ?? 0));
    return countFigure({ bench: "idle", what, unit: "ms", against: "a Node that sleeps" }, ours, baseline, {
      of: "value",
      most,
    });
  } finally {
    sleeper.kill();
  }
}

/** The workers of a place, by their leases. */
function workers({ registry }: Sandbox): number[] {
  const leases = path.join(registry, "leases");
  return fs
    .readdirSync(leases, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(fs.readFileSync(path.join(leases, name), "utf8")).pid as number)
    .filter((pid) => fs.existsSync(`/proc/${pid}`));
}

/** Milliseconds that all of its threads have run. */
function processorTime(pid: number): number {
  const tasks = fs.readdirSync(`/proc/${pid}/task`);
  const ns = tasks.map((task) => Number(fs.readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]));
  return ns.reduce((sum, each) => sum + each, 0) / 1e6;
}
