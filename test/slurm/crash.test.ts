import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import { type Fields, recipe, site, statesOf } from "../support/cluster.js";
import { type Result, records, until } from "../support/sandbox.js";

// kill -9 of the commands that speak with Slurm, right before each of their system calls that write (strace delivers it
// there); then the next pass, then the same command again. Submissions and their jobs are real. All commands that write are
// killed in test/bin/crash.test.ts.
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
/** Of each call; more of them tell nothing new. */
const enough = 4;

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

/** The jobs that carry a run's id in their comment, of these runs: others use the cluster at the same time. */
function jobsOf(runs: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const lines = place.root("squeue", "--noheader", "--states=all", "--format=%i|%k").trim().split("\n");
  for (const line of lines) {
    const [job = "", comment = ""] = line.split("|");
    const run = comment.split(" ")[2];
    if (run !== undefined && runs.includes(run)) found.set(run, [...(found.get(run) ?? []), job]);
  }
  return found;
}

/** Whether a program of this name runs, whoever's it is. */
function running(program: string): boolean {
  return fs.readdirSync("/proc").some((pid) => {
    try {
      return /^\d+$/.test(pid) && fs.readFileSync(`/proc/${pid}/comm`, "utf8") === `${program}\n`;
    } catch {
      return false; // It has ended.
    }
  });
}

t.test("lab-submit", async (t) => {
  const lines = await pipe("lab-render-sbatch", many(hold, 50));
  const { used } = await killEverywhere(t, "lab-submit", lines, () => ["lab-submit", "--json"]);
  // What came late would be fenced when it starts; here it is counted before that.
  await until("no sbatch to be on its way", () => !running("sbatch"));
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
  const jobs = jobsOf(used.map(idOf));
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
  t.same(jobsOf(used.map(idOf)), jobs, "and nothing was");
  await alice.lab([
    "lab",
    "cancel",
    ...(settled as Fields[]).filter(({ state }) => state === "queued").map(({ id }) => id),
  ]);
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
  t.equal(jobsOf([idOf(line)]).get(idOf(line))?.length, 1);
});

t.test("eight lab-submits of one run at once, and passes beside them", async (t) => {
  const [line = ""] = await pipe("lab-render-sbatch", [quick]);
  const crowd = Array.from({ length: 8 }, () => again("lab-submit", [line]));
  await Promise.all([...crowd, alice.run(["lab-reconcile"]), alice.run(["lab-reconcile"])]);
  t.match(await alice.lab(["lab", "wait", "--json", idOf(line)]), [{ state: "succeeded" }]);
  t.equal(jobsOf([idOf(line)]).get(idOf(line))?.length, 1);
  const results = await Promise.all(crowd);
  t.ok(results.filter(({ code }) => code === 0).length >= 1);
  for (const { code, stderr } of results) t.ok(code === 0 || /began to at/.test(stderr), stderr);
});

t.test("lab-reconcile", async (t) => {
  const lines = await pipe("lab-submit", many(quick, 30));
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
  const lines = await pipe("lab-submit", many(hold, 50));
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
  const lines = await pipe("lab-render-sbatch", many(hold, 50));
  const { used } = await killEverywhere(t, "lab-cancel (unsent)", lines, (line) => [
    "lab-cancel",
    "--json",
    idOf(line),
  ]);
  await alice.lab(["lab-reconcile"]);
  t.equal((await again("lab-submit", used)).code, 1);
  const all = await listed(t);
  const jobs = jobsOf(used.map(idOf));
  for (const line of used) {
    const status = all.get(idOf(line));
    t.equal(jobs.has(idOf(line)), status?.["state"] !== "cancelled", "whose wish was written has no job");
  }
  await alice.run(["lab", "cancel", ...used.map(idOf)]);
});
