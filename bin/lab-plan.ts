#!/usr/bin/env node
// lab-plan - recipes and ad-hoc commands become run records
import { command } from "../lib/command/command.js";
import { planAll } from "../lib/verb/plan/planning.js";

export const spec = {
  name: "lab-plan",
  usage: ["RECIPE…", "PIPELINE…", "-- COMMAND [ARGUMENT…]"],
  options: {
    set: {
      type: "strings",
      value: "PATH=VALUE",
      help: "change one value of the recipe: params.lr=3e-4; of a pipeline STAGE.params.lr=3e-4",
    },
    name: { type: "string", value: "NAME", help: "the run's name (else the recipe's, or the script's)" },
    note: { type: "string", value: "TEXT", help: "a note" },
    hypothesis: { type: "string", value: "TEXT", help: "what you expect to find" },
    context: { type: "string", value: "TEXT", help: "what it follows from" },
    intent: { type: "string", value: "TEXT", help: "what it is for" },
    "expected-outcome": { type: "string", value: "TEXT", help: "what you expect to see" },
    tag: { type: "strings", value: "TAG", help: "a tag, besides the recipe's" },
    group: { type: "string", value: "NAME", help: "the group of runs it belongs to" },
    parent: { type: "string", value: "RUN", help: "the run it came from" },
    "no-cache": { type: "boolean", help: "compute it, whatever was computed before; it answers for nothing" },
    recompute: { type: "boolean", help: "compute it anew, and let the new result answer from now on" },
    "no-follow": { type: "boolean", help: "wait for nobody else's run, and take nobody else's result" },
  },
  columns: [{ key: "id", title: "run" }, "name", "phase", "source.root"],
  input: "none",
  acts: true,
  rest: true,
  args: [0, Number.POSITIVE_INFINITY],
  writes: ["run", "pipeline", "sweep"],
} as const;

export default command(spec, (_, options, context) => planAll(options, context));
