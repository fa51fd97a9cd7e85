#!/usr/bin/env node
// lab-register - make artifacts of what runs have written
import { command } from "../lib/command/command.js";
import { packSome } from "../lib/verb/packing.js";
import { registerPass } from "../lib/verb/registering.js";
import { graces, namedRuns, notYours } from "../lib/verb/runs.js";

export const spec = {
  name: "lab-register",
  usage: ["[RUN…]"],
  options: {
    rehash: { type: "boolean", help: "read the bytes again, also of named runs that are settled, and compare" },
  },
  columns: ["type", "run", "role", "step", "id", { key: "state", spare: true }, "path"],
  input: "runs",
  acts: true,
  optional: true,
  reads: ["run", "status"],
  writes: ["artifact", "outputs", "status"],
} as const;

export default command(spec, async function* (records, { rehash }, context) {
  let only: string[] | undefined;
  if (context.args.length > 0) {
    const limits = await graces(context);
    const registry = await context.registry();
    only = [];
    for await (const named of namedRuns(records, context)) {
      if ("other" in named) {
        yield named.other;
        continue;
      }
      const { run, record } = named;
      if (run.owner !== registry.uid) yield notYours(run, limits, context);
      else {
        only.push(run.run.id);
        if (record) yield record;
      }
    }
  }
  for await (const { made, seal } of registerPass(context, only, rehash)) {
    yield* made;
    if (seal) yield seal;
  }
  await packSome(context);
});
