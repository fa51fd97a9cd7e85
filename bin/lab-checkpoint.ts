#!/usr/bin/env node
// lab-checkpoint - which checkpoint of a run
import { command } from "../lib/command/command.js";
import { checkpoints } from "../lib/verb/checkpointing.js";

export const spec = {
  name: "lab-checkpoint",
  usage: ["RUN… [latest | best METRIC[:min|:max] | all]", "- [latest | best METRIC[:min|:max] | all] < RUNS"],
  options: {},
  columns: [
    "run",
    { key: "name", spare: true },
    "step",
    "how",
    { key: "metric.value", title: "value", format: "number", spare: true },
    "path",
  ],
  ids: (record: Record<string, unknown>) => (typeof record["path"] === "string" ? [record["path"]] : []),
  input: "runs",
  reads: ["run", "status"],
  writes: ["checkpoint"],
} as const;

export default command(spec, (records, _, context) => checkpoints(records, context));
