import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { clusterFor, type Fields, inState, type Person, site } from "../support/cluster.js";
import { until } from "../support/sandbox.js";

// Sweeps as arrays on a real cluster that enforces its limits, and what becomes of single elements: one fails, one is cancelled
// while it waits, one is requeued; more points than the QOS takes; and how often the controller is asked. Each is somebody's of
// her own, so that they go on side by side.
t.setTimeout(process.env["LAB_TEST_SCALE"] === "full" ? 3_600_000 : 400_000);
t.jobs = 3;
// LAB_TEST_SCALE=full: as many as a person may have.
const scale =
  process.env["LAB_TEST_SCALE"] === "full"
    ? { points: 1500, cached: 300, room: 1000, array: 1001 }
    : { points: 50, cached: 10, room: 30, array: 31 };
const enforced = `AccountingStorageEnforce=associations,limits,qos MaxArraySize=${scale.array}`;
const cluster = clusterFor(t, { LAB_CLUSTER_SET: enforced });
const place = await site({ name: "array", env: { ...cluster.env, LAB_SCHEDULER_ACCOUNTING_GRACE: "3s" } });
t.teardown(() => place.remove());
cluster.root("sacctmgr", "-i", "modify", "qos", "high", "set", `MaxSubmitJobsPerUser=${scale.room}`);
const [n1 = "", n2 = ""] = cluster.nodes;

const grid = (who: Person, name: string, points: number, body: string, more: string[] = [], where = n1) =>
  who.write(
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
const sweep = async (who: Person, file: string) => runs(await who.lab(["lab", "sweep", "--json", file]));
const statuses = async (who: Person, command: string[], code = 0) => who.lab(["lab", ...command, "--json"], { code });
const ids = (all: Fields[]): string[] => all.map(({ id }) => id);

/** How often she has asked slurmctld so far, whatever for. */
function requests({ name, uid }: Person): number {
  return Number(
    new RegExp(`^\\s+${name}\\s+\\(\\s*${uid}\\)\\s+count:(\\d+)`, "m").exec(cluster.root("sdiag"))?.[1] ?? 0,
  );
}
const asked = async (who: Person, act: () => Promise<unknown>): Promise<number> => {
  const before = requests(who);
  await act();
  return requests(who) - before;
};

const body = [
  'echo "point $0"',
  '[ "$0" != 1 ] || exit 3',
  '[ "$0" != 2 ] || [ "$LAB_ATTEMPT" -gt 1 ] || sleep 300',
  'echo "$0" >"$LAB_OUTPUT_RESULT"',
].join("; ");

t.test("elements of one array fail, are requeued and are cancelled one by one", { buffered: true }, async (t) => {
  const alice = place.person("lab-alice");
  const points = await sweep(
    alice,
    grid(alice, "fates", 6, body, ["max_concurrent = 3", "[checkpoints]", "requeue = true"]),
  );
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
  const ended = await statuses(alice, ["wait", ...ids(points)], 1);
  const by = new Map(ended.map((status) => [status["id"], status]));
  t.match(by.get(points[1]?.["id"]), { state: "failed", mode: "code_error", exit_code: 3 });
  t.match(by.get(points[2]?.["id"]), { state: "succeeded", attempt: 2, job: job(2) });
  t.equal([...by.values()].filter(({ state }) => state === "succeeded").length, 5);
  const log = await alice.run(["lab", "log", "--text", "--source=scheduler", points[2]?.["id"]]);
  t.match(log.stdout, new RegExp(`arrays/${array}/slurm-${job(2)}.out`), "with Slurm's own words");
});

t.test("points that each ask for something else are counted together", { buffered: true }, async (t) => {
  const dave = place.person("lab-dave");
  const limited = (name: string, more: string[]) => {
    const file = grid(dave, name, 2, "true", more);
    const text = fs.readFileSync(file, "utf8").replace(/sbatch_extra = .*/, 'sbatch_extra = ["--hold"]');
    const axes = /\[sweep\.axes\][\s\S]*/;
    fs.writeFileSync(
      file,
      text.replace(axes, '[sweep]\nmax_concurrent = 1\naxes = { "resources.time" = ["1m", "2m"] }\n'),
    );
    return file;
  };
  const points = await sweep(dave, limited("apart", []));
  const jobs = points.map(({ job }): string => job.id);
  t.strictSame(
    jobs.map((id) => /_0$/.test(id)),
    [true, true],
    "each is an array of one",
  );
  const parents = jobs.map((id) => id.replace(/_0$/, ""));
  const waits = cluster.as("lab-dave", "squeue", "--noheader", "--format=%E", `--jobs=${parents[1]}`);
  t.match(waits, `afterany:${parents[0]}`, "one after the other");
  await statuses(dave, ["cancel", ...ids(points)]);
  const refused = await dave.run([
    "lab",
    "sweep",
    "--json",
    limited("parts", ["[[resources.components]]", "cpus = 1"]),
  ]);
  t.equal(refused.code, 1);
  t.match(refused.stderr, /cannot limit how many points with components run at once/);
});

t.test("what waits is cancelled in one call, and the others go on", { buffered: true }, async (t) => {
  const bob = place.person("lab-bob");
  const points = await sweep(
    bob,
    grid(bob, "held", 25, 'sleep 2; echo "$0" >"$LAB_OUTPUT_RESULT"', ["max_concurrent = 2"], n2),
  );
  t.equal(points.length, 25);
  const last = points.slice(5);
  const calls = await asked(bob, () => statuses(bob, ["cancel", ...ids(last)]));
  t.ok(calls <= 10, `${calls} calls for ${last.length} elements`);
  const ended = await statuses(bob, ["wait", ...ids(points)], 1);
  const states = new Map(ended.map(({ id, state }) => [id, state]));
  t.strictSame(
    points.map(({ id }) => states.get(id)),
    [...Array(5).fill("succeeded"), ...Array(20).fill("cancelled")],
  );
});

t.test(
  "of more points than there is room for the rest waits; a wider sweep computes only what is missing",
  { buffered: true },
  async (t) => {
    const carol = place.person("lab-carol");
    const { points: all, cached, room } = scale;
    const quick = 'echo "$0" >"$LAB_OUTPUT_RESULT"';
    const first = await sweep(carol, grid(carol, "wide", cached, quick, ['qos = "high"']));
    await statuses(carol, ["wait", ...ids(first)]);
    // Five of them are in flight elsewhere, and five other jobs of hers are in the queue.
    const dave = place.person("lab-dave");
    const last = grid(dave, "wide", all, quick).replace(/\.toml$/, "-last.toml");
    const text = fs.readFileSync(grid(dave, "wide", all, quick, [], `${n1}", "--hold`), "utf8");
    dave.write(path.relative(dave.repo, last), text.replace("[0, ", `[${all - 5}, `));
    const held = await sweep(dave, last);
    const elsewhere = cluster
      .as(
        "lab-carol",
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
    const calls = await asked(carol, async () => {
      points = await sweep(carol, grid(carol, "wide", all, quick, ['qos = "high"']));
    });
    const states = points.map(({ state }) => state);
    t.strictSame(
      ["cached", "following", "submitted", "deferred"].map((one) => states.filter((state) => state === one).length),
      [cached, 5, room - 5, all - cached - 5 - (room - 5)],
      "computed before, by another, what room there is beside five, and what waits for room",
    );
    t.ok(calls <= 25, `${calls} calls for ${all} points`);
    cluster.as("lab-carol", "scancel", elsewhere);
    cluster.as("lab-dave", "scontrol", "release", held[0]?.["job"].id.replace(/_.*/, ""));
    const ended = await statuses(carol, ["wait", ...ids(points)]);
    t.ok(ended.every(({ state }) => state === "succeeded" || state === "cached"));
    const hers = ["--noheader", "--states=all", "--array", "--user=lab-carol", "--format=%F"];
    const jobs = new Set(
      cluster
        .root("squeue", ...hers)
        .trim()
        .split("\n"),
    );
    t.ok(jobs.size < 14, `${jobs.size} arrays in all`);
    const none = await asked(carol, () => statuses(carol, ["reconcile"]));
    t.equal(none, 0, "what has ended needs no call");
  },
);
