import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import { needs } from "../../support/needs.js";

if (!needs(t, "python3")) process.exit();

type Vars = Record<string, string>;
interface Metric {
  name: string;
  value: number | string;
  step?: number;
  at: string;
  [extra: string]: unknown;
}

const train = path.resolve("examples/digits/train.py");
const inJob = { LAB_RUN_ID: "20260102-030405-abc123" };

t.setTimeout(600_000); // a machine that is busy with a cluster, too

/** The caller's environment without its LAB_*, lab.py importable, then vars. */
function environment(vars: Vars): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("LAB_"));
  return {
    ...Object.fromEntries(own),
    PYTHONPATH: path.resolve("lib/job"),
    PYTHONDONTWRITEBYTECODE: "1",
    ...vars,
  };
}

/** Runs Python code that has imported lab and what the tests need; a hang ends in a failure. */
function python(code: string, vars: Vars = {}, flags = ["-W", "error"]): SpawnSyncReturns<string> {
  const imports = "import json, lab, os, signal, sys, threading, time\n";
  return spawnSync("python3", [...flags, "-c", imports + code], {
    env: environment(vars),
    encoding: "utf8",
    timeout: 120_000,
    killSignal: "SIGKILL",
  });
}

/** Every line of every file of a kind in the directory, by file. */
function lines(dir: string, kind = "metrics"): Metric[][] {
  const names = fs.readdirSync(dir).filter((name) => name.startsWith(`${kind}-`));
  return names.sort().map((name) => parsed(path.join(dir, name)));
}

function parsed(file: string): Metric[] {
  const text = fs.readFileSync(file, "utf8");
  if (!text.endsWith("\n")) throw new Error(`${file} ends in the middle of a line`);
  return text
    .slice(0, -1)
    .split("\n")
    .map((line) => JSON.parse(line));
}

const metricsIn = (dir: string): Vars => ({
  ...inJob,
  LAB_METRICS: path.join(dir, "metrics-n1-1.ndjson"),
});

t.test("outside a job nothing happens and the defaults are answered", async (t) => {
  const dir = t.testdir({});
  const ran = python(`
os.chdir(${JSON.stringify(dir)})
lab.log_metric("loss", 0.5, step=1)
lab.log_metric("loss", None)
lab.log_metrics({"a": 1}, step=2)
lab.log_metrics("no dict")
lab.log_artifact("plot.png", role="plot")
print(json.dumps([lab.in_job(), lab.params(), lab.args(), lab.seed(), lab.seed(default=7), lab.input("data"),
  lab.input("data", "here"), lab.output("out", default="there"), lab.resume_from(), lab.cancelled()]))
assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
assert signal.getsignal(signal.SIGUSR1) == signal.SIG_DFL`);
  t.equal(ran.stderr, "");
  t.equal(ran.status, 0);
  t.same(JSON.parse(ran.stdout), [false, {}, {}, 0, 7, null, "here", "there", null, false]);
  t.same(fs.readdirSync(dir), []);
});

t.test("a metric is one line in the process's own file beside $LAB_METRICS", async (t) => {
  const dir = t.testdir({});
  const ran = python(
    `
lab.log_metric("loss", 0.25, step=100)
lab.log_metric("café\\n", 3, split="validation", curve=[1, float("nan")], absent=None, name_of={"at": 1}, at="mine")
print(os.getpid())`,
    metricsIn(dir),
  );
  t.equal(ran.stderr, "");
  const [name = "", ...others] = fs.readdirSync(dir);
  t.same(others, []);
  t.match(name, new RegExp(`^metrics-[A-Za-z0-9_-]+-${ran.stdout.trim()}\\.ndjson$`));
  const [first, second] = parsed(path.join(dir, name));
  t.same(Object.keys(first ?? {}), ["name", "value", "step", "at"]);
  t.match(first, {
    name: "loss",
    value: 0.25,
    step: 100,
    at: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  });
  t.ok(Math.abs(Date.parse(first?.at ?? "") - Date.now()) < 120_000, "at is now, in UTC");
  t.match(second, {
    name: "café\n",
    value: 3,
    split: "validation",
    curve: [1, "NaN"],
    name_of: { at: 1 },
    at: /Z$/,
  });
  t.notOk("step" in (second ?? {}), "no step was given");
  t.notOk("absent" in (second ?? {}), "None is absent");
});

t.test("every kind of number is written so that JSON has it", async (t) => {
  const dir = t.testdir({});
  const ran = python(
    `
from decimal import Decimal
from fractions import Fraction
class Scalar:  # as numpy and torch have it
  def __init__(self, value): self.value = value
  def item(self): return self.value
inf = float("inf")
values = [1, 0.1, True, 2**60, Decimal("0.5"), Fraction(1, 4), Scalar(0.75), Scalar(9), float("nan"), inf, -inf, Scalar(inf)]
for step, value in enumerate(values):
  lab.log_metric("x", value, step=Scalar(step))
lab.log_metric("y", 1, step=float("nan"))
lab.log_metric("z", 1, scalar=Scalar(2), nested={"deep": (inf, {3})})`,
    metricsIn(dir),
  );
  t.equal(ran.stderr, "");
  const [all = []] = lines(dir);
  const numbers = all.filter(({ name }) => name === "x");
  t.same(
    numbers.map(({ value }) => value),
    [1, 0.1, 1, 2 ** 60, 0.5, 0.25, 0.75, 9, "NaN", "Infinity", "-Infinity", "Infinity"],
  );
  t.same(
    numbers.map(({ step }) => step),
    numbers.map((_, step) => step),
  );
  t.notOk("step" in (all.at(-2) ?? {}), "a step that is no number is absent");
  t.same(all.at(-1)?.nested, { deep: ["Infinity", [3]] });
});

t.test("a value that is not a number is said once and costs nothing else", async (t) => {
  const dir = t.testdir({});
  const ran = python(
    `
class Broken:
  def item(self): raise RuntimeError("a tensor with 10 elements cannot be converted to Scalar")
for _ in range(3):
  lab.log_metrics({"good": 1, "bad": "high", "none": None, "tensor": Broken(), "also_good": 2})`,
    metricsIn(dir),
  );
  t.equal(ran.status, 0);
  t.match(ran.stderr, /^lab: metric 'bad' is not a number: 'high' \(not said again\)$/m);
  t.equal(ran.stderr.trimEnd().split("\n").length, 3);
  t.same(
    lines(dir)[0]?.map(({ name }) => name),
    ["good", "also_good", "good", "also_good", "good", "also_good"],
  );
});

t.test("log_metrics writes all its lines at once", async (t) => {
  const dir = t.testdir({});
  const ran = python(
    `
write, sizes = os.write, []
os.write = lambda fd, data: sizes.append(data.count(b"\\n")) or write(fd, data)
lab.log_metrics({"m%d" % i: i for i in range(100)}, step=1)
lab.log_metrics({})
print(sizes)`,
    metricsIn(dir),
  );
  t.equal(ran.stdout.trim(), "[100]");
  t.equal(lines(dir)[0]?.length, 100);
});

t.test("an artifact is noted in a file of its own", async (t) => {
  const dir = t.testdir({});
  const ran = python(
    `
os.chdir(${JSON.stringify(dir)})
lab.log_artifact("plots/a b.png", role="plot", epoch=3, best=float("inf"))
from pathlib import Path
lab.log_artifact(Path("/tmp/x"))`,
    metricsIn(dir),
  );
  t.equal(ran.stderr, "");
  t.same(lines(dir), [], "it is no metric");
  const [noted = []] = lines(dir, "artifacts");
  t.match(noted[0], {
    type: "artifact",
    v: 1,
    path: path.join(fs.realpathSync(dir), "plots/a b.png"),
    role: "plot",
    at: /Z$/,
    metadata: { epoch: 3, best: "Infinity" },
  });
  t.same(Object.keys(noted[1] ?? {}), ["type", "v", "path", "at"]);
});

t.test("a job is told what it was asked to do", async (t) => {
  const dir = t.testdir({
    "params.json": JSON.stringify({
      params: { lr: 1e-3 },
      args: { epochs: 5 },
      seed: 3,
    }),
  });
  const given = {
    ...inJob,
    LAB_PARAMS: path.join(dir, "params.json"),
    LAB_INPUT_TRAIN_SET: "/data/train",
    LAB_OUTPUT_CHECKPOINT: "/out/c",
    LAB_RESUME_FROM: "/out/c/step_3",
  };
  const ask = `
lab.params()["lr"] = 0  # one's own
print(json.dumps([lab.in_job(), lab.params(), lab.args(), lab.seed(), lab.input("train-set"), lab.input("other", "x"),
  lab.output("checkpoint"), lab.resume_from()]))`;
  const told = [true, { lr: 1e-3 }, { epochs: 5 }, 3, "/data/train", "x", "/out/c", "/out/c/step_3"];
  t.same(JSON.parse(python(ask, given).stdout), told);
  t.same(JSON.parse(python("print(lab.seed())", { ...given, LAB_SEED: "11" }).stdout), 11);
});

t.test("what cannot be read or written is said once, and the job goes on", async (t) => {
  const dir = t.testdir({ "params.json": "{", "list.json": "[]" });
  const nowhere = python(
    `
for i in range(3):
  lab.log_metric("a", i)
print("went on", lab.params(), lab.args(), lab.seed())`,
    {
      LAB_METRICS: path.join(dir, "gone/metrics-n1-1.ndjson"),
      LAB_PARAMS: path.join(dir, "params.json"),
    },
  );
  t.equal(nowhere.status, 0);
  t.equal(nowhere.stdout, "went on {} {} 0\n");
  const said = nowhere.stderr.trimEnd().split("\n");
  t.equal(said.length, 2);
  t.match(said[0], /^lab: cannot write metrics: .*No such file or directory.* \(not said again\)$/);
  t.match(said[1], /^lab: cannot read .*params\.json: /);

  for (const file of ["list.json", "absent.json"]) {
    const ran = python(
      "print(lab.params())\nsys.stderr.close()\nsys.stderr = None\nlab._warned.clear()\nlab.params()",
      {
        LAB_PARAMS: path.join(dir, file),
      },
    );
    t.equal(ran.status, 0, `${file}, and nobody to tell`);
    t.equal(ran.stdout, "{}\n");
  }
});

t.test("a full disk tears one line and no other", async (t) => {
  const dir = t.testdir({});
  const ran = python(
    `
write = os.write
lab.log_metric("a", 1)
os.write = lambda fd, data: write(fd, data[:10])
lab.log_metric("a", 2)
def full(fd, data): raise OSError(28, "No space left on device")
os.write = full
lab.log_metric("a", 3)
os.write = write
lab.log_metric("a", 4)
lab.log_metric("a", 5)`,
    metricsIn(dir),
  );
  t.equal(ran.status, 0);
  t.match(ran.stderr, /^lab: cannot write metrics: 10 of \d+ bytes written to .*\n$/);
  const text = fs.readFileSync(path.join(dir, fs.readdirSync(dir)[0] ?? ""), "utf8").split("\n");
  t.equal(text[1], '{"name": "');
  t.same(
    [text[0], text[2], text[3]].map((line) => JSON.parse(line ?? "").value),
    [1, 4, 5],
  );
  t.equal(text.length, 5);
});

t.test("threads do not mix their lines", async (t) => {
  const dir = t.testdir({});
  const ran = python(
    `
sys.setswitchinterval(1e-6)
def work(k):
  for i in range(300):
    lab.log_metric("t%d" % k, i, step=i, pad="x" * 200)
threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()`,
    metricsIn(dir),
  );
  t.equal(ran.stderr, "");
  const [all = [], ...others] = lines(dir);
  t.same(others, []);
  for (let k = 0; k < 8; k++) {
    const steps = all.filter(({ name }) => name === `t${k}`).map(({ step }) => step);
    t.same(
      steps,
      Array.from({ length: 300 }, (_, step) => step),
    );
  }
});

t.test("each forked process has a file of its own", async (t) => {
  const dir = t.testdir({});
  const ran = python(
    `
lab.log_metric("pid", os.getpid())
children = []
for k in range(4):
  child = os.fork()
  if child == 0:
    for i in range(200): lab.log_metric("pid", os.getpid(), step=i)
    os._exit(0)
  children.append(child)
for i in range(199): lab.log_metric("pid", os.getpid(), step=i)
assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4`,
    metricsIn(dir),
  );
  t.equal(ran.stderr, "");
  const files = lines(dir);
  t.equal(files.length, 5);
  for (const file of files) {
    t.equal(file.length, 200);
    t.equal(new Set(file.map(({ value }) => value)).size, 1, "written by one process");
  }
});

t.test("a process forked while a thread is writing can log", async (t) => {
  const dir = t.testdir({});
  const ran = python(
    `
write, writing, go_on = os.write, threading.Event(), threading.Event()
def slow(fd, data):
  writing.set()
  go_on.wait()
  return write(fd, data)
os.write = slow
thread = threading.Thread(target=lab.log_metric, args=("parent", 1))
thread.start()
writing.wait()
child = os.fork()
if child == 0:
  os.write = write
  lab.log_metric("child", 2)
  os._exit(0)
assert os.waitpid(child, 0)[1] == 0
go_on.set()
thread.join()`,
    metricsIn(dir),
    [], // newer Pythons warn of a fork beside threads, which is the point here
  );
  t.equal(ran.status, 0);
  t.same(
    lines(dir)
      .flat()
      .map(({ name }) => name)
      .sort(),
    ["child", "parent"],
  );
});

t.test("cancelled", async (t) => {
  const tell = "os.kill(os.getpid(), signal.SIGTERM)\n";

  t.test("until it is asked, signals do what they always do", async (t) => {
    t.equal(python(`lab.log_metric("a", 1)\n${tell}time.sleep(60)`, inJob).signal, "SIGTERM");
  });

  for (const name of ["SIGTERM", "SIGUSR1"]) {
    t.test(`hears ${name}`, async (t) => {
      const ran = python(`print(lab.cancelled())\nos.kill(os.getpid(), signal.${name})\nprint(lab.cancelled())`, inJob);
      t.equal(ran.stderr, "");
      t.equal(ran.stdout, "False\nTrue\n");
      t.equal(ran.status, 0);
    });
  }

  t.test("still calls the handler that was there", async (t) => {
    const ran = python(
      `signal.signal(signal.SIGTERM, lambda *_: print("mine"))\nlab.cancelled()\n${tell}print(lab.cancelled())`,
      inJob,
    );
    t.equal(ran.stdout, "mine\nTrue\n");
  });

  t.test("asked from another thread it changes no handler", async (t) => {
    const ran = python(
      `
thread = threading.Thread(target=lambda: print(lab.cancelled()))
thread.start()
thread.join()
print(signal.getsignal(signal.SIGTERM) == signal.SIG_DFL)`,
      inJob,
    );
    t.equal(ran.stderr, "");
    t.equal(ran.stdout, "False\nTrue\n");
  });

  t.test("a forked process that does not ask is ended as ever; one that asks hears", async (t) => {
    const ran = python(
      `
lab.cancelled()
def child(asks):
  told, ready = os.pipe()
  pid = os.fork()
  if pid == 0:
    if asks: lab.cancelled()
    os.write(ready, b"x")
    for _ in range(600):
      if asks and lab.cancelled(): os._exit(7)
      time.sleep(0.1)
    os._exit(1)
  os.read(told, 1)
  os.kill(pid, signal.SIGTERM)
  return os.waitpid(pid, 0)[1]
silent, asking = child(False), child(True)
print(os.WIFSIGNALED(silent) and os.WTERMSIG(silent) == signal.SIGTERM, os.WEXITSTATUS(asking), lab.cancelled())`,
      inJob,
    );
    t.equal(ran.stderr, "");
    t.equal(ran.stdout, "True 7 False\n");
  });
});

t.test("the example trains the same with and without lab.py, and resumed after a kill", async (t) => {
  const dir = t.testdir({ "attempt-1": {}, "attempt-2": {} });
  const weights = (out: string) => fs.readFileSync(path.join(dir, out, "step_3/weights.json"), "utf8");
  const marked = (out: string, step: number) => fs.existsSync(path.join(dir, out, `step_${step}/_CHECKPOINT_METADATA`));
  const argv = (out: string) => ["-W", "error", train, "--epochs=3", `--out=${path.join(dir, out)}`];
  const run = (out: string, vars: Vars) =>
    spawnSync("python3", argv(out), {
      env: environment(vars),
      encoding: "utf8",
    });

  const alone = run("alone", { PYTHONPATH: "" });
  t.equal(alone.stderr, "");
  t.match(alone.stdout, /^epoch 3\/3: loss .*\ntest accuracy 9\d\.\d% on 270 images\n$/m);
  const result = JSON.parse(fs.readFileSync(path.join(dir, "alone/result.json"), "utf8"));
  t.ok(result.tasks[result.primary].value > 0.9, "it has learnt to read");

  const logged = run("logged", metricsIn(path.join(dir, "attempt-1")));
  t.equal(logged.stderr, "");
  t.equal(weights("logged"), weights("alone"));
  const [metrics = []] = lines(path.join(dir, "attempt-1"));
  t.same(
    metrics.filter(({ name }) => name === "accuracy").map(({ step }) => step),
    [1, 2, 3],
  );
  t.equal(metrics.find(({ name }) => name === "test_accuracy")?.value, result.tasks.accuracy.value);

  const killed = spawn("python3", argv("killed"), {
    env: environment({}),
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => killed.on("exit", resolve));
  for (let tries = 0; tries < 2400 && !marked("killed", 1); tries++) await sleep(25);
  killed.kill("SIGKILL");
  await ended;
  const last = [3, 2, 1].find((step) => marked("killed", step)) ?? 0;
  const resumed = run("killed", {
    ...metricsIn(path.join(dir, "attempt-2")),
    LAB_RESUME_FROM: path.join(dir, "killed", `step_${last}`),
  });
  t.equal(resumed.stderr, "");
  t.match(resumed.stdout, new RegExp(`^continuing after epoch ${last}$`, "m"));
  t.equal(weights("killed"), weights("alone"));
});
