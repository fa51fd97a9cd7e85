import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { clusterFor, type Fields, inState, site, statesOf } from "../support/cluster.js";
import { until } from "../support/sandbox.js";

// Sweeps as arrays on a real cluster that enforces its limits, and what becomes of single elements: one fails, one is cancelled
// while it waits, one is requeued; more points than the QOS takes; and how often the controller is asked.
t.setTimeout(400_000);
const enforced = "AccountingStorageEnforce=associations,limits,qos MaxArraySize=31";
const cluster = clusterFor(t, { LAB_CLUSTER_SET: enforced });
const place = await site({ name: "array", env: { ...cluster.env, LAB_SCHEDULER_ACCOUNTING_GRACE: "3s" } });
t.teardown(() => place.remove());
const alice = place.person("lab-alice");
cluster.root("sacctmgr", "-i", "modify", "qos", "high", "set", "MaxSubmitJobsPerUser=30");
const [n1 = "", n2 = ""] = cluster.nodes;

const grid = (name: string, points: number, body: string, more: string[] = [], where = n1) =>
  alice.write(
    `r/${name}-${points}.toml`,
    [
      `name = "${name}"`,
      `command = ["bash", "-c", ${JSON.stringify(body)}, "{params.x}"]`,
      "[resources]",
      'mem = "100MB"',
      'time = "00:10:00"',
      `sbatch_extra = ["--nodelist=${where}"]`,
      ...more,
      "[source]",
      'paths = ["examples"]',
      "[params]",
      "x = 0",
      "[outputs.result]",
      'type = "file"',
      `alias = "${name}.txt"`,
      "[sweep.axes]",
      `"params.x" = { range = [0, ${points - 1}, 1] }`,
      "",
    ].join("\n"),
  );
const runs = (records: Fields[]) =>
  records.filter(({ type, sweep }) => type === "run" && sweep).sort((a, b) => a["sweep"].index - b["sweep"].index);
const sweep = async (file: string) => runs(await alice.lab(["lab", "sweep", "--json", file]));
const statuses = async (command: string[], code = 0) => alice.lab(["lab", ...command, "--json"], { code });
const ids = (all: Fields[]): string[] => all.map(({ id }) => id);

/** How often slurmctld was asked, by the names of the requests. */
function requests(): Map<string, number> {
  const lines = cluster.root("sdiag").matchAll(/^\s+(REQUEST_\w+)\s+\(\s*\d+\)\s+count:(\d+)/gm);
  return new Map([...lines].map(([, name = "", count]) => [name, Number(count)]));
}
const asked = async (act: () => Promise<unknown>): Promise<number> => {
  const before = requests();
  await act();
  const names = ["SUBMIT_BATCH_JOB", "JOB_USER_INFO", "KILL_JOB"].map((one) => `REQUEST_${one}`);
  const after = requests();
  return names.reduce((sum, name) => sum + (after.get(name) ?? 0) - (before.get(name) ?? 0), 0);
};

const body = [
  'echo "point $0"',
  '[ "$0" != 1 ] || exit 3',
  '[ "$0" != 2 ] || [ "$LAB_ATTEMPT" -gt 1 ] || sleep 300',
  'echo "$0" >"$LAB_OUTPUT_RESULT"',
].join("; ");

t.test("elements of one array fail, are requeued and are cancelled one by one", async (t) => {
  const points = await sweep(grid("fates", 6, body, ["max_concurrent = 3", "[checkpoints]", "requeue = true"]));
  t.equal(points.length, 6);
  const array = points[0]?.["submission"].array.id;
  t.ok(points.every(({ submission }) => submission.array.id === array, "one array"));
  const job = (i: number): string => points[i]?.["job"].id;
  const parent = job(0).replace(/_0$/, "");
  t.match(
    points.map((_, i) => job(i)),
    [0, 1, 2, 3, 4, 5].map((i) => `${parent}_${i}`),
  );
  await inState(place, job(2), "RUNNING");
  const dir = path.join(points[2]?.["run_dir"], ".lab/attempt-1");
  await until(
    "its command runs",
    () =>
      fs.existsSync(path.join(dir, "job.log")) &&
      fs.readFileSync(path.join(dir, "job.log"), "utf8").includes("point 2"),
  );
  cluster.as("lab-alice", "scontrol", "requeue", job(2));
  const ended = await statuses(["wait", ...ids(points)], 1);
  const by = new Map(ended.map((status) => [status["id"], status]));
  t.match(by.get(points[1]?.["id"]), { state: "failed", mode: "code_error", exit_code: 3 });
  t.match(by.get(points[2]?.["id"]), { state: "succeeded", attempt: 2, job: job(2) });
  t.equal([...by.values()].filter(({ state }) => state === "succeeded").length, 5);
  const log = await alice.run(["lab", "log", "--text", "--source=scheduler", points[2]?.["id"]]);
  t.match(log.stdout, new RegExp(`arrays/${array}/slurm-${job(2)}.out`), "with Slurm's own words");
});

t.test("what waits is cancelled in one call, and the others go on", async (t) => {
  const points = await sweep(grid("held", 25, 'sleep 2; echo "$0" >"$LAB_OUTPUT_RESULT"', ["max_concurrent = 2"], n2));
  t.equal(points.length, 25);
  const last = points.slice(5);
  const calls = await asked(() => statuses(["cancel", ...ids(last)]));
  t.ok(calls <= 4, `${calls} calls for ${last.length} elements`);
  const ended = await statuses(["wait", ...ids(points)], 1);
  const states = new Map(ended.map(({ id, state }) => [id, state]));
  t.strictSame(
    points.map(({ id }) => states.get(id)),
    [...Array(5).fill("succeeded"), ...Array(20).fill("cancelled")],
  );
});

t.test(
  "of more points than there is room for the rest waits; a wider sweep computes only what is missing",
  async (t) => {
    const quick = 'echo "$0" >"$LAB_OUTPUT_RESULT"';
    const first = await sweep(grid("wide", 10, quick, ['qos = "high"']));
    await statuses(["wait", ...ids(first)]);
    // Five of hers are in flight elsewhere.
    const elsewhere = cluster
      .as(
        "lab-alice",
        "sbatch",
        "--parsable",
        "-o/dev/null",
        "--qos=high",
        "--array=0-4",
        "--hold",
        "--mem=10",
        "--wrap=true",
      )
      .trim();
    let points: Fields[] = [];
    const calls = await asked(async () => {
      points = await sweep(grid("wide", 50, quick, ['qos = "high"']));
    });
    const states = points.map(({ state }) => state);
    t.equal(states.filter((state) => state === "cached").length, 10, "computed before");
    t.equal(states.filter((state) => state === "submitted").length, 25, "what 30 leave beside 5");
    t.equal(states.filter((state) => state === "deferred").length, 15);
    t.ok(calls <= 12, `${calls} calls for 50 points`);
    cluster.as("lab-alice", "scancel", elsewhere);
    const ended = await statuses(["wait", ...ids(points)]);
    t.ok(ended.every(({ state }) => state === "succeeded" || state === "cached"));
    const jobs = new Set([...statesOf(place).keys()].map((job) => job.replace(/_.*/, "")));
    t.ok(jobs.size < 14, `${jobs.size} arrays in all`);
    const none = await asked(() => statuses(["reconcile"]));
    t.equal(none, 0, "what has ended needs no call");
  },
);
