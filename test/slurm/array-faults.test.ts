import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import { type Fields, site } from "../support/cluster.js";
import { records, root, until } from "../support/sandbox.js";

// Arrays on a real cluster, and what goes wrong with them: who sends them is killed at any write. All at once.
t.setTimeout(200_000);
const place = await site({
  name: "array faults",
  env: {
    SLURM_CONF: process.env["SLURM_CONF"] ?? "",
    LAB_SCHEDULER_SUBMIT_GRACE: "1s",
    LAB_SCHEDULER_ACCOUNTING_GRACE: "1s",
  },
});
t.teardown(() => place.remove());
const alice = place.person("lab-alice");

const grid = (name: string, body: string, values: readonly (number | string)[], more: string[] = []) =>
  alice.write(
    `r/${name}.toml`,
    [
      `name = "${name}"`,
      `command = ["bash", "-c", ${JSON.stringify(body)}, "{params.x}", "${name}"]`,
      "[resources]",
      'mem = "100MB"',
      'time = "00:10:00"',
      ...more,
      "[source]",
      'paths = ["examples"]',
      "[params]",
      "x = 0",
      "[outputs.result]",
      'type = "file"',
      `alias = "${name}.txt"`,
      "[sweep.axes]",
      `"params.x" = ${JSON.stringify(values).replaceAll("\u007f", "\\u007f")}`,
      "",
    ].join("\n"),
  );
const once = 'echo once >>"$LAB_RUN_DIR/ran"; echo "$0" >"$LAB_OUTPUT_RESULT"';
const runs = (all: Fields[]) => all.filter(({ type, sweep }) => type === "run" && sweep);
const ids = (all: Fields[]): string[] => all.map(({ id }) => id);
const ranTimes = ({ run_dir }: Fields) => {
  const file = path.join(run_dir, "ran");
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n").length - 1 : 0;
};

/** The recipe of a sweep gets one that comes after it. */
function withAggregate(file: string, body: string): void {
  const name = `after-${path.basename(file)}`;
  const command = `name = "after"\ncommand = ["bash", "-c", ${JSON.stringify(body)}]`;
  alice.write(
    `r/${name}`,
    `${command}\n[resources]\nmem = "100MB"\ntime = "00:10:00"\n[source]\npaths = ["examples"]\n`,
  );
  const text = fs.readFileSync(file, "utf8");
  fs.writeFileSync(file, text.replace("[sweep.axes]", `[sweep]\naggregate = { recipe = "${name}" }\n[sweep.axes]`));
}

/** An sbatch that refuses, as a limit does, what its pattern matches in its words. */
function refusing(name: string, pattern: string): string {
  const file = path.join(place.dir, name);
  const words = "sbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit)";
  fs.writeFileSync(file, `#!/bin/sh\ncase $* in ${pattern}) echo '${words}' >&2; exit 1;; esac\nexec sbatch "$@"\n`, {
    mode: 0o755,
  });
  return file;
}

/** As where an array has at most two elements: of five two are taken, one more, and two wait. */
const ofTwo = refusing("sbatch-of-two", "*--array=*,*|*--array=0-[2-9]*|*--array=[1-9]-[4-9]*");

/** Lab-submit of an array in parts is killed right before any of its writes. */
async function killed(t: Test): Promise<void> {
  const env = { LAB_SCHEDULER_SBATCH: ofTwo };
  const kills = Number(process.env["LAB_ARRAY_KILLS"] ?? 6);
  const files = Array.from({ length: kills + 1 }, (_, i) => grid(`killed${i}`, once, [1, 2, 3, 4, 5]));
  const stages = ["lab-expand", "lab-snapshot", "lab-resolve", "lab-create", "lab-cache", "lab-render-sbatch"];
  const pipe = `lab-plan --json "$@" | ${stages.map((one) => `${one} --json`).join(" | ")}`;
  const all = runs(await alice.lab(["sh", "-c", pipe, "-", ...files]));
  const sweeps = new Map<string, Fields[]>();
  for (const run of all) sweeps.set(run["sweep"].id, [...(sweeps.get(run["sweep"].id) ?? []), run]);
  const counted = path.join(alice.home, "counted");
  const killedAt = (at: number, points: Fields[]) => {
    const kill = JSON.stringify({ command: "lab-submit", at, roots: [place.dir], counted });
    const hook = `--require "${path.join(root, "test/support/kill-at.cjs")}"`;
    const input = points.map((run) => `${JSON.stringify(run)}\n`).join("");
    return alice.run(["lab-submit", "--json"], { input, env: { ...env, NODE_OPTIONS: hook, LAB_TEST_KILL: kill } });
  };
  const [first, ...others] = [...sweeps.values()] as [Fields[], ...Fields[][]];
  const whole = await killedAt(0, first);
  t.equal(whole.code, 0, whole.stderr);
  const states = (records(whole.stdout) as Fields[]).map(({ state }) => state);
  t.strictSame(states, ["submitted", "submitted", "submitted", "deferred", "deferred"]);
  const writes = Number(fs.readFileSync(counted, "utf8"));
  let killed = 0;
  const left = others.map(
    (points, i) => [1 + Math.round((i * (writes - 1)) / Math.max(1, others.length - 1)), points] as const,
  );
  const lane = async () => {
    for (let one = left.shift(); one; one = left.shift())
      if ((await killedAt(...one)).signal === "SIGKILL") killed += 1;
  };
  await Promise.all([lane(), lane()]);
  t.ok(killed > 0.8 * kills);
  const passes = ["sh", "-c", "lab-reconcile --json && lab-register --json && lab-advance --json"];
  const known = new Set(ids(all));
  const ended = (words: readonly string[]) => async () => {
    const passed = await alice.run(passes, { env });
    t.equal(passed.code, 0, passed.stderr);
    const now = (await alice.lab(["lab", "ls", "--all", "--json"])).filter(({ id }) => known.has(id));
    return now.every(({ state }) => words.includes(state)) ? now : undefined;
  };
  const settled = await until("what was begun has ended", ended(["succeeded", "failed", "planned"]));
  const begun = settled.filter(({ state }) => state === "planned");
  const resumed = [...sweeps].filter(([, points]) => points.some(({ id }) => begun.some((one) => one["id"] === id)));
  if (resumed.length > 0) await alice.lab(["lab", "sweep", "resume", "--json", ...resumed.map(([id]) => id)], { env });
  const last = await until("all have ended", ended(["succeeded", "failed"]));
  for (const status of last) {
    const times = ranTimes(status);
    if (status["state"] === "succeeded") t.equal(times, 1, `${status["id"]} ran once`);
    else t.match({ ...status, times }, { mode: "submit_error", message: /interrupted/, times: 0 });
  }
  const cut = last.filter(({ state }) => state === "failed").length;
  t.comment(
    `${writes} writes, killed ${killed} times: ${last.length} points, ${begun.length} resumed, ${cut} cut short`,
  );
}

/** Many points in one job, two at a time, each a step; what is sent again is one job again. */
async function oneJob(t: Test): Promise<void> {
  const full = refusing("sbatch-of-none", "*");
  const stamps = 'echo "$SLURM_STEP_ID $(nproc) $(date +%s.%N)"; sleep 1; date +%s.%N';
  const file = grid("together", `${stamps}; [ "$0" != 3 ] || exit 3; ${once}`, [1, 2, 3, 4, 5], ["cpus = 1"]);
  const sent = runs(
    await alice.lab(["lab", "sweep", "--one-job=2", "--json", file], { env: { LAB_SCHEDULER_SBATCH: full } }),
  );
  t.strictSame(
    sent.map(({ state }) => state),
    Array(5).fill("deferred"),
  );
  const ended = await alice.lab(["lab", "wait", "--json", ...ids(sent)], { code: 1 });
  const jobs = new Set(ended.map(({ job }) => job));
  t.equal(jobs.size, 1, "one job");
  t.match([...jobs][0], /^\d+$/);
  const by = new Map(ended.map((status) => [status["id"], status]));
  t.match(by.get(sent[2]?.["id"]), { state: "failed", mode: "code_error", exit_code: 3 });
  t.equal(ended.filter(({ state }) => state === "succeeded").length, 4);
  const logs = sent.map(({ run_dir }) =>
    fs.readFileSync(path.join(run_dir, ".lab/attempt-1/job.log"), "utf8").trim().split(/\s+/),
  );
  t.equal(new Set(logs.map(([step]) => step)).size, 5, "five steps");
  const spans = logs.map(([, , from, to]) => [Number(from), Number(to)] as const);
  const most = Math.max(...spans.map(([at]) => spans.filter(([from, to]) => from <= at && at < to).length));
  t.equal(most, 2, JSON.stringify(logs));
}

/** Whatever a value is, it arrives byte for byte. */
async function hostile(t: Test): Promise<void> {
  const values = [
    `it's "quoted" \`id\` $(touch "$HOME/came-alive") \${HOME} $HOME; touch came-alive & | > < * ~ ! # %j \\ \\n`,
    "two\nlines\r\n\n",
    "-n",
    "--array=0-9",
    "",
    "  leading, trailing\t ",
    "ünï \u{1f600} \u202e \u0001 \u007f",
    "{params.y} {run.id} \\u0041 {}",
    "x".repeat(100_000),
  ];
  const body =
    'printf %s "$0" >"$LAB_RUN_DIR/argv"; cp "$LAB_PARAMS" "$LAB_RUN_DIR/params"; echo >"$LAB_OUTPUT_RESULT"';
  const sent = runs(await alice.lab(["lab", "sweep", "--json", grid("hostile", body, values)]));
  t.equal(new Set(sent.map(({ submission }) => submission.array?.id)).size, 1, "one array");
  const ended = await alice.lab(["lab", "wait", "--json", ...ids(sent)]);
  t.equal(ended.filter(({ state }) => state === "succeeded").length, values.length);
  for (const { run_dir, sweep } of sent) {
    const read = (name: string) => fs.readFileSync(path.join(run_dir, name), "utf8");
    const value = values[sweep.index] ?? "";
    t.equal(read("argv"), value, JSON.stringify(value.slice(0, 40)));
    t.equal(JSON.parse(read("params")).params.x, value);
  }
  t.notOk(fs.existsSync(path.join(alice.home, "came-alive")));
}

/** What comes after all points waits for those that are cached, follow or wait for room, and goes once. */
async function aggregate(t: Test): Promise<void> {
  const goes = path.join(alice.home, "goes");
  const body = `[ "$0" != 3 ] || until [ -e "${goes}" ]; do sleep 0.2; done; ${once}`;
  const done = runs(await alice.lab(["lab", "sweep", "--json", grid("all", body, [1, 2])]));
  await alice.lab(["lab", "wait", "--json", ...ids(done)]);
  const led = runs(await alice.lab(["lab", "sweep", "--json", grid("all", body, [3])]));
  const file = grid("all", body, [1, 2, 3, 4, 5, 6, 7, 8], []);
  const after = 'cp "$LAB_INPUT_POINTS" "$LAB_RUN_DIR/points"; date +%s.%N >>"$LAB_RUN_DIR/ran"';
  withAggregate(file, after);
  const sent = runs(await alice.lab(["lab", "sweep", "--json", file], { env: { LAB_SCHEDULER_SBATCH: ofTwo } }));
  const [last] = sent.filter(({ sweep }) => sweep.aggregate);
  const points = sent.filter(({ sweep }) => !sweep.aggregate);
  t.strictSame(
    points.map(({ state }) => state),
    ["cached", "cached", "following", "submitted", "submitted", "submitted", "deferred", "deferred"],
  );
  t.equal(last?.["state"], "blocked");
  const others = points.filter((_, i) => i !== 2);
  await alice.lab(["lab", "wait", "--json", ...ids(others)]);
  t.match(await alice.lab(["lab", "advance", "--json", last?.["id"]]), []);
  const now = (await alice.lab(["lab", "ls", "--all", "--json"])).find(({ id }) => id === last?.["id"]);
  t.match(now, { state: "blocked", message: /waits for the 8 points/ });
  fs.writeFileSync(goes, "");
  await Promise.all([1, 2].map(() => alice.lab(["lab", "wait", "--json", last?.["id"]])));
  const lines = records(fs.readFileSync(path.join(last?.["run_dir"], "points"), "utf8")) as Fields[];
  t.strictSame(
    lines.map(({ state }) => state),
    ["cached", "cached", "cached", ...Array(5).fill("succeeded")],
  );
  t.equal(lines[2]?.["run_dir"], led[0]?.["run_dir"]);
  for (const { outputs } of lines) t.ok(fs.existsSync(outputs.result));
  t.equal(ranTimes(last as Fields), 1);
}

/** Points that failed are run again as one array; what comes after all points is not sent for a set that failed. */
async function again(t: Test): Promise<void> {
  const mended = path.join(alice.home, "mended");
  const file = grid("again", `[ "$0" = 4 ] || [ -e "${mended}" ] || exit 3; ${once}`, [1, 2, 3, 4]);
  withAggregate(file, "exit 1");
  const sent = runs(await alice.lab(["lab", "sweep", "--json", file]));
  const ended = await alice.lab(["lab", "wait", "--json", ...ids(sent)], { code: 1 });
  const by = new Map(ended.map((status) => [status["id"], status]));
  const points = sent.filter(({ sweep }) => !sweep.aggregate);
  t.strictSame(
    points.map(({ id }) => by.get(id)?.["state"]),
    ["failed", "failed", "failed", "succeeded"],
  );
  const last = by.get(sent.find(({ sweep }) => sweep.aggregate)?.["id"]);
  t.match(last, { state: "failed", mode: "dependency", message: /3 of the 4 points .* did not succeed/ });
  t.equal(last?.["job"], undefined, "it was never sent");
  fs.writeFileSync(mended, "");
  const anew = runs(await alice.lab(["lab", "rerun", "--json", ...ids(points.slice(0, 3))]));
  t.equal(anew.length, 3);
  t.equal(new Set(anew.map(({ submission }) => submission.array?.id ?? "none")).size, 1);
  t.match(anew[0]?.["submission"], { array: { index: 0 } }, "one array");
  await alice.lab(["lab", "wait", "--json", ...ids(anew)]);
  for (const run of anew) t.equal(ranTimes(run), 1);
}

t.test("all at once", async (t) => {
  await Promise.all([killed, oneJob, hostile, aggregate, again].map((scenario) => scenario(t)));
  const fsck = await alice.run(["lab-fsck", "--json"]);
  t.same(
    (records(fsck.stdout) as Fields[]).filter(({ repairable }) => !repairable),
    [],
  );
});
