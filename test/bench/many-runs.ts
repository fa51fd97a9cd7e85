// One of very many runs, of the size and with the files that a run has after its life: by the functions of the registry what
// commands write, and by hand what a job does.
import fs from "node:fs";
import path from "node:path";
import { artifactIdOf } from "../../lib/record/artifact-id.js";
import type { Outcome } from "../../lib/record/facts.js";
import type { Run } from "../../lib/record/run.js";
import { timeOfRunId } from "../../lib/record/run-id.js";
import { timestamp } from "../../lib/record/units.js";
import { noteEdge } from "../../lib/registry/edges.js";
import { note } from "../../lib/registry/journal.js";
import { attemptDirectory, envelope, runDirectory } from "../../lib/registry/layout.js";
import { noteUses } from "../../lib/registry/note-uses.js";
import type { Registry } from "../../lib/registry/open.js";
import type { RunArtifact } from "../../lib/registry/outputs.js";
import { deactivate, openRun } from "../../lib/registry/runs.js";
import {
  linkIntent,
  nextSubmission,
  submissionFiles,
  writeOutcome,
  writeReceipt,
  writeSchedulerFact,
} from "../../lib/registry/submissions.js";
import { recordText, writeOnce } from "../../lib/registry/write.js";
import { writeOutput, writeSeal } from "../../lib/registry/write-outputs.js";
import { putRun } from "../lib/registry/put-run.js";

export interface Making {
  id: string;
  /** Where outputs are said to be. */
  artifacts: string;
  draw: () => number;
  settled: boolean;
  /** What is otherwise than usual: the plan, the end, and the lines of the metrics. */
  varied?: Varied;
}

export interface Varied {
  plan: Partial<Run>;
  end?: Partial<Outcome> & Pick<Outcome, "state">;
  metrics?: string;
}

/** Makes one run: one in five answered by an earlier one, one in eight failed, the rest succeeded; or one that goes on. */
export function makeManyRun(registry: Registry, { id, artifacts, draw, settled, varied }: Making): void {
  const planned = timeOfRunId(id) ?? 0;
  const at = (s: number) => timestamp(planned + s * 1000);
  const run = { ...manyRun(registry, id, artifacts, draw), ...varied?.plan };
  noteUses(registry, run);
  putRun(registry, run, run.recipe.text);
  note(registry, "run_created", id, { name: run.name });
  const dir = runDirectory(registry.base, registry.user, id);
  const cached = settled && (varied?.end ? varied.end.state === "cached" : draw() < 0.2);
  const job = String(4_000_000 + Math.floor(draw() * 1e6));
  if (!cached) submit(registry, run, dir, job, at);
  if (!cached && (settled || draw() < 0.5)) attempt(run, dir, job, at, settled, draw, varied?.metrics);
  if (!settled) return;
  const failed = !cached && (varied?.end ? varied.end.state !== "succeeded" : draw() < 0.125);
  const outcome: Outcome = {
    type: "outcome",
    v: 1,
    run: id,
    state: cached ? "cached" : failed ? "failed" : "succeeded",
    ...(cached ? { cached_from: id, cached_user: registry.user } : { job, attempt: 1, exit_code: failed ? 1 : 0 }),
    ...(failed ? { mode: "code_error" as const, message: "exit code 1" } : {}),
    started_at: at(40),
    ended_at: at(3640),
    ...varied?.end,
    at: at(3650),
  };
  writeOutcome(registry, dir, outcome);
  note(registry, `run_${outcome.state}`, id, { name: run.name });
  register(registry, run, dir, at, !cached && !failed);
}

function submit(registry: Registry, run: Run, dir: string, job: string, at: (s: number) => string): void {
  const { n } = nextSubmission(registry, dir);
  const { dir: directory } = submissionFiles(dir, n);
  const { id, run_dir = "", name, user, env, command, source } = run;
  const context = {
    type: "context",
    v: 1,
    run: id,
    submission: n,
    registry: registry.id,
    run_dir,
    name,
    user,
    env,
    source,
  };
  const more = {
    workdir: run_dir,
    command,
    pass: [],
    params: path.join(directory, "params.json"),
    inputs: [],
    outputs: [],
  };
  const write = (name: string, text: string) => writeOnce(path.join(directory, name), text, registry.modes.file);
  write("script.sh", `#!/bin/bash\n${"# the runtime, which is longer\n".repeat(60)}`);
  write("params.json", recordText(run.params));
  const snapshot = { digest: source.digest, tar: `${registry.base}/snapshots/${user}/x.tar` };
  write("context.json", recordText({ ...context, ...more, snapshot, at: at(2) }));
  linkIntent(registry, dir, id, n, "submit", false);
  writeReceipt(registry, dir, { type: "receipt", v: 1, run: id, submission: n, scheduler: "slurm", job, at: at(3) });
  const view = {
    job,
    phase: "running" as const,
    word: "RUNNING",
    nodes: "node17",
    submitted_at: at(3),
    started_at: at(40),
  };
  writeSchedulerFact(registry, dir, { type: "scheduler", v: 1, run: id, job: view, observed_at: at(60) });
}

/** What the job itself writes. */
function attempt(
  run: Run,
  dir: string,
  job: string,
  at: (s: number) => string,
  over: boolean,
  draw: () => number,
  lines?: string,
): void {
  const directory = attemptDirectory(envelope(dir), 1);
  fs.mkdirSync(directory);
  const write = (name: string, text: string) => fs.writeFileSync(path.join(directory, name), text);
  const about = { v: 1, run: run.id, attempt: 1 };
  write(
    "start.json",
    JSON.stringify({ type: "start", ...about, submission: 1, job, host: "node17", pid: 4711, at: at(40) }),
  );
  write(
    "env.json",
    JSON.stringify(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`VARIABLE_${i}`, `/some/where/${i}`]))),
  );
  const metrics = Array.from({ length: 12 }, (_, i) =>
    JSON.stringify({ name: i % 2 ? "accuracy" : "loss", value: draw(), step: i * 50, at: at(60 + i) }),
  );
  write("metrics-node17-4711.ndjson", lines ?? `${metrics.join("\n")}\n`);
  write("job.log", "epoch 1: loss 0.4\n".repeat(60));
  write("beat", "");
  const output = { role: "model", path: run.outputs["model"]?.path, complete: true, files: 3, bytes: 1_234_567 };
  const exit = { type: "exit", ...about, reason: "command", code: 0, at: at(3640), wall_s: 3600, outputs: [output] };
  if (over) write("exit.json", JSON.stringify(exit));
}

function register(registry: Registry, run: Run, dir: string, at: (s: number) => string, made: boolean): void {
  const disk = openRun(registry, registry.user, run.id);
  if (!disk) throw new Error(`no run ${run.id}`);
  const { id, user, name, outputs } = run;
  const place = outputs["model"]?.path ?? "";
  const artifact: RunArtifact = {
    type: "artifact",
    v: 1,
    id: artifactIdOf(id, "model"),
    kind: "model",
    user,
    path: place,
    run: id,
    recipe: name,
    role: "model",
    attempt: 1,
    files: 3,
    bytes: 1_234_567,
    at: at(3660),
  };
  if (made) {
    noteEdge(registry, artifact.id, "made", id);
    writeOutput(registry, disk, artifact);
    note(registry, "artifact_registered", id, { artifact: artifact.id, kind: "model", role: "model" });
  }
  const entries = made ? [{ id: artifact.id, role: "model", attempt: 1, path: place }] : [];
  writeSeal(registry, dir, { type: "outputs", v: 1, run: id, state: "", artifacts: entries, at: at(3661) });
  deactivate(registry, user, id);
}

const sweeps = ["baseline", "warm-up", "wide", "deep", "dropout"];

/** The record of one of very many runs. */
export function manyRun(registry: Registry, id: string, artifacts: string, draw: () => number): Run {
  const planned = timeOfRunId(id) ?? 0;
  const at = (s: number) => timestamp(planned + s * 1000);
  const n = Math.floor(draw() * 40);
  const lr = Number((1e-5 + draw() * 1e-2).toPrecision(6));
  const hex = () =>
    Array.from({ length: 8 }, () =>
      Math.floor(draw() * 2 ** 32)
        .toString(16)
        .padStart(8, "0"),
    ).join("");
  const text = `name = "train-${n}"\ncommand = "python train.py"\n\n[args]\nlr = ${lr}\nepochs = 30\n\n[resources]\ngpus = 1\ncpus = 8\nmem = "32G"\ntime = "4h"\n\n[outputs.model]\ntype = "model"\n`;
  return {
    type: "run",
    v: 1,
    id,
    phase: "created",
    name: `train-${n}`,
    user: registry.user,
    planned_at: at(0),
    created_at: at(1),
    recipe: { path: "/home/alice/project/train.toml", text, digest: `sha256:${hex()}` },
    source: {
      kind: "git",
      root: "/home/alice/project",
      digest: `sha256:${"5".repeat(64)}`,
      commit: hex().slice(0, 40),
      branch: "main",
      dirty: n % 3 === 0,
    },
    workdir: ".",
    command: ["python", "train.py"],
    args: { lr, epochs: 30, data: "/data/größe/set-07" },
    params: { lr, seed: n, layers: [64, 128, 256] },
    env: { OMP_NUM_THREADS: "8", TOKENIZERS_PARALLELISM: "false" },
    pass: ["WANDB_API_KEY"],
    seed: n,
    tags: ["sweep", sweeps[n % sweeps.length] ?? ""],
    ...(n % 2 === 0 ? { group: `group-${n % 10}` } : {}),
    ...(n % 4 === 0
      ? { narrative: { hypothesis: "a longer warm-up keeps the loss from diverging", note: 'he said "try 1e-3"' } }
      : {}),
    resources: { gpus: 1, cpus: 8, mem_bytes: 34_359_738_368, time_s: 14_400, partition: "gpu" },
    inputs: { data: { type: "external", path: `/data/set-${n % 7}`, fingerprint: "none" } },
    outputs: { model: { type: "model", alias: `model-${n}`, digest: "stat", path: `${artifacts}/model@${id}` } },
    key: { version: "lab-key/1", digest: `sha256:${hex()}`, of: { command: "python train.py", args: { lr } } },
    epoch: "1",
    toolkit: "0.1.0",
    run_dir: runDirectory(registry.base, registry.user, id),
  };
}
