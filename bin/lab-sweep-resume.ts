#!/usr/bin/env node
// lab-sweep-resume - the runs of a sweep that were never made or sent
import { command } from "../lib/command/command.js";
import { resumedSweeps } from "../lib/verb/sweep/sweep-resume.js";

export const spec = {
  name: "lab-sweep-resume",
  usage: ["SWEEP…"],
  options: {},
  columns: [{ key: "id", title: "run" }, "name", "phase", "sweep.index", "sweep.point"],
  input: "none",
  acts: true,
  args: [1, Number.POSITIVE_INFINITY],
  writes: ["sweep", "run"],
} as const;

export default command(spec, (_, __, context) => resumedSweeps(context));
