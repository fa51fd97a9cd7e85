// An array of runs as lab-render-sbatch leaves it: an index, a script, and what each element was given.
import fs from "node:fs";
import path from "node:path";
import { writeArray } from "../../../lib/registry/arrays.js";
import type { Registry } from "../../../lib/registry/open.js";
import { openRun } from "../../../lib/registry/runs.js";
import { nextSubmission } from "../../../lib/registry/submissions.js";
import { readyRun } from "./fake-scheduler.js";

export const id = "20261121-120000-00aaaa";
const at = "2026-11-21T12:00:00.000Z";

/** An array of so many runs, and a function that reads one of them. */
export async function arrayOf(registry: Registry, count: number) {
  const runs: string[] = [];
  for (let i = 0; i < count; i += 1) runs.push((await readyRun(registry)).id);
  const elements = runs.map((run) => {
    const dir = path.join(registry.base, "runs", registry.user, run);
    const { n } = nextSubmission(registry, dir);
    return { run, submission: n };
  });
  const array = writeArray(registry, { id, name: "grid", at }, elements, { script: "#!/bin/bash\n", values: "" });
  elements.forEach(({ run, submission }, index) => {
    const lab = path.join(registry.base, "runs", registry.user, run, ".lab", `submit-${submission}`);
    const context = { type: "context", v: 1, run, submission, array: { id, index } };
    fs.writeFileSync(path.join(lab, "context.json"), JSON.stringify(context));
  });
  const facts = (index: number) => {
    const disk = openRun(registry, registry.user, runs[index] ?? "");
    if (!disk) throw new Error("it is gone");
    return disk.facts;
  };
  return { array, runs, facts };
}
