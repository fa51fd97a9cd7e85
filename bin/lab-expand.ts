#!/usr/bin/env node
// lab-expand - make the points of sweeps
import { command } from "../lib/command/command.js";
import { expandAll } from "../lib/verb/plan/expand-all.js";
import { sweepView } from "../lib/verb/sweep/sweep-view.js";

export const spec = {
  name: "lab-expand",
  usage: ["< RUNS"],
  options: {
    count: { type: "boolean", help: "only how many points there are, and the GPU-hours they ask for" },
  },
  whole: sweepView,
  columns: [{ key: "id", title: "run" }, "name", "sweep.index", "sweep.point"],
  input: "records",
  acts: true,
  reads: ["run"],
  writes: ["sweep", "run"],
} as const;

export default command(spec, (records, { count }, context) => expandAll(records, count, context));
