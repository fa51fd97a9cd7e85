// A registry as a lab's is after some weeks: a pipeline that has ended and one under way, a sweep, checkpoints and what they
// were evaluated to, names with a history, rollouts. Made by the registry's own functions, without a job.
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";
import type { Artifact } from "../../lib/record/artifact.js";
import { artifactIdOf } from "../../lib/record/artifact-id.js";
import type { Outcome } from "../../lib/record/facts.js";
import type { Run } from "../../lib/record/run.js";
import { drawRunId } from "../../lib/record/run-id.js";
import { timestamp } from "../../lib/record/units.js";
import { bindAlias } from "../../lib/registry/aliases.js";
import { noteEdge } from "../../lib/registry/edges.js";
import { markTry, writeRequest } from "../../lib/registry/evals.js";
import { attemptDirectory, envelope, runDirectory } from "../../lib/registry/layout.js";
import { noteUses } from "../../lib/registry/note-uses.js";
import type { Registry } from "../../lib/registry/open.js";
import type { RunArtifact } from "../../lib/registry/outputs.js";
import { writePipeline } from "../../lib/registry/pipelines.js";
import { deactivate, openRun } from "../../lib/registry/runs.js";
import { writeOutcome, writeSchedulerFact } from "../../lib/registry/submissions.js";
import { writeSweep } from "../../lib/registry/sweeps.js";
import { writeOutput, writeSeal } from "../../lib/registry/write-outputs.js";
import { sampleRun, zeros } from "../lib/record/sample.js";
import { putRun } from "../lib/registry/put-run.js";

export interface Lab {
  pipelines: { ended: string; underWay: string };
  sweep: string;
  /** What many runs used. */
  dataset: string;
  /** The newest checkpoint, its run, and the run that evaluated it. */
  checkpoint: string;
  train: string;
  evaluation: string;
  /** The result that has rollouts. */
  rollout: string;
}

const minute = 60_000;
const source = (digit: string, commit: string) => ({
  kind: "git" as const,
  root: "/home/ada/omegalax",
  digest: `sha256:${digit.repeat(64)}`,
  commit: commit.repeat(20),
  branch: "main",
  dirty: false,
});

/** Makes it; `now` is when it ends (milliseconds). The points of its sweep are `values` squared, three seeds each. */
export function labRegistry(
  registry: Registry,
  { now = Date.now(), artifacts = path.join(registry.base, "../made") } = {},
): Lab {
  const making = maker(registry, artifacts, now);
  const ended = endedPipeline(making);
  const underWay = pipelineUnderWay(making);
  const sweep = sweepOf(making);
  crowd(making, ended.dataset);
  return { pipelines: { ended: ended.id, underWay }, sweep, dataset: ended.dataset.id, ...ended.made };
}

interface Making {
  registry: Registry;
  now: number;
  make(what: Made): Run;
  output(run: Run, role: string, step?: number, more?: Partial<Artifact>): RunArtifact;
}

interface Made extends Partial<Run> {
  /** Minutes before now: planned, began, ended. */
  at: [planned: number, began?: number, ended?: number];
  state?: Outcome["state"];
  more?: Partial<Outcome>;
  metrics?: Record<string, readonly number[]>;
}

function maker(registry: Registry, artifacts: string, now: number): Making {
  const ago = (minutes: number) => timestamp(now - minutes * minute);
  return {
    registry,
    now,
    make({ at: [planned, began, ended], state, more, metrics = {}, ...fields }) {
      const id = fields.id ?? drawRunId(now - planned * minute);
      const run_dir = runDirectory(registry.base, registry.user, id);
      const outputs = Object.fromEntries(
        Object.entries(fields.outputs ?? {}).map(([role, output]) => [
          role,
          { ...output, path: `${artifacts}/${role}@${id}` },
        ]),
      );
      const text = `name = "${fields.name}"\n`;
      const given = { user: registry.user, planned_at: ago(planned), created_at: ago(planned), run_dir };
      const recipe = { path: `/home/ada/omegalax/${fields.name}.toml`, text, digest: zeros };
      const run = sampleRun({ recipe, ...given, ...fields, id, outputs });
      noteUses(registry, run);
      putRun(registry, run, text);
      if (began !== undefined) begin(registry, run, ago(began), metrics);
      if (ended === undefined || state === undefined) return run;
      const about = { type: "outcome" as const, v: 1 as const, run: id, state, attempt: 1 };
      const times = { started_at: ago(began ?? ended), ended_at: ago(ended), at: ago(ended) };
      writeOutcome(registry, run_dir, { ...about, ...times, ...more });
      writeSeal(registry, run_dir, { type: "outputs", v: 1, run: id, state, artifacts: [], at: ago(ended) });
      deactivate(registry, registry.user, id);
      return run;
    },
    output(run, role, step, more = {}) {
      const disk = openRun(registry, registry.user, run.id);
      const output = run.outputs[role];
      const place = `${output?.path}${step === undefined ? "" : `/step_${step}`}`;
      fs.mkdirSync(place, { recursive: true });
      const artifact: RunArtifact = {
        ...{ type: "artifact", v: 1, id: artifactIdOf(run.id, role, step), kind: output?.type ?? "", user: run.user },
        ...{ path: place, run: run.id, recipe: run.name, role, attempt: 1, files: 3, bytes: 1_234_567_890 },
        ...(step === undefined ? {} : { step }),
        at: run.planned_at,
        ...more,
      };
      if (disk) writeOutput(registry, disk, artifact);
      noteEdge(registry, artifact.id, "made", run.id);
      return artifact;
    },
  };
}

/** What the job and the scheduler write of a run that has begun. */
function begin(registry: Registry, run: Run, at: string, metrics: Record<string, readonly number[]>): void {
  const dir = run.run_dir ?? "";
  const directory = attemptDirectory(envelope(dir), 1);
  fs.mkdirSync(directory, { recursive: true });
  const about = {
    type: "start",
    v: 1,
    run: run.id,
    attempt: 1,
    submission: 1,
    job: "4711",
    host: "node17",
    pid: 4711,
    at,
  };
  fs.writeFileSync(path.join(directory, "start.json"), JSON.stringify(about));
  const lines = Object.entries(metrics).flatMap(([name, values]) =>
    values.map((value, i) => JSON.stringify({ name, value, step: (i + 1) * 100, at })),
  );
  fs.writeFileSync(path.join(directory, "metrics-node17-4711.ndjson"), lines.map((line) => `${line}\n`).join(""));
  const view = {
    job: "4711",
    phase: "running" as const,
    word: "RUNNING",
    nodes: "node17",
    submitted_at: at,
    started_at: at,
  };
  writeSchedulerFact(registry, dir, { type: "scheduler", v: 1, run: run.id, job: view, observed_at: at });
}

function using({ id, run, user, role, step, path: place, kind }: Artifact): Run["inputs"][string] {
  const known = { id, run, user, role, path: place, kind, ...(step === undefined ? {} : { step }) };
  return { type: "artifact", artifact: id, ...known } as Run["inputs"][string];
}

const external = (file: string) => ({ type: "external" as const, path: file, fingerprint: "none" as const });
const stream = { checkpoint: { type: "checkpoint_stream", alias: "fit", marker: "ok", digest: "stat" as const } };
const scored = { score: { type: "eval_result", alias: "score", digest: "stat" as const } };

function endedPipeline({ registry, now, make, output }: Making) {
  const id = drawRunId(now - 5000 * minute);
  const stage = (name: string) => ({ pipeline: { id, stage: name }, source: source("5", "ab") });
  const prepare = make({
    ...{ name: "prepare", ...stage("prepare"), at: [4999, 4990, 4950], state: "succeeded" },
    inputs: { raw: external("/data/crowd-cast/2026-11") },
    outputs: { dataset: { type: "dataset", alias: "ifeval_replay", digest: "stat" } },
  });
  const dataset = output(prepare, "dataset", undefined, { bytes: 48_000_000_000 });
  const train = make({
    ...{ name: "fit_qwen3vl", ...stage("train"), at: [4998, 4940, 3000], state: "succeeded" },
    ...{ inputs: { dataset: using(dataset) }, outputs: stream },
    metrics: { "train/loss": [2.4, 1.9, 1.6, 1.45, 1.38, 1.31], "val/loss": [2.5, 2.0, 1.8, 1.62, 1.6, 1.61] },
  });
  const steps = [1000, 2000, 3000, 4000, 5000, 6000].map((step) => output(train, "checkpoint", step));
  const scores = [0.31, 0.42, 0.47, 0.55, 0.58, 0.57];
  const evaluations = steps.map((step, i) => {
    const evaluates = { policy: "if-eval", artifact: step.id, attempt: 1 };
    const run = make({
      ...{ name: "evaluate", ...(i === 5 ? stage("evaluate") : { source: source("5", "ab") }), evaluates },
      ...{ at: [2900 - i * 10, 2890 - i * 10, 2860 - i * 10], state: i === 1 ? "failed" : "succeeded" },
      ...(i === 1 ? { more: { mode: "oom" as const, message: "the kernel ended it: out of memory" } } : {}),
      ...{ inputs: { checkpoint: using(step) }, outputs: scored },
    });
    const result = {
      primary: "strict_accuracy",
      tasks: { strict_accuracy: { value: scores[i], stderr: 0.012, n: 541 }, loose_accuracy: (scores[i] ?? 0) + 0.06 },
    };
    const score =
      i === 1
        ? undefined
        : output(run, "score", undefined, { bytes: 8_211, result: i === 5 ? { ...result, ...rolled() } : result });
    request(registry, run, step, i === 1 ? "failed" : "succeeded");
    return { run, score };
  });
  const last = evaluations.at(-1);
  if (!last?.score) throw new Error("no evaluation");
  rollouts(last.score.path);
  const exported = make({
    ...{ name: "export", ...stage("export"), at: [2800, 2790, 2780], state: "succeeded" },
    inputs: { checkpoint: using(steps.at(-1) as Artifact) },
    outputs: { model: { type: "model", alias: "qwen3vl_export", digest: "sha256" } },
  });
  const model = output(exported, "model");
  const report = make({
    ...{ name: "report", ...stage("report"), at: [2790, 2770, 2765], state: "succeeded" },
    ...{ inputs: { model: using(model), score: using(last.score) }, outputs: {} },
  });
  name(registry, "best-qwen", steps[3] as RunArtifact, now - 2700 * minute, "0.55 on if-eval");
  name(registry, "best-qwen", steps[4] as RunArtifact, now - 2600 * minute, "0.58 on if-eval");
  const runs = { prepare, train, evaluate: last.run, export: exported, report };
  const after = {
    prepare: [],
    train: ["prepare"],
    evaluate: ["train"],
    export: ["train"],
    report: ["evaluate", "export"],
  };
  putPipeline(registry, id, "nightly-qwen", now - 5000 * minute, runs, after);
  const made = {
    train: train.id,
    checkpoint: (steps.at(-1) as Artifact).id,
    evaluation: last.run.id,
    rollout: last.score.id,
  };
  return { id, dataset, made };
}

function pipelineUnderWay({ registry, now, make, output }: Making): string {
  const id = drawRunId(now - 300 * minute);
  const stage = (of: string) => ({ pipeline: { id, stage: of }, source: source("6", "cd") });
  const prepare = make({
    ...{ name: "prepare", ...stage("prepare"), at: [299, 298, 280], state: "succeeded" },
    inputs: { raw: external("/data/crowd-cast/2026-11") },
    outputs: { dataset: { type: "dataset", alias: "ifeval_replay", digest: "stat" } },
  });
  const dataset = output(prepare, "dataset", undefined, { bytes: 51_000_000_000 });
  const train = make({
    ...{ name: "fit_qwen3vl", ...stage("train"), at: [298, 270] },
    ...{ inputs: { dataset: using(dataset) }, outputs: stream, metrics: { "train/loss": [2.3, 1.8, 1.55] } },
  });
  for (const step of [1000, 2000]) output(train, "checkpoint", step);
  const failed = make({
    ...{ name: "probe", ...stage("probe"), at: [297, 275, 268], state: "failed" },
    more: { mode: "code_error", message: "ValueError: no such split 'dev'", exit_code: 1 },
    inputs: { dataset: using(dataset) },
  });
  const pending = {
    type: "artifact",
    artifact: `${train.id}:checkpoint`,
    run: train.id,
    user: train.user,
    role: "checkpoint",
  };
  const evaluate = make({
    ...{ name: "evaluate", ...stage("evaluate"), at: [296] },
    ...{ inputs: { checkpoint: pending as Run["inputs"][string] }, outputs: scored },
  });
  const runs = { prepare, train, probe: failed, evaluate };
  putPipeline(registry, id, "nightly-qwen", now - 300 * minute, runs, {
    ...{ prepare: [], train: ["prepare"], probe: ["prepare"], evaluate: ["train"] },
  });
  return id;
}

function putPipeline(
  registry: Registry,
  id: string,
  called: string,
  at: number,
  runs: Record<string, Run>,
  after: Record<string, string[]>,
): void {
  const recipe = { path: `/home/ada/omegalax/${called}.toml`, text: "", digest: zeros };
  const stages = Object.entries(runs).map(([name, { id: run, recipe: of }]) => ({
    ...{ name, recipe: of.path ?? "/home/ada/x.toml", after: after[name] ?? [], runs: [run] },
  }));
  const about = { type: "pipeline" as const, v: 1 as const, id, name: called, user: registry.user };
  writePipeline(registry, { ...about, planned_at: timestamp(at), recipe, of: stages.length, stages });
}

/** Learning rates by widths by seeds; the rate matters, the width a little, the seed not at all. */
function sweepOf({ registry, now, make }: Making): string {
  const id = drawRunId(now - 900 * minute);
  const [rates, widths, seeds] = [
    [1e-4, 3e-4, 1e-3, 3e-3, 1e-2],
    [128, 256, 512],
    [0, 1, 2],
  ];
  const all = rates.flatMap((lr) => widths.flatMap((width) => seeds.map((seed) => ({ lr, width, seed }))));
  const points = all.map(({ lr, width, seed }, index) => {
    const point = { "params.lr": lr, "params.width": width, seed };
    const reached = 0.8 + 0.35 * Math.log10(lr / 1e-3) ** 2 - width / 4000 + ((index * 7) % 5) / 100;
    const began = 890 - index * 21;
    const isOver = began > 60;
    const diverged = lr === 1e-2 && seed === 2;
    const run = make({
      ...{ name: "grid", at: [899, ...(began > 0 ? [began] : []), ...(isOver ? [began - 50] : [])] as Made["at"] },
      ...(isOver ? { state: diverged ? "failed" : "succeeded" } : {}),
      ...(diverged ? { more: { mode: "code_error" as const, message: "loss is nan" } } : {}),
      sweep: { id, index, of: all.length, point, replicate: seed },
      ...{ params: { lr, width }, seed, tags: ["lr-ablation"], group: "lr-ablation", source: source("7", "ef") },
      ...(began > 0 ? { metrics: curve(reached, diverged) } : {}),
    });
    return { index, run: run.id, point, replicate: seed };
  });
  writeSweep(registry, {
    ...{ type: "sweep", v: 1, id, name: "lr-by-width", user: registry.user, planned_at: timestamp(now - 900 * minute) },
    ...{ of: points.length, recipe: { path: "/home/ada/omegalax/grid.toml", text: "", digest: zeros } },
    axes: [
      { path: "params.lr", values: rates },
      { path: "params.width", values: widths },
      { path: "seed", values: seeds },
    ],
    ...{ max_concurrent: 8, points },
  });
  return id;
}

function curve(reached: number, diverged: boolean): Record<string, number[]> {
  const loss = [3, 2, 1, 0.4, 0.15, 0].map((above) => Number((reached + above).toPrecision(4)));
  return {
    val_loss: diverged ? loss.slice(0, 2) : loss,
    accuracy: loss.map((one) => Number((1 / (1 + one)).toPrecision(4))),
  };
}

/** Many runs that used the same data. */
function crowd({ make, output }: Making, dataset: Artifact): void {
  for (let i = 0; i < 60; i += 1) {
    const failed = i % 9 === 4;
    const run = make({
      ...{
        name: `ablate-${i % 6}`,
        at: [2500 - i * 20, 2490 - i * 20, 2460 - i * 20],
        state: failed ? "failed" : "succeeded",
      },
      ...(failed ? { more: { mode: "timeout" as const, message: "its time was up" } } : {}),
      ...{ inputs: { dataset: using(dataset) }, source: source(String(i % 4), "0f") },
      outputs: { model: { type: "model", alias: "ablation", digest: "stat" as const } },
      metrics: { val_loss: [2, 1.5 + (i % 7) / 10] },
    });
    if (!failed) output(run, "model", undefined, { bytes: 400_000_000 + i * 1_000_000 });
  }
}

function name(registry: Registry, called: string, artifact: RunArtifact, at: number, note: string): void {
  const { id, run, role, step } = artifact;
  const target = { artifact: id, run, role, ...(step === undefined ? {} : { step }) };
  bindAlias(registry, { scope: "global", name: called, target, at: timestamp(at), note });
}

function request(registry: Registry, run: Run, of: RunArtifact, ended: "succeeded" | "failed"): void {
  const made = {
    user: of.user,
    run: of.run,
    role: of.role,
    ...(of.step === undefined ? {} : { step: of.step }),
    attempt: 1,
  };
  const about = {
    type: "eval-request" as const,
    v: 1 as const,
    policy: "if-eval",
    artifact: of.id,
    attempt: 1,
    run: run.id,
  };
  const by = { user: registry.user, of: made, recipe_digest: zeros, host: "login1", pid: 1, at: run.planned_at };
  writeRequest(registry, { ...about, ...by });
  markTry(registry, { policy: "if-eval", artifact: of.id, attempt: 1 }, ended);
}

function rolled(): object {
  return {
    runs: [
      { subdir: "task_00", task: "book a flight" },
      { subdir: "task_01", task: "find the paper" },
    ],
  };
}

function rollouts(place: string): void {
  for (const [t, length] of [8, 5].entries()) {
    const directory = path.join(place, `task_0${t}`);
    fs.mkdirSync(path.join(directory, "steps"), { recursive: true });
    const lines = Array.from({ length }, (_, i) => ({
      ...{
        step_num: i,
        action: `click(${120 + i * 31}, ${80 + i * 17})`,
        response: `I see the form; next I fill field ${i + 1}.`,
      },
      reward: i === length - 1 ? 1 - t : 0,
    }));
    fs.writeFileSync(
      path.join(directory, "trajectory.jsonl"),
      lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
    );
    for (const { step_num } of lines)
      fs.writeFileSync(
        path.join(directory, `steps/step_${String(step_num).padStart(3, "0")}.png`),
        picture(step_num, length, t),
      );
  }
}

/** A frame of a rollout: stripes that move. */
function picture(step: number, of: number, hue: number): Buffer {
  const [width, height] = [320, 200];
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const on = x > (width * step) / of && x < (width * (step + 1)) / of && y > 60 && y < 140;
      const at = y * (width * 3 + 1) + 1 + x * 3;
      rows.set(on ? [60 + hue * 120, 120, 230] : [236 - (y >> 3), 238 - (y >> 3), 242 - (y >> 3)], at);
    }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const parts = [part("IHDR", head), part("IDAT", zlib.deflateSync(rows)), part("IEND", Buffer.alloc(0))];
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), ...parts]);
}

function part(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(checksum(body));
  return Buffer.concat([length, body, sum]);
}

/** CRC-32 as PNG has it (ISO 3309). */
function checksum(data: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let k = 0; k < 8; k += 1) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
