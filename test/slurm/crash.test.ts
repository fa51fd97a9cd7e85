import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import { type Fields, recipe, site, statesOf } from "../support/cluster.js";
import { type Result, records, until } from "../support/sandbox.js";

// kill -9 of every command that writes, right before each of its writes in turn (strace delivers it at the system call);
// then the next pass, then the same command again. Submissions and their jobs are real.
t.setTimeout(600_000);
const place = await site({
  name: "crash",
  env: {
    SLURM_CONF: process.env["SLURM_CONF"] ?? "",
    LAB_SCHEDULER_SUBMIT_GRACE: "1s",
    LAB_SCHEDULER_ACCOUNTING_GRACE: "1s",
  },
});
t.teardown(() => place.remove());
const alice = place.person("lab-alice");
/** The system calls by which a command changes files. Counted by strace one by one, so each has its own turn. */
const calls = [
  "mkdir",
  "fchmod",
  "chmod",
  "write",
  "fsync",
  "link",
  "unlink",
  "rename",
  "symlink",
  "rmdir",
  "ftruncate",
];
/** `write` also wakes the threads of Node, as often as it happens to; more of those tell nothing new. */
const enough = 12;

/** Runs a command that is killed right before the main thread's n-th call of this name. */
function killedAt(call: string, n: number, argv: string[], input: string, who = alice): Promise<Result> {
  const strace = ["strace", "-qq", "-o", "/dev/null", "-e", `trace=${call}`, "-e"];
  return who.run([...strace, `inject=${call}:signal=SIGKILL:when=${n}`, ...argv], { input });
}

/** Kills the command at each of its calls in turn, every time with another input; the inputs that it got. */
async function killEverywhere(t: Test, name: string, inputs: string[], argv: (input: string) => string[], who = alice) {
  const left = [...inputs];
  const used: string[] = [];
  const kills = await inTwos(calls, async (call) => {
    for (let n = 1; ; n += 1) {
      const input = left.shift();
      if (input === undefined) throw new Error(`${name}: not enough inputs at ${call} ${n}`);
      used.push(input);
      const { code, signal, stderr } = await killedAt(call, n, argv(input), input, who);
      if (signal === "SIGKILL" && n < enough) continue;
      if (signal !== "SIGKILL") t.equal(code, 0, `${name} lives to its end: ${stderr}`);
      return signal === "SIGKILL" ? n : n - 1;
    }
  });
  const told = calls.flatMap((call, i) => (kills[i] ? [`${kills[i]} ${call}`] : []));
  const total = kills.reduce((sum, n) => sum + n, 0);
  t.comment(`${name.padEnd(20)} killed ${total} times: before ${told.join(", ")}`);
  return { used, kills: total };
}

/** Two at a time, as many as the suite may take of the machine. */
async function inTwos<T, R>(items: T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await act(items[i] as T);
  };
  await Promise.all([lane(), lane()]);
  return results;
}

const hold = alice.write("r/held.toml", recipe("held", { resources: { sbatch_extra: ["--hold"] } }));
const quick = alice.write("r/quick.toml", recipe("quick"));
const many = (file: string, n: number) => Array<string>(n).fill(file);
const pipe = async (upTo: string, plan: string[]): Promise<string[]> => {
  const stages = ["lab-snapshot", "lab-resolve", "lab-create", "lab-render-sbatch", "lab-submit"];
  const words = stages.slice(0, stages.indexOf(upTo) + 1).map((stage) => `${stage} --json`);
  const { code, stdout, stderr } = await alice.run([
    "sh",
    "-c",
    `lab-plan --json "$@" | ${words.join(" | ")}`,
    "-",
    ...plan,
  ]);
  if (code !== 0) throw new Error(stderr);
  return stdout.split("\n").filter(Boolean);
};
const idOf = (line: string): string => JSON.parse(line).id;
const again = (command: string, lines: string[]) =>
  alice.run([command, "--json"], { input: lines.map((line) => `${line}\n`).join("") });

/** Every run that lists show, with nothing wrong on stderr: what a kill left half-written is no fact. */
async function listed(t: Test): Promise<Map<string, Fields>> {
  const { code, stdout, stderr } = await alice.run(["lab", "ls", "--json"]);
  t.equal(stderr, "");
  t.equal(code, 0);
  return new Map((records(stdout) as Fields[]).map((status) => [status["id"], status]));
}

/** The jobs that carry a run's id in their comment. */
function jobsOf(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const lines = place.root("squeue", "--noheader", "--states=all", "--format=%i|%k").trim().split("\n");
  for (const line of lines) {
    const [job = "", comment = ""] = line.split("|");
    const run = comment.split(" ")[2];
    if (run !== undefined) found.set(run, [...(found.get(run) ?? []), job]);
  }
  return found;
}

t.test("lab-snapshot", async (t) => {
  // A tree of its own for each, else the second kill would find the first one's work done.
  const inputs: string[] = [];
  for (let i = 0; i < 90; i += 1) {
    const repo = path.join(alice.home, `tree-${i}`);
    fs.mkdirSync(repo);
    fs.writeFileSync(path.join(repo, "x.toml"), recipe("x", { body: `echo ${i}` }));
    fs.chownSync(repo, alice.uid, alice.gid);
  }
  const planned = await alice.lab([
    "lab-plan",
    "--json",
    ...Array.from({ length: 90 }, (_, i) => `../tree-${i}/x.toml`),
  ]);
  inputs.push(...planned.map((run) => JSON.stringify(run)));
  const { used } = await killEverywhere(t, "lab-snapshot", inputs, () => ["lab-snapshot", "--json"]);
  const store = path.join(place.registry, "snapshots/lab-alice");
  const whole = () => {
    for (const name of fs.readdirSync(store).filter((name) => name.endsWith(".json") && !name.startsWith("."))) {
      const { tar_digest, id } = JSON.parse(fs.readFileSync(path.join(store, name), "utf8"));
      const tar = path.join(store, `${id.slice(7)}.tar`);
      t.equal(place.root("sha256sum", tar).slice(0, 64), tar_digest.slice(7), "what has a record is whole");
    }
  };
  whole();
  const { code, stdout, stderr } = await again("lab-snapshot", used);
  t.equal(code, 0, stderr);
  t.equal((records(stdout) as Fields[]).filter((run) => run["phase"] === "snapshotted").length, used.length);
  whole();
});

t.test("lab-create", async (t) => {
  // Two hours ago, so that what was never born is old enough to be forgotten.
  const ago = new Date(Date.now() - 7_200_000).toISOString();
  const lines = await pipe("lab-resolve", ["--as-of", ago, ...many(hold, 70)]);
  const { used, kills } = await killEverywhere(t, "lab-create", lines, () => ["lab-create", "--json"]);
  const made = await listed(t);
  t.ok(made.size < kills, "some were never made");
  for (const status of made.values()) t.equal(status["state"], "planned");
  t.same(await alice.lab(["lab-reconcile", "--json"]), []);
  const looked = ["active", "loose"].map((area) => path.join(place.registry, area, "lab-alice"));
  for (const area of looked)
    for (const name of fs.readdirSync(area)) {
      t.ok(made.has(name) || used.some((line) => idOf(line) === name), "somebody may be making it still");
      fs.utimesSync(path.join(area, name), new Date(ago), new Date(ago));
    }
  t.same(await alice.lab(["lab-reconcile", "--json"]), []);
  const markers = (area: string) => fs.readdirSync(path.join(place.registry, area, "lab-alice")).sort();
  t.same(markers("active"), [...made.keys()].sort(), "what was not made is not looked for any more");
  t.same(markers("loose"), [...made.keys()].sort());
  const { code, stderr } = await again("lab-create", used);
  t.equal(code, 0, stderr);
  const all = await listed(t);
  for (const line of used) t.equal(all.get(idOf(line))?.["state"], "planned", "made at the second try");
  t.equal((await again("lab-create", used)).code, 0, "making it again is no error");
  const events = await alice.lab(["lab", "events", "--json"]);
  const created = events.filter(({ event }) => event === "run_created").map(({ run }) => run);
  t.equal(new Set(created).size, created.length, "nothing is told twice");

  // Had they been made an hour ago, and nobody had sent them since:
  for (const line of used) {
    const file = path.join(JSON.parse(line).run_dir, ".lab/run.json");
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace(/"created_at": "[^"]*"/, `"created_at": "${ago}"`));
  }
  await alice.lab(["lab-reconcile"]);
  const given = await listed(t);
  for (const line of used)
    t.match(given.get(idOf(line)), { state: "failed", mode: "submit_error", message: "never submitted" });
});

t.test("lab-render-sbatch", async (t) => {
  const lines = await pipe("lab-create", many(hold, 70));
  const { used } = await killEverywhere(t, "lab-render-sbatch", lines, () => ["lab-render-sbatch", "--json"]);
  await listed(t);
  const rendered = await again("lab-render-sbatch", used);
  t.equal(rendered.code, 0, rendered.stderr);
  for (const run of records(rendered.stdout) as Fields[]) {
    t.match(place.root("bash", "-n", run["submission"].script), "");
    t.match(JSON.parse(fs.readFileSync(run["submission"].context, "utf8")), { run: run["id"] });
  }
  const some = rendered.stdout.trim().split("\n").slice(0, 3);
  const { code, stdout, stderr } = await again("lab-submit", some);
  t.equal(code, 0, stderr);
  for (const run of records(stdout) as Fields[]) t.match(run, { job: { id: /^\d+$/ } });
  await alice.lab(["lab", "cancel", ...some.map(idOf)]);
});

t.test("lab-submit", async (t) => {
  const lines = await pipe("lab-render-sbatch", many(hold, 70));
  const { used } = await killEverywhere(t, "lab-submit", lines, () => ["lab-submit", "--json"]);
  const repeated = await again("lab-submit", used);
  // Where the first one had begun nobody may begin again before it is known what came of it.
  for (const run of records(repeated.stdout) as Fields[])
    t.ok(run["job"] !== undefined || /began to at/.test(run["error"]?.message), "sent, or left to reconcile");
  const settled = await until("what came of each", async () => {
    await alice.run(["lab-reconcile", "--json"]);
    const all = await listed(t);
    const states = used.map((line) => all.get(idOf(line)));
    return states.every((status) => status?.["state"] === "queued" || status?.["mode"] === "submit_error")
      ? states
      : undefined;
  });
  const jobs = jobsOf();
  const counts = { queued: 0, submit_error: 0 };
  for (const status of settled as Fields[]) {
    const own = jobs.get(status["id"]) ?? [];
    counts[status["state"] === "queued" ? "queued" : "submit_error"] += 1;
    t.same(own, status["state"] === "queued" ? [status["job"]] : [], "one job, and the one that is known; or none");
    if (status["state"] === "failed") t.match(status, { message: /interrupted/ });
  }
  t.comment(
    `${" ".repeat(19)}${counts.queued} were sent or found again, ${counts.submit_error} settled as submit_error`,
  );
  t.ok(counts.queued > 5 && counts.submit_error > 0);
  t.same(await again("lab-submit", used).then(({ code }) => code), 1, "those that ended cannot be sent again");
  t.same(jobsOf(), jobs, "and nothing was");
  await alice.lab([
    "lab",
    "cancel",
    ...(settled as Fields[]).filter(({ state }) => state === "queued").map(({ id }) => id),
  ]);
});

t.test("lab-submit to the local scheduler", async (t) => {
  const local = await site({
    name: "crash local",
    kind: "local",
    env: { LAB_SCHEDULER_SUBMIT_GRACE: "1s", LAB_LOCAL_IDLE: "1s" },
  });
  t.teardown(() => local.remove());
  const bob = local.person("lab-bob");
  const file = bob.write("r/once.toml", recipe("once", { body: 'echo once >>"$LAB_RUN_DIR/ran"' }));
  const stages =
    'lab-plan --json "$@" | lab-snapshot --json | lab-resolve --json | lab-create --json | lab-render-sbatch --json';
  const { stdout } = await bob.run(["sh", "-c", stages, "-", ...many(file, 45)]);
  const lines = stdout.split("\n").filter(Boolean);
  const { used } = await killEverywhere(t, "lab-submit (local)", lines, () => ["lab-submit", "--json"], bob);
  await bob.run(["lab-submit", "--json"], { input: used.map((line) => `${line}\n`).join("") });
  await until("all ends", async () => {
    const all = (await bob.lab(["lab", "status", "--json"])).filter((status) =>
      used.some((line) => idOf(line) === status["id"]),
    );
    return all.every(({ state }) => state === "succeeded" || state === "failed");
  });
  const counts = { succeeded: 0, submit_error: 0 };
  for (const status of await bob.lab(["lab", "ls", "--json"])) {
    const ran = path.join(status["run_dir"], "ran");
    if (status["state"] === "planned") continue;
    const times = fs.existsSync(ran) ? fs.readFileSync(ran, "utf8") : "";
    t.equal(times, status["state"] === "succeeded" ? "once\n" : "", `${status["state"]} ${status["mode"] ?? ""}`);
    counts[status["state"] === "succeeded" ? "succeeded" : "submit_error"] += 1;
  }
  t.comment(`${" ".repeat(21)}${counts.succeeded} ran once, ${counts.submit_error} settled as submit_error`);
  t.ok(counts.succeeded > 5 && counts.submit_error > 0);
});

t.test("lab-submit, killed when sbatch had accepted the job", async (t) => {
  const fake = path.join(place.dir, "fake-sbatch-that-kills-its-parent");
  fs.writeFileSync(fake, '#!/bin/sh\nsbatch "$@"\nkill -9 "$PPID"\n', { mode: 0o755 });
  // Held, for the record of a start would be as good as a receipt.
  const [line = ""] = await pipe("lab-render-sbatch", [hold]);
  const env = { LAB_SCHEDULER_SBATCH: fake };
  t.equal((await alice.run(["lab-submit", "--json"], { input: `${line}\n`, env })).signal, "SIGKILL");
  const lab = path.join(JSON.parse(line).run_dir, ".lab/submit-1");
  t.ok(fs.existsSync(path.join(lab, "intent.json")));
  t.notOk(fs.existsSync(path.join(lab, "receipt.json")));
  t.match((await again("lab-submit", [line])).stderr, /began to at .*lab reconcile finds out/);
  t.match(await alice.lab(["lab", "reconcile", "--json", idOf(line)]), [{ state: "queued" }]);
  const receipt = JSON.parse(fs.readFileSync(path.join(lab, "receipt.json"), "utf8"));
  t.match(receipt, { job: /^\d+$/, found: true });
  place.root("scontrol", "release", receipt.job);
  t.match(await alice.lab(["lab", "wait", "--json", idOf(line)]), [{ state: "succeeded" }]);
  t.equal(jobsOf().get(idOf(line))?.length, 1);
});

t.test("eight lab-submits of one run at once, and passes beside them", async (t) => {
  const [line = ""] = await pipe("lab-render-sbatch", [quick]);
  const crowd = Array.from({ length: 8 }, () => again("lab-submit", [line]));
  await Promise.all([...crowd, alice.run(["lab-reconcile"]), alice.run(["lab-reconcile"])]);
  t.match(await alice.lab(["lab", "wait", "--json", idOf(line)]), [{ state: "succeeded" }]);
  t.equal(jobsOf().get(idOf(line))?.length, 1);
  const results = await Promise.all(crowd);
  t.ok(results.filter(({ code }) => code === 0).length >= 1);
  for (const { code, stderr } of results) t.ok(code === 0 || /began to at/.test(stderr), stderr);
});

t.test("lab-reconcile", async (t) => {
  const lines = await pipe("lab-submit", many(quick, 40));
  await until("all jobs' ends", () => {
    const states = statesOf(place);
    return lines.every((line) => states.get(JSON.parse(line).job.id) === "COMPLETED");
  });
  const { used } = await killEverywhere(t, "lab-reconcile", lines, (line) => ["lab-reconcile", "--json", idOf(line)]);
  await listed(t);
  await alice.lab(["lab-reconcile"]);
  const all = await listed(t);
  for (const line of used) t.match(all.get(idOf(line)), { state: "succeeded", exit_code: 0 });
  const events = await alice.lab(["lab", "events", "--json"]);
  const told = events.filter(({ event }) => event === "run_succeeded").map(({ run }) => run);
  t.equal(new Set(told).size, told.length, "nothing is told twice");
});

t.test("lab-cancel", async (t) => {
  const lines = await pipe("lab-submit", many(hold, 70));
  const { used } = await killEverywhere(t, "lab-cancel", lines, (line) => ["lab-cancel", "--json", idOf(line)]);
  await listed(t);
  await alice.lab(["lab", "cancel", ...used.map(idOf)]);
  const states = statesOf(place);
  for (const line of used) t.equal(states.get(JSON.parse(line).job.id), "CANCELLED");
  await alice.run(["lab", "wait", "--json", "--timeout=60s", ...used.map(idOf)]);
  const all = await listed(t);
  for (const line of used) t.match(all.get(idOf(line)), { state: "cancelled", message: /lab cancel/ });
});

t.test("lab-cancel of runs that were never sent", async (t) => {
  const lines = await pipe("lab-render-sbatch", many(hold, 70));
  const { used } = await killEverywhere(t, "lab-cancel (unsent)", lines, (line) => [
    "lab-cancel",
    "--json",
    idOf(line),
  ]);
  await alice.lab(["lab-reconcile"]);
  t.equal((await again("lab-submit", used)).code, 1);
  const all = await listed(t);
  const jobs = jobsOf();
  for (const line of used) {
    const status = all.get(idOf(line));
    t.equal(jobs.has(idOf(line)), status?.["state"] !== "cancelled", "whose wish was written has no job");
  }
  await alice.run(["lab", "cancel", ...used.map(idOf)]);
});

t.test("lab-forget", async (t) => {
  const env = { LAB_SCHEDULER_MISSING_JOB_GRACE: "0s" };
  const lines = await pipe("lab-render-sbatch", many(hold, 40));
  // A job that nobody knows: a receipt with an id that Slurm never gave.
  const fake = path.join(place.dir, "fake-sbatch-that-sends-nothing");
  fs.writeFileSync(fake, "#!/bin/sh\necho 4000000\n", { mode: 0o755 });
  const input = lines.map((line) => `${line}\n`).join("");
  t.equal((await alice.run(["lab-submit", "--json"], { input, env: { LAB_SCHEDULER_SBATCH: fake } })).code, 0);
  const lost = async () => (await alice.lab(["lab", "ls", "--json", "--state=lost"], { env })).map(({ id }) => id);
  await alice.lab(["lab-reconcile"], { env });
  t.same((await lost()).sort(), lines.map(idOf).sort());
  const forget = (line: string) => ["lab-forget", "--json", "-c", "scheduler.missing_job_grace=0s", idOf(line)];
  const { used } = await killEverywhere(t, "lab-forget", lines, forget);
  await listed(t);
  const rest = await lost();
  if (rest.length > 0) await alice.lab(["lab", "forget", ...rest], { env });
  const all = await listed(t);
  for (const line of used) t.match(all.get(idOf(line)), { state: "lost", message: "given up by its owner" });
});

t.test("lab-init", async (t) => {
  const points = {
    mkdir: [1, 5, 30, 300, 560],
    chmod: [1, 20, 500],
    fchmod: [1, 2],
    link: [1],
    rename: [1],
    fsync: [1, 3],
  };
  const all = Object.entries(points).flatMap(([call, ns]) => ns.map((n) => [call, n] as const));
  await inTwos(all, async ([call, n]) => {
    const root = path.join(alice.home, `init-${call}-${n}`);
    const init = ["lab-init", "--yes", "--json", "--root", root, "--scheduler=local", "--name=x", "-o", `${root}.toml`];
    t.equal((await killedAt(call, n, init, "")).signal, "SIGKILL", `${call} ${n}`);
    await alice.lab(init);
    const env = { LAB_CLUSTER: `${root}.toml`, LAB_LOCAL_IDLE: "1s" };
    t.match(await alice.lab(["lab", "run", "-w", "--json", "--", "true"], { env }), [{ state: "succeeded" }]);
  });
});
