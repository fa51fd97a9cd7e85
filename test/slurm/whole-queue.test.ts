// Everybody's queue as a real Slurm tells of it: places, nodes, GPUs, and the starts that Slurm expects.
import t from "tap";
import type { QueueRow } from "../../lib/scheduler/scheduler.js";
import { slurmClient } from "../../lib/scheduler/slurm/client.js";
import { wholeQueue } from "../../lib/scheduler/slurm/whole-queue.js";
import { until } from "../support/sandbox.js";
import { ownCluster, prepared, registry, schedulerOf } from "./scheduler-harness.js";

t.setTimeout(600_000);
const cluster = ownCluster();
t.teardown(() => cluster.down());
const slurm = slurmClient({ env: cluster.env });
const shown = () => wholeQueue(slurm, Date.now());

t.test("two users' jobs: what runs, the line, what is held, what waits for another, and an array", async (t) => {
  const ids: string[] = [];
  for (const node of cluster.nodes.slice(0, 4)) {
    const asked = prepared(
      cluster,
      "lab-alice",
      { cpus: 16, gpus: 2, time_s: 600, mem_bytes: 2 ** 30, sbatch_extra: [`--nodelist=${node}`] },
      "sleep 300",
    );
    ids.push((await schedulerOf(cluster, "lab-alice").submit(asked)).job);
  }
  const bob = (...words: string[]) =>
    cluster
      .as(
        "lab-bob",
        "sbatch",
        "--parsable",
        "--chdir=/tmp",
        "--output=/dev/null",
        "--time=10",
        ...words,
        "--wrap=sleep 300",
      )
      .trim();
  const array = bob("--cpus-per-task=16", "--array=1-8%2");
  const next = bob("--gres=gpu:4");
  const held = bob("--hold");
  const after = bob(`--dependency=afterok:${ids[0]}`);
  const rows = await until("Slurm to have come to them", async () => {
    const rows = await shown();
    const started = rows.filter(({ view }) => view.phase === "running").length === 4;
    const estimated = rows.filter(({ view }) => view.expected_start_at !== undefined).length >= 2;
    return started && estimated && rows;
  });
  const of = (job: string) => (rows as QueueRow[]).find(({ view }) => view.job === job);
  for (const [i, id] of ids.entries()) {
    const found = of(id);
    t.match(found, {
      user: "lab-alice",
      registry,
      cpus: 16,
      gpus: 2,
      mem_bytes: 2 ** 30,
      partition: "debug",
      view: { nodes: cluster.nodes[i] },
    });
    t.match(found?.run, /^\d{8}-\d{6}-\w{6}$/);
    t.ok(
      (found?.left_s ?? 0) > 500 && (found?.left_s ?? 0) + (found?.elapsed_s ?? 0) >= 599,
      "ten minutes, less what has passed",
    );
  }
  t.match(of(`${array}_[1-8%2]`), { user: "lab-bob", position: 1, view: { phase: "pending" } });
  t.match(of(next), { position: 9, gpus: 4 });
  t.match(of(held), { view: { reason: "JobHeldUser" } });
  t.match(of(after), { view: { reason: "Dependency" } });
  for (const job of [held, after]) t.equal(of(job)?.position, undefined);
  const { stdout } = await slurm("squeue", ["--noheader", `--jobs=${next}`, "--format=%S"]);
  const apart = Number(stdout) - Date.parse(of(next)?.view.expected_start_at ?? "") / 1000;
  t.ok(Math.abs(apart) < 700, `squeue's own estimate, which it may have made anew: ${apart} s apart`);
  t.same(
    (rows as QueueRow[]).map(({ view }) => view.phase),
    [...ids.map(() => "running"), ...[1, 2, 3, 4].map(() => "pending")],
  );
});

t.test("a controller that is gone is unavailable", async (t) => {
  const impatient = slurmClient({ env: { ...cluster.env, SLURM_CONF: cluster.env["IMPATIENT"] ?? "" } });
  cluster.cluster("stop", "slurmctld");
  await t.rejects(wholeQueue(impatient, Date.now()), { code: "unavailable" });
});
