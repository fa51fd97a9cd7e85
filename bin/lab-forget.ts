#!/usr/bin/env node
// lab-forget - give lost runs up
import { command } from "../lib/command/command.js";
import { settle } from "../lib/pass/settle.js";
import { fault } from "../lib/record/fault.js";
import { stateOf } from "../lib/record/state.js";
import type { RunOnDisk } from "../lib/registry/facts.js";
import { note } from "../lib/registry/journal.js";
import { openRun } from "../lib/registry/runs.js";
import { writeRequest } from "../lib/registry/submissions.js";
import { eachNamed, graces, mustOwn, statusOf } from "../lib/verb/runs.js";

export const spec = {
  name: "lab-forget",
  usage: ["RUN…", "< RUNS"],
  options: {
    reason: { type: "string", value: "TEXT", help: "why, for whoever looks at it later" },
    force: { type: "boolean", help: "also a run that may still come back: submitted, or in a state that is not known" },
  },
  columns: [{ key: "id", title: "run" }, "name", "state", "message"],
  input: "runs",
  acts: true,
  reads: ["run", "status"],
  writes: ["status"],
} as const;

export default command(spec, async function* (records, { reason, force }, context) {
  const limits = await graces(context);
  const registry = await context.registry();
  const forget = (disk: RunOnDisk) => {
    const { run } = disk;
    mustOwn(disk, registry.uid);
    const { state } = stateOf(disk.facts, Date.now(), limits);
    if (state !== "lost" && !(force && ["submitted", "unknown"].includes(state))) {
      const hint =
        state === "queued" || state === "running" ? "lab cancel ends it" : "only what is lost can be given up";
      throw fault("refused", `cannot give it up: it is ${state}`, { hint });
    }
    if (!context.dryRun) {
      writeRequest(registry, disk.dir, "forget", run.id, reason);
      settle(registry, disk, { state: "lost", message: "given up by its owner", final: true }, Date.now());
      note(registry, "run_forgotten", run.id, { name: run.name });
    }
    return statusOf(openRun(registry, registry.user, run.id) ?? disk, Date.now(), limits);
  };
  yield* eachNamed(records, forget, limits, context);
});
