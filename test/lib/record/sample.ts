// A run record that has everything a run must have.
import type { Run } from "../../../lib/record/run.js";

export const sampleId = "20261120-201455-k7q3mz";
export const zeros = `sha256:${"0".repeat(64)}`;

export function sampleRun(more: Partial<Run> = {}): Run {
  return {
    type: "run",
    v: 1,
    id: sampleId,
    phase: "resolved",
    name: "train",
    user: "alice",
    planned_at: "2026-11-20T20:14:55.000Z",
    recipe: { text: "name = 'train'\n", digest: zeros },
    source: { kind: "git", root: "/home/alice/repo" },
    workdir: ".",
    command: ["python", "train.py"],
    args: {},
    params: { lr: 0.1 },
    env: {},
    pass: [],
    tags: [],
    resources: { cpus: 1 },
    inputs: {},
    outputs: {},
    ...more,
  };
}
