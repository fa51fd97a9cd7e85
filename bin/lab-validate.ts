#!/usr/bin/env node
// lab-validate - all that is wrong with a recipe or configuration
import { command } from "../lib/command/command.js";
import { isFault } from "../lib/record/fault.js";
import { problemOf, problemView, validateFile } from "../lib/verb/plan/validating.js";

export const spec = {
  name: "lab-validate",
  usage: ["FILE…"],
  options: { set: { type: "strings", value: "PATH=VALUE", help: "as lab-plan would change a recipe" } },
  columns: [
    "path",
    { key: "line", format: "number" },
    { key: "column", format: "number" },
    "severity",
    "message",
    "hint",
  ],
  view: problemView,
  input: "none",
  args: [1, Number.POSITIVE_INFINITY],
  writes: ["problem", "check"],
} as const;

export default command(spec, async function* (_, { set }, context) {
  for (const file of context.args) {
    let [errors, warnings] = [0, 0];
    try {
      for (const problem of await validateFile(file, set, context)) {
        if (problem.severity === "error") errors += 1;
        else warnings += 1;
        yield problem;
      }
    } catch (error) {
      if (!isFault(error) || (error.code !== "dataerr" && context.args.length === 1)) throw error;
      if (error.code === "dataerr") yield problemOf(file, error);
      else context.report(undefined, error);
      errors += 1;
    }
    if (errors > 0) context.no();
    else if (context.terminal.err)
      context.say(`${file}: ${warnings === 0 ? "all is well" : "nothing is wrong for certain"}`);
  }
});
