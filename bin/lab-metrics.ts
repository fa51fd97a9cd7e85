#!/usr/bin/env node
// lab-metrics - the metrics of runs
import { command } from "../lib/command/command.js";
import { fault } from "../lib/record/fault.js";
import { like } from "../lib/record/like.js";
import type { Metric } from "../lib/record/records.js";
import type { RunOnDisk } from "../lib/registry/facts.js";
import { metricsOf } from "../lib/registry/metrics.js";
import { cannotShow, namedRuns } from "../lib/verb/runs.js";
import { ofAnother, whoseLines } from "../lib/verb/what-answers.js";

export const spec = {
  name: "lab-metrics",
  usage: ["RUN…", "< RUNS"],
  options: {
    name: { type: "strings", value: "GLOB", help: "only metrics of this name" },
    last: { type: "boolean", help: "only the last value of each" },
  },
  pivot: { by: ["run", "step"], key: "name", value: "value" },
  columns: ["run", "name", "step", { key: "value", format: "number" }, "at", "attempt"],
  input: "runs",
  reads: ["run", "status"],
  writes: ["metric"],
} as const;

export default command(spec, async function* (records, { name, last }, context) {
  const wanted = name.map(like);
  for await (const named of namedRuns(records, context)) {
    if ("other" in named) {
      yield named.other;
      continue;
    }
    try {
      yield* ofRun(named.run);
    } catch (error) {
      cannotShow(named.run.run.id, error, context);
    }
  }

  async function* ofRun(disk: RunOnDisk): AsyncGenerator<object> {
    const shown = whoseLines(disk, "metrics", await context.registry(), context.say);
    const { id } = shown.run;
    const bad = (message: string) => context.report(id, fault("dataerr", message));
    let rows: Metric[];
    try {
      rows = metricsOf(shown, bad).filter(({ name }) => wanted.length === 0 || wanted.some((matches) => matches(name)));
    } catch (error) {
      throw ofAnother(error, disk, shown);
    }
    if (rows.length === 0) context.say(`${id}: no metrics${name.length > 0 ? " of that name" : ""} yet`);
    yield* last ? [...new Map(rows.map((row) => [row.name, row])).values()] : rows;
  }
});
