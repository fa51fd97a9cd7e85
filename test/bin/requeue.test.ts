// A time limit on one machine: the run goes on by itself from what it saved, in the attempts that it has.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { records, sandbox } from "../support/sandbox.js";

t.setTimeout(300_000);
const place = await sandbox({ name: "requeue", env: { LAB_LOCAL_IDLE: "1s", LAB_SCHEDULER_ACCOUNTING_GRACE: "1s" } });
t.teardown(() => place.remove());
const work = path.join(place.dir, "work");
fs.mkdirSync(work);

const count = `
mkdir -p "$LAB_RUN_DIR/checkpoints"
n=0
[ -z "$LAB_RESUME_FROM" ] || n=$(cat "$LAB_RESUME_FROM")
echo "attempt $LAB_ATTEMPT begins at $n with $*"
trap 'echo $((n + 1)) >"$LAB_RUN_DIR/checkpoints/step-$((n + 1)).txt"; echo "lab-metric n=$((n + 1)) step=$LAB_ATTEMPT"; exit 9' USR1
[ "$n" -lt 2 ] || exit 0
while :; do sleep 0.1; done
`;
const recipe = (name: string, more: string) => {
  const file = path.join(work, `${name}.toml`);
  const text = [
    `name = "${name}"`,
    `command = ["bash", "-c", ${JSON.stringify(count)}, "-"]`,
    "[resources]",
    'time = "5s"',
    'mem = "64MB"',
    "[checkpoints]",
    "requeue = true",
    'warn = "2s"',
    'resume_arg = "--resume"',
    more,
  ];
  fs.writeFileSync(file, `${text.join("\n")}\n`);
  return file;
};

t.test("a run goes on where it was; one that never gets on ends by its limit", async (t) => {
  const files = [recipe("counts", 'signal = "USR1"'), recipe("deaf", "max_attempts = 2")];
  const { stdout, stderr, code } = await place.run(["lab", "run", "-w", "--json", ...files], { cwd: work });
  const by = Object.fromEntries(records(stdout).map((record) => [record["name"], record])) as Record<
    string,
    Record<string, never>
  >;
  t.equal(code, 1, stderr);
  t.match(by["counts"], { state: "succeeded", attempt: 3 });
  t.match(by["deaf"], { state: "failed", mode: "timeout", attempt: 2 });
  const dir = by["counts"]?.["run_dir"] ?? "";
  const log = (n: number) => fs.readFileSync(path.join(dir, `.lab/attempt-${n}/job.log`), "utf8").split("\n")[0];
  t.equal(log(1), "attempt 1 begins at 0 with ");
  t.equal(log(3), `attempt 3 begins at 2 with --resume=${dir}/checkpoints/step-2.txt`);
  const start = JSON.parse(fs.readFileSync(path.join(dir, ".lab/attempt-3/start.json"), "utf8"));
  t.match(start, { submission: 1, restart: 2, resume: { step: 2, how: "step" } });
  const { stdout: metrics } = await place.run(["lab", "metrics", "--json", by["counts"]?.["id"] ?? ""], { cwd: work });
  t.same(
    records(metrics).map(({ name, value, step }) => [name, value, step]),
    [
      ["n", 1, 1],
      ["n", 2, 2],
    ],
    "each attempt has its own",
  );
});

t.test("a failed evaluation is told of a run that has succeeded all the same", async (t) => {
  const file = path.join(work, "evaluated.toml");
  const text =
    'name = "evaluated"\ncommand = ["true"]\n[resources]\nmem = "64MB"\n[eval]\ncommand = "echo worse; exit 3"\n';
  fs.writeFileSync(file, text);
  const run = async (...argv: string[]) => (await place.run(argv, { cwd: work })).stdout;
  const told = { name: "evaluated", state: "succeeded", eval: "failed", message: /evaluation failed: exit code 3$/ };
  const { stdout, stderr, code } = await place.run(["lab", "run", "-w", "--json", file], { cwd: work });
  t.equal(code, 0, stderr);
  const [record] = records(stdout);
  t.match(record, told);
  const id = record?.["id"] ?? "";
  t.match(records(await run("lab", "ls", "--json", "--where", "name=evaluated")), [told]);
  t.match(records(await run("lab", "why", "--json", id)), [{ message: /evaluation failed/, log: ["worse"] }]);
  t.match(records(await run("lab", "show", "--json", id)), [
    { state: "succeeded", message: told.message, attempts: [{ evaluation: { code: 3 } }] },
  ]);
  t.match(await run("lab", "log", "--text", id), /worse/);
});
