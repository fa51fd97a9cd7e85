// Runs of a lab that does all sorts of things: sweeps, pipelines, single runs, ends of every kind, some metrics.
import type { Outcome } from "../../lib/record/facts.js";
import { modes } from "../../lib/record/facts.js";
import type { Run } from "../../lib/record/run.js";
import { timeOfRunId } from "../../lib/record/run-id.js";
import { timestamp } from "../../lib/record/units.js";
import type { Varied } from "./many-runs.js";

/** What a run belongs to: so many runs of a user's in a row are a sweep, so many a pipeline, the others single. */
export interface Member {
  kind: "sweep" | "pipeline" | "single";
  /** The first run of the block, whose id is the block's. */
  block: string;
  index: number;
}

export const block = { all: 200, sweep: 60, pipeline: 12 };
export const stages = ["prepare", ...Array<string>(8).fill("train"), "distill", "evaluate", "report"];

/** Which part the `n`th of a user's runs has; `ids` are all of them. */
export function memberOf(ids: readonly string[], n: number): Member {
  const start = n - (n % block.all);
  const at = n - start;
  if (at < block.sweep) return { kind: "sweep", block: ids[start] ?? "", index: at };
  if (at < block.sweep + block.pipeline)
    return { kind: "pipeline", block: ids[start + block.sweep] ?? "", index: at - block.sweep };
  return { kind: "single", block: "", index: at };
}

const projects = ["resnet", "vit", "gpt-small", "diffusion", "baseline", "probe"];
const notes = [
  "the loss diverges without warm-up",
  "twice the batch, the same loss: the learning rate was too small",
  "augmentation helps on the small set only",
];

/** How the `n`th run of somebody is otherwise than the usual one. */
export function varied(id: string, { kind, block: of, index }: Member, n: number, draw: () => number): Varied {
  const project = projects[Math.floor(n / block.all) % projects.length] ?? "";
  const lr = kind === "sweep" ? 10 ** (-5 + (index % 12) / 3) : Number((10 ** (-5 + 3 * draw())).toPrecision(3));
  const batch = [16, 32, 64, 128, 256][kind === "sweep" ? Math.floor(index / 12) : Math.floor(draw() * 5)] ?? 32;
  const stage = stages[index] ?? "";
  const plan: Partial<Run> = {
    name: kind === "sweep" ? `${project}-sweep` : kind === "pipeline" ? `${project}-${stage}` : `${project}-${n % 40}`,
    params: { lr, batch, seed: n % 5, model: { layers: 6 + (n % 7) * 2, dropout: (n % 4) / 10 }, data: `set-${n % 9}` },
    args: { lr, epochs: 10 * (1 + (n % 6)), data: "/data/größe/set-07", amp: n % 3 === 0 },
    seed: n % 5,
    tags: [project, ...(n % 11 === 0 ? ["paper"] : []), ...(kind === "sweep" ? ["sweep"] : [])],
    ...(n % 3 === 0 ? { group: `${project}-group-${Math.floor(n / 50) % 10}` } : {}),
    ...(n % 17 === 0
      ? { narrative: { hypothesis: `a rate of ${lr} is enough`, note: notes[n % notes.length] ?? "" } }
      : {}),
    resources: { gpus: 1 + (n % 4), cpus: 8, mem_bytes: 2 ** 35, time_s: 14_400, partition: n % 5 ? "gpu" : "long" },
    ...(kind === "sweep" ? { sweep: { id: of, index, of: block.sweep, point: { "params.lr": lr, batch } } } : {}),
    ...(kind === "pipeline" ? { pipeline: { id: of, stage } } : {}),
  };
  const best = 2.5 - 1.8 * Math.exp(-((Math.log10(lr) + 3) ** 2)) + draw() * 0.1;
  return { plan, end: endOf(id, n, draw), metrics: metricsOf(id, best, draw) };
}

const words: Partial<Record<NonNullable<Outcome["mode"]>, string>> = {
  code_error: "exit code 1",
  oom: "it ran out of memory",
  timeout: "it reached its time limit",
  preempted: "it was preempted",
  node_fail: "its node failed (node17)",
  dependency: "a job that it waited for did not end as it should",
};

function endOf(id: string, n: number, draw: () => number): NonNullable<Varied["end"]> {
  const dice = draw();
  const planned = timeOfRunId(id) ?? 0;
  const times = {
    started_at: timestamp(planned + 40_000),
    ended_at: timestamp(planned + 60_000 + draw() * 14_000_000),
  };
  if (dice < 0.72) return { state: "succeeded", ...times };
  if (dice < 0.84) return { state: "cached", cached_from: id, ended_at: timestamp(planned + 2000) };
  if (dice < 0.88) return { state: "cancelled", mode: "cancelled", message: "cancelled with lab cancel", ...times };
  if (dice < 0.89) return { state: "lost", message: "its job is in no queue and left no record", ...times };
  const mode = dice < 0.94 ? "code_error" : (modes.filter((one) => one !== "cancelled")[n % 9] ?? "oom");
  return { state: "failed", mode, message: words[mode] ?? "it could not start", exit_code: 1, ...times };
}

/** A curve of two metrics, and the last value of three more. */
function metricsOf(id: string, best: number, draw: () => number): string {
  const start = timeOfRunId(id) ?? 0;
  const lines: object[] = [];
  for (let step = 0; step <= 200; step += 10) {
    const at = timestamp(start + 60_000 + step * 10_000);
    const loss = best + 3 * Math.exp(-step / 40) + (draw() - 0.5) * 0.05;
    lines.push({ name: "loss", value: loss, step, at }, { name: "accuracy", value: Math.exp(-loss), step, at });
  }
  for (const name of ["val_loss", "val/accuracy", "throughput"])
    lines.push({
      name,
      value: name === "val_loss" ? best * 1.05 : draw() * 100,
      step: 200,
      at: timestamp(start + 3e6),
    });
  return `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`;
}

/** The last values of what `metricsOf` wrote. */
export function lastOf(lines: string): Record<string, number> {
  const last: Record<string, number> = {};
  for (const line of lines.trim().split("\n")) {
    const { name, value } = JSON.parse(line) as { name: string; value: number };
    last[name] = value;
  }
  return last;
}
