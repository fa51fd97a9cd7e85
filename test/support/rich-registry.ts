// A registry with some of everything in it, made by the real commands on this machine alone.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Result, type Sandbox, sandbox, until } from "./sandbox.js";

export interface Rich extends Sandbox {
  /** The runs by what became of them. */
  runs: Record<
    | "train"
    | "again"
    | "evaluate"
    | "byPath"
    | "failed"
    | "cancelled"
    | "never"
    | "blocked"
    | "waits"
    | "follows"
    | "cached"
    | "packed"
    | "running",
    string
  >;
  user: string;
  work: string;
}

const files = {
  "train.sh": `set -e
for step in 5 10; do
  mkdir -p "$LAB_OUTPUT_CHECKPOINT/step_$step"
  echo "$step" >"$LAB_OUTPUT_CHECKPOINT/step_$step/weights"
  echo x >"$LAB_OUTPUT_CHECKPOINT/step_$step/ok"
done
echo "lab-metric loss=0.5 step=10"
echo w >"$LAB_OUTPUT_MODEL/weights"
touch "$LAB_OUTPUT_MODEL/DONE"
echo 1 >"$LAB_RUN_DIR/table.csv"
exit "\${CODE:-0}"
`,
  "train.toml": `name = "train"
command = ["sh", "train.sh"]
tags = ["x"]
[params]
lr = 0.1
[resources]
time = "10m"
mem = "64MB"
[inputs.data]
type = "external"
path = "DATA"
[outputs.model]
type = "model"
marker = "DONE"
digest = "sha256"
[outputs.checkpoint]
type = "checkpoint_stream"
marker = "ok"
[collect]
globs = ["*.csv"]
`,
  "evaluate.sh": `echo '{"accuracy": 0.5}' >"$LAB_OUTPUT_SCORE/result.json"\n`,
  "evaluate.toml": `name = "evaluate"
command = ["sh", "evaluate.sh"]
[resources]
time = "10m"
mem = "64MB"
[inputs.model]
type = "artifact"
artifact = "MODEL"
[outputs.score]
type = "eval_result"
`,
  "by-path.toml": `name = "by-path"
command = ["sh", "evaluate.sh"]
[resources]
time = "10m"
mem = "64MB"
[inputs.table]
type = "external"
path = "TABLE"
fingerprint = "none"
[outputs.score]
type = "eval_result"
`,
  "sleep.toml": `name = "sleep"
command = "sleep 600"
[resources]
time = "20m"
mem = "64MB"
[outputs.model]
type = "model"
`,
};

/** Makes it. Of one run the job and the worker are killed, so that it stays as if it went on. */
export async function richRegistry(): Promise<Rich> {
  const place = await sandbox({ name: "fsck", extra: '[local]\ncpus = 2\nmem = "1GB"\nidle = "2s"\n' });
  const work = path.join(place.dir, "work");
  fs.mkdirSync(work);
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(work, name), text);
  fs.writeFileSync(path.join(place.dir, "data.txt"), "data\n");
  const run = async (...argv: string[]): Promise<Result> => {
    const result = await place.run(argv, { cwd: work });
    if (result.code !== 0) throw new Error(`${argv.join(" ")}: ${result.stdout}${result.stderr}`);
    return result;
  };
  const id = async (...argv: string[]) => (await run(...argv)).stdout.trim().split("\n").at(-1) ?? "";
  const set = (key: string, value: string) => ["--set", `${key}="${value}"`];
  const data = set("inputs.data.path", path.join(place.dir, "data.txt"));
  const train = await id("lab-run", "-q", "--wait", "train.toml", ...data);
  const packed = await id("lab-run", "-q", "--wait", "train.toml", ...data, "--set", "params.lr=0.4");
  await run("lab-pack");
  const again = await id("lab-run", "-q", "--wait", "train.toml", ...data, "--set", "params.lr=0.2");
  const evaluate = await id(
    "lab-run",
    "-q",
    "--wait",
    "evaluate.toml",
    ...set("inputs.model.artifact", `${train}:model`),
  );
  const [user = ""] = fs.readdirSync(path.join(place.registry, "runs"));
  const table = path.join(place.registry, "runs", user, train, "table.csv");
  const byPath = await id("lab-run", "-q", "--wait", "by-path.toml", ...set("inputs.table.path", table));
  const failed = (
    await place.run(["lab-run", "-q", "--wait", "train.toml", ...data, ...set("env.CODE", "3")], { cwd: work })
  ).stdout.trim();
  const running = await id("lab-run", "-q", "sleep.toml");
  const waits = await id("lab-run", "-q", "evaluate.toml", ...set("inputs.model.artifact", `${running}:model`));
  const follows = await id("lab-run", "-q", "sleep.toml");
  const cancelled = await id("lab-run", "-q", "sleep.toml", "--set", "params.n=1");
  const cached = await id("lab-run", "-q", "--wait", "train.toml", ...data);
  await begun(place, cancelled);
  await run("lab-cancel", cancelled);
  await until("the cancelled run has ended", async () => {
    await run("lab-reconcile");
    return (await run("lab-ls", "--state", "cancelled", "-q")).stdout.includes(cancelled);
  });
  const planned = await run(
    "sh",
    "-c",
    'lab-plan --set params.lr=0.3 "$@" train.toml | lab-snapshot | lab-resolve | lab-create -q',
    "sh",
    ...data,
  );
  const never = planned.stdout.trim();
  const blocked = (
    await place.run(["lab-run", "-q", "evaluate.toml", ...set("inputs.model.artifact", `${never}:model`)], {
      cwd: work,
    })
  ).stdout.trim();
  await run("lab-alias", "best", `${train}:checkpoint@10`);
  await run("lab-alias", "best", `${again}:checkpoint@10`);
  await run("lab-alias", "--mine", "gold", `${train}:model`);
  await run("lab-register-external", path.join(place.dir, "data.txt"), "--alias", "raw");
  await run("lab-register");
  await killed(place, running);
  return {
    ...place,
    work,
    user,
    runs: {
      train,
      again,
      evaluate,
      byPath,
      failed,
      cancelled,
      never,
      blocked,
      waits,
      follows,
      cached,
      packed,
      running,
    },
  };
}

/** Ends the worker, then the job: nobody is left who would write down how it ended. */
async function killed(place: Sandbox, run: string): Promise<void> {
  const [user = ""] = fs.readdirSync(path.join(place.registry, "runs"));
  const json = (area: string, of: RegExp) => {
    const directory = path.join(place.registry, area, user);
    const name = fs.readdirSync(directory).find((file) => of.test(file));
    return name === undefined
      ? undefined
      : (JSON.parse(fs.readFileSync(path.join(directory, name), "utf8")) as { pid: number });
  };
  const handle = run.slice(-6);
  await begun(place, run);
  const started = await until("the job has begun", () =>
    json("queue", new RegExp(`^local-${handle}-1\\.started\\.json$`)),
  );
  const lease = json("leases", /^worker-.*\.json$/);
  if (lease) process.kill(lease.pid, "SIGKILL");
  process.kill(started.pid, "SIGKILL");
  const its = (name: string) => name.startsWith(`lab-${handle}.`);
  await until("what watched it has cleaned up", () => !fs.readdirSync(place.env["TMPDIR"] ?? os.tmpdir()).some(its));
}

/** Waits until nothing of the beginning of a run's job is on its way any more. */
async function begun(place: Sandbox, run: string): Promise<void> {
  const runs = path.join(place.registry, "runs");
  const [user = ""] = fs.readdirSync(runs);
  const record = path.join(runs, user, run, ".lab/attempt-1/env.json");
  await until("the command of the run has begun", () => fs.existsSync(record));
}
