// Many runs that are waiting in the queue, made by the registry's own functions and by one sbatch each.
import { execFile } from "node:child_process";
import os from "node:os";
import { promisify } from "node:util";
import { jobName } from "../../lib/record/job-name.js";
import type { Run } from "../../lib/record/run.js";
import { timestamp } from "../../lib/record/units.js";
import { openRegistry, type Registry } from "../../lib/registry/open.js";
import { createRun } from "../../lib/registry/runs.js";
import { linkIntent, nextSubmission, writeReceipt } from "../../lib/registry/submissions.js";
import { jobComment } from "../../lib/scheduler/slurm/comment.js";
import { idOf } from "./records.js";

const atOnce = 4;
const runProgram = promisify(execFile);

/** Makes `count` runs like the resolved one of `line`, each with a held job, its intent and its receipt. */
export async function makeActiveRuns(base: string, line: string, count: number): Promise<void> {
  const registry = openRegistry(base, os.userInfo().uid);
  const like = JSON.parse(line) as Run;
  let next = 0;
  const work = async () => {
    for (let n = next++; n < count; n = next++) await makeOne(registry, like, idOf(n));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

async function makeOne(registry: Registry, like: Run, id: string): Promise<void> {
  const run_dir = `${registry.base}/runs/${registry.user}/${id}`;
  const at = timestamp(Date.now());
  const run: Run = { ...like, id, run_dir, phase: "created", planned_at: at, created_at: at };
  await createRun(registry, run, run.recipe.text);
  const { n } = nextSubmission(registry, run_dir);
  linkIntent(registry, run_dir, id, n, "submit", false);
  const words = ["--hold", "--parsable", `--comment=${jobComment(registry.id, id)}`, `--job-name=${jobName(run)}`];
  const { stdout } = await runProgram("sbatch", [...words, "--time=1", "--output=/dev/null", "--wrap", "true"]);
  const job = stdout.trim();
  const receipt = { type: "receipt", v: 1, run: id, submission: n, scheduler: "slurm", job, at } as const;
  writeReceipt(registry, run_dir, receipt);
}
