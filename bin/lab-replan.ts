#!/usr/bin/env node
// lab-replan - existing runs become plans again
import { command } from "../lib/command/command.js";
import { replanAll } from "../lib/verb/plan/replanning.js";

export const spec = {
  name: "lab-replan",
  usage: ["RUN… [-- ARGUMENT…]", "--state STATE … [-- ARGUMENT…]", "[-- ARGUMENT…] < RUNS"],
  options: {
    state: {
      type: "strings",
      value: "STATE",
      help: "those in this state (with other filters: failed, cancelled, lost)",
    },
    mode: { type: "strings", value: "MODE", help: "those that failed in this mode: oom, timeout, code_error, …" },
    name: { type: "string", value: "GLOB", help: "those of this name" },
    tag: { type: "strings", value: "TAG", help: "those with this tag" },
    since: { type: "time", value: "TIME", help: "those planned since then: 3d, today, 2026-11-20" },
    sweep: { type: "string", value: "SWEEP", help: "the points of this sweep" },
    point: { type: "strings", value: "POINT", help: "points of a sweep: an index, a case, or params.lr=0.1" },
    where: { type: "strings", value: "TEST", help: "those where this is so (lab-where(7))" },
    set: { type: "strings", value: "PATH=VALUE", help: "change one value of the recipe: resources.time=8h" },
    append: { type: "boolean", help: "put the arguments after -- at the end (what is done if nothing is said)" },
    replace: { type: "boolean", help: "only the program and the arguments after --" },
    merge: { type: "boolean", help: "options after -- take the place of those of the same name" },
    resume: {
      type: "string",
      value: "WHICH",
      help: "go on from a checkpoint: latest, best:METRIC[:min|:max], or none",
    },
    stage: { type: "string", value: "FILE", help: "take a copy of the file along as the input {staged}" },
    "fresh-source": { type: "boolean", help: "the source as it is now, and not as it was then" },
    "no-cache": { type: "boolean", help: "compute it, whatever was computed before; it answers for nothing" },
    recompute: { type: "boolean", help: "compute it anew, and let the new result answer from now on" },
    "no-follow": { type: "boolean", help: "wait for nobody else's run, and take nobody else's result" },
  },
  columns: [{ key: "id", title: "run" }, "name", "phase", "parent"],
  input: "runs",
  optional: ["state", "mode", "name", "tag", "since", "sweep", "point", "where"],
  acts: true,
  rest: true,
  reads: ["run", "status"],
  writes: ["run"],
} as const;

export default command(spec, (records, options, context) => replanAll(records, options, context));
