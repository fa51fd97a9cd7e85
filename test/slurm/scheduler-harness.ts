// A Slurm cluster of a test's own, and runs of its users on it as lab-submit would send them.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { jobName } from "../../lib/record/job-name.js";
import type { Resources } from "../../lib/record/resources.js";
import type { Run } from "../../lib/record/run.js";
import { drawRunId } from "../../lib/record/run-id.js";
import type { Scheduler, SubmitRequest } from "../../lib/scheduler/scheduler.js";
import type { SlurmOptions } from "../../lib/scheduler/slurm/client.js";
import { slurmDirectives } from "../../lib/scheduler/slurm/directives.js";
import { slurmScheduler } from "../../lib/scheduler/slurm/slurm.js";
import { asUser, root, type User, user } from "../support/sandbox.js";

export const registry = "reg-1";

export interface Cluster {
  /** Where runs' directories and everything else of the test is; its name is one that needs quoting. */
  dir: string;
  env: Record<string, string>;
  nodes: string[];
  /** Whether memory is limited by cgroups, so that jobs can run out of it. */
  cgroups: boolean;
  /** Runs test/slurm/cluster with these words. */
  cluster(...words: string[]): void;
  /** Runs one of Slurm's programs as root; its stdout. */
  root(...argv: string[]): string;
  /** The same as one of its users. */
  as(name: string, ...argv: string[]): string;
  down(): void;
}

/** Brings a cluster up in a directory of its own, with these settings of test/slurm/README.md. */
export function ownCluster(settings: Record<string, string> = {}): Cluster {
  const own = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "labkit-own-"));
  fs.chmodSync(own, 0o755);
  const where = { ...process.env, ...settings, LAB_TEST_CLUSTER: own };
  const script = path.join(root, "test/slurm/cluster");
  const cluster = (...words: string[]) => {
    const { status, stderr } = spawnSync(script, words, { env: where, encoding: "utf8" });
    if (status !== 0) throw new Error(`cluster ${words.join(" ")}: ${stderr}`);
  };
  cluster("up");
  const told = spawnSync("bash", ["-c", 'eval "$("$0" env)"; env -0', script], { env: where, encoding: "utf8" }).stdout;
  const all = Object.fromEntries(told.split("\0").map((line) => line.split(/=(.*)/s).slice(0, 2)));
  const env = {
    PATH: process.env["PATH"] ?? "",
    SLURM_CONF: all["SLURM_CONF"],
    IMPATIENT: all["LAB_TEST_IMPATIENT_CONF"],
  };
  const dir = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'labkit scheduler\'s 100%j "é"-'));
  fs.chmodSync(dir, 0o755);
  const run = (program = "", ...argv: string[]) => {
    const { status, stdout, stderr } = spawnSync(program, argv, { cwd: "/", env, encoding: "utf8" });
    if (status !== 0) throw new Error(`${program} ${argv.join(" ")}: ${stderr}`);
    return stdout;
  };
  return {
    dir,
    env,
    nodes: (all["LAB_TEST_NODES"] ?? "").split(" "),
    cgroups: all["LAB_TEST_CGROUP"] !== "none",
    cluster,
    root: run,
    as: (name, ...argv) => run(...asUser(userOf(name), argv)),
    down: () => {
      cluster("down", "--purge");
      fs.rmSync(dir, { recursive: true, force: true });
      fs.rmSync(own, { recursive: true, force: true });
    },
  };
}

/** Slurm as one of the cluster's users has it: its programs run under her uid. */
export function schedulerOf(
  cluster: Cluster,
  name: string,
  { env, binaries: other, ...more }: Partial<SlurmOptions> = {},
): Scheduler {
  const who = userOf(name);
  const bin = path.join(cluster.dir, `bin-${name}`);
  fs.mkdirSync(bin, { recursive: true });
  const binaries: Record<string, string> = {};
  for (const program of ["sbatch", "squeue", "sacct", "scancel", "scontrol", "sinfo"]) {
    binaries[program] = path.join(bin, program);
    fs.writeFileSync(binaries[program], `#!/bin/sh\nexec ${asUser(who, [program]).join(" ")} "$@"\n`, { mode: 0o755 });
  }
  return slurmScheduler({
    env: { ...cluster.env, HOME: who.home, ...env },
    binaries: { ...binaries, ...other },
    ...more,
  });
}

export function userOf(name: string): User {
  const found = user(name);
  if (found === undefined) throw new Error(`no user ${name}`);
  return found;
}

/** A run of this user with its directory and its script, ready to be submitted. */
export function prepared(
  cluster: Cluster,
  name: string,
  resources: Resources,
  body: string,
  recipe = "digits",
): SubmitRequest {
  const id = drawRunId(Date.now());
  const run_dir = path.join(cluster.dir, "runs", name, id);
  const submission = path.join(run_dir, ".lab/submit-1");
  fs.mkdirSync(submission, { recursive: true });
  const run = { id, name: recipe, run_dir, resources } as Run;
  const script = path.join(submission, "script.sh");
  const lines = [
    "#!/bin/bash",
    ...slurmDirectives(run, { registry, submission: 1 }),
    "export SLURM_EXPORT_ENV=ALL",
    body,
    "",
  ];
  fs.writeFileSync(script, lines.join("\n"));
  const { uid, gid } = userOf(name);
  for (const owned of [run_dir, path.join(run_dir, ".lab"), submission]) fs.chownSync(owned, uid, gid);
  return { run: id, submission: 1, registry, job_name: jobName(run), script, run_dir, resources, dependencies: [] };
}

/** What Slurm itself wrote about a job. */
export function slurmLog(request: SubmitRequest, job: string): string {
  return fs.readFileSync(path.join(request.run_dir, `.lab/submit-1/slurm-${job}.out`), "utf8");
}
