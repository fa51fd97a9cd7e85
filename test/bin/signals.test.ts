// SIGTERM and SIGINT: the current record is finished, the command dies by the signal; a second one ends it at once.
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { fakeSlurm } from "../support/fake-slurm.js";
import { records, sandbox, until } from "../support/sandbox.js";

t.setTimeout(600_000);
const place = await sandbox({ name: "signals", kind: "slurm" });
t.teardown(() => place.remove());
const slurm = fakeSlurm(place.dir);
const env = { ...place.env, PATH: `${slurm.bin}:${place.env["PATH"]}` };
const work = path.join(place.dir, "work");
fs.mkdirSync(work);
const recipe = 'name = "small"\ncommand = ["true"]\n[resources]\ntime = "10m"\nmem = "64MB"\n';
fs.writeFileSync(path.join(work, "small.toml"), recipe);
const signals = ["SIGTERM", "SIGINT"] as const;

interface Started {
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** The signal that it died by, else its status. */
  end: Promise<NodeJS.Signals | number | null>;
}

function start(...argv: string[]): Started {
  const child = spawn(argv[0] ?? "", argv.slice(1), { cwd: work, env });
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (more: string) => {
      text[name] += more;
    });
  child.stdin.on("error", () => {});
  const end = new Promise<NodeJS.Signals | number | null>((resolve) => {
    child.on("close", (code, signal) => resolve(signal ?? code));
  });
  return { child, stdout: () => text.stdout, stderr: () => text.stderr, end };
}

/** Whether SIGTERM was sent to the process and not taken yet. */
function pending(pid: number | undefined): boolean {
  const waiting = /ShdPnd:\s*([0-9a-f]+)/.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
  return (BigInt(`0x${waiting}`) & (1n << 14n)) !== 0n;
}

async function rendered(count: number): Promise<string> {
  const files = Array.from({ length: count }, () => "small.toml").join(" ");
  const { stdout, stderr } = await place.run(
    ["sh", "-c", `lab-plan ${files} | lab-snapshot | lab-resolve | lab-create | lab-render-sbatch`],
    { cwd: work, env },
  );
  const made = records(stdout);
  if (made.length !== count || made.some((run) => run["phase"] !== "rendered")) throw new Error(stdout + stderr);
  return stdout;
}

t.test("who waits for input ends at once, and says so in the stream", async (t) => {
  for (const signal of signals)
    for (const command of ["lab-create", "lab-show", "lab-wait"]) {
      const { child, stdout, stderr, end } = start(command, ...(command === "lab-create" ? [] : ["-"]));
      child.stdin?.write('{"a":1}\n{"half":');
      await until("the first record", () => stdout() !== "");
      child.kill(signal);
      t.equal(await end, signal, `${command} dies by ${signal}`);
      t.match(records(stdout()).at(-1), { type: "failure", v: 1, command, code: "tempfail" });
      t.equal(stderr(), "");
      child.stdin?.end();
    }
});

t.test("who follows ends as well", async (t) => {
  const [run] = records(await rendered(1));
  const { stdout: nothing } = await place.run(["lab-log", "@last"], { cwd: work, env });
  t.equal(nothing, "");
  fs.writeFileSync(path.join(String(run?.["run_dir"]), ".lab/submit-1/slurm-1.out"), "a first line\n");
  const other = '{"type":"other"}\n';
  for (const argv of [["lab-events", "-f"], ["lab-log", "-f", "@last"], ["lab-wait"]]) {
    const { child, stdout, end } = start(...argv);
    if (argv.length === 1) child.stdin?.end(other + JSON.stringify(run));
    await until("the first record", () => stdout() !== "");
    child.kill("SIGINT");
    t.equal(await end, "SIGINT", argv.join(" "));
    t.match(records(stdout()).at(-1), { type: "failure", code: "tempfail" }, argv.join(" "));
  }
});

t.test("the current record is finished, the next one is not begun", async (t) => {
  for (const signal of signals) {
    const input = await rendered(2);
    const before = slurm.begun();
    slurm.slow(true);
    const { child, stdout, end } = start("lab-submit");
    child.stdin?.end(input);
    await until("the first is being submitted", () => slurm.begun() > before);
    child.kill(signal);
    slurm.slow(false);
    t.equal(await end, signal);
    const [first, second] = records(input);
    t.match(records(stdout()), [
      { type: "run", id: first?.["id"], phase: "submitted", job: { scheduler: "slurm" } },
      { type: "failure", command: "lab-submit", code: "tempfail" },
    ]);
    t.equal(slurm.begun(), before + 1);
    const { stdout: list } = await place.run(["lab-ls"], { cwd: work, env });
    const stateOf = (run: { id?: string } | undefined) => records(list).find(({ id }) => id === run?.id)?.["state"];
    t.strictSame([stateOf(first), stateOf(second)], ["submitted", "planned"]);
  }
});

t.test("a second signal ends it at once", async (t) => {
  const input = await rendered(1);
  const before = slurm.begun();
  slurm.slow(true);
  t.teardown(() => slurm.slow(false));
  const { child, stdout, end } = start("lab-submit");
  child.stdin?.end(input);
  await until("it is being submitted", () => slurm.begun() > before);
  child.kill("SIGTERM");
  await until("the first is heard", () => !pending(child.pid));
  t.equal(child.exitCode ?? child.signalCode, null, "and the submission goes on");
  child.kill("SIGINT");
  t.equal(await end, "SIGINT");
  t.equal(stdout(), "");
});
