// A Slurm cluster for one bench alone: nobody else's jobs are in its queue.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "../support/sandbox.js";
import { installed, output } from "./programs.js";

export interface Cluster {
  /** What programs need in their environment to find it. */
  env: Record<string, string>;
  /** How often clients have asked the controller so far, by kind of request. */
  requests(): Map<string, number>;
  /** Takes all jobs out of the queue. */
  cancelAll(): void;
  down(): void;
}

const script = path.join(root, "test/slurm/cluster");

export function withoutSlurm(): string | undefined {
  if (!installed("slurmctld") || !installed("munged")) return "no Slurm here (test/slurm/cluster install)";
  return undefined;
}

/** Brings up a cluster without accounting in a directory of its own. It goes down with us, also when we are interrupted. */
export function clusterUp(): Cluster {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "labkit-bench-"));
  fs.chmodSync(directory, 0o755);
  const own = { ...process.env, LAB_TEST_CLUSTER: directory, LAB_CLUSTER_ACCOUNTING: "0" };
  let up = true;
  const down = () => {
    if (up) spawnSync(script, ["down", "--purge"], { env: own });
    up = false;
  };
  const interrupted = () => process.exit(130);
  process.once("exit", down).once("SIGINT", interrupted).once("SIGTERM", interrupted);
  output([script, "up"], { env: own });
  const env = { SLURM_CONF: path.join(directory, "etc/slurm.conf") };
  const asked = { env: { ...process.env, ...env } };
  return {
    env,
    requests: () => requestsIn(output(["sdiag"], asked)),
    cancelAll: () => void output(["scancel", "--user", os.userInfo().username], asked),
    down,
  };
}

/** Of sdiag's page: `REQUEST_JOB_INFO ( 2003) count:12 …`; not what it asks itself, and not what nodes report. */
function requestsIn(page: string): Map<string, number> {
  const lines = page.matchAll(/^\s*(REQUEST_\w+)\s*\(\s*\d+\)\s*count:(\d+)/gm);
  const all = Array.from(lines, ([, name = "", count]) => [name, Number(count)] as const);
  return new Map(all.filter(([name]) => name !== "REQUEST_STATS_INFO" && !name.startsWith("REQUEST_COMPLETE")));
}

/** How many requests the work makes, and of which kinds. */
export function requestsOf(cluster: Cluster, work: () => void): { count: number; kinds: string } {
  const before = cluster.requests();
  work();
  const more = Array.from(cluster.requests(), ([name, count]) => [name, count - (before.get(name) ?? 0)] as const);
  const made = more.filter(([, count]) => count > 0);
  return {
    count: made.reduce((sum, [, count]) => sum + count, 0),
    kinds: made.map(([name, count]) => `${count} ${name}`).join(", "),
  };
}
