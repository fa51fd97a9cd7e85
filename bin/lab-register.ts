#!/usr/bin/env node
// lab-register - make artifacts of what runs have written
import { command } from "../lib/command/command.js";
import { registerPass } from "../lib/verb/registering.js";
import { graces, namedRuns, notYours } from "../lib/verb/runs.js";

export const spec = {
  name: "lab-register",
  usage: ["[RUN…]"],
  options: {},
  columns: ["type", "run", "role", "step", "id", { key: "state", spare: true }, "path"],
  input: "runs",
  acts: true,
  optional: true,
  reads: ["run", "status"],
  writes: ["artifact", "outputs"],
} as const;

export default command(spec, async function* (records, _, context) {
  let only: string[] | undefined;
  if (context.args.length > 0) {
    const limits = await graces(context);
    const registry = await context.registry();
    only = [];
    for await (const named of namedRuns(records, context)) {
      if ("other" in named) yield named.other;
      else if (named.run.owner === registry.uid) only.push(named.run.run.id);
      else yield notYours(named.run, limits, context);
    }
  }
  for await (const { made, seal } of registerPass(context, only)) {
    yield* made;
    if (seal) yield seal;
  }
});
