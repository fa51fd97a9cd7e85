import t from "tap";
import type { Run } from "../../../../lib/record/run.js";
import { slurmDirectives } from "../../../../lib/scheduler/slurm/directives.js";

const settings = { registry: "reg", submission: 1 };

/** A run with these resources; only the fields that directives read matter. */
function runWith(resources: Run["resources"], more: Partial<Run> = {}): Run {
  return {
    id: "20261121-000000-abc123",
    name: "digits",
    run_dir: "/r/runs/alice/20261121-000000-abc123",
    resources,
    ...more,
  } as Run;
}

const lines = (resources: Run["resources"], more: Partial<Run> = {}, others = {}) =>
  slurmDirectives(runWith(resources, more), { ...settings, ...others });

t.test("a job that asks for nothing", (t) => {
  t.same(lines({}), [
    "#SBATCH --job-name=digits.abc123",
    '#SBATCH "--comment=lab/1 reg 20261121-000000-abc123"',
    "#SBATCH --chdir=/r/runs/alice/20261121-000000-abc123",
    "#SBATCH --output=/r/runs/alice/20261121-000000-abc123/.lab/submit-1/slurm-%j.out",
    "#SBATCH --open-mode=append",
    "#SBATCH --export=NIL",
    "#SBATCH --no-requeue",
    "#SBATCH --ntasks=1",
  ]);
  t.end();
});

t.test("a job that asks for everything", (t) => {
  const asked = lines(
    {
      gpus: 2,
      cpus: 8,
      mem_bytes: 1536e6,
      time_s: 5400,
      nodes: 2,
      partition: "gpu",
      qos: "high",
      account: "lab",
      constraint: "a100|h100",
      gpu_mem_bytes: 40 * 2 ** 30,
      tmp_disk_bytes: 10 ** 11,
      priority: 3,
      exclude: "n[1-2]",
      reservation: "res",
      sbatch_extra: ["--gpu-bind=closest", "-L 'a b'"],
    },
    { notify: { email: "a@b.org", when: "afternotok" } },
    { gpu_mem: { h100: 80 * 2 ** 30 } },
  );
  t.same(asked.slice(6), [
    "#SBATCH --time=01:30:00",
    "#SBATCH --nice=200",
    "#SBATCH --exclude=n[1-2]",
    "#SBATCH --reservation=res",
    "#SBATCH --mail-user=a@b.org",
    "#SBATCH --mail-type=FAIL",
    "#SBATCH --partition=gpu",
    "#SBATCH --qos=high",
    "#SBATCH --account=lab",
    "#SBATCH --no-requeue",
    "#SBATCH --nodes=2",
    "#SBATCH --ntasks=2",
    "#SBATCH --cpus-per-task=8",
    "#SBATCH --mem=1465M",
    "#SBATCH --gres=gpu:2",
    "#SBATCH --constraint=(a100|h100)&h100",
    "#SBATCH --tmp=95368M",
    "#SBATCH --gpu-bind=closest",
    '#SBATCH -L "a b"',
  ]);
  t.end();
});

t.test("the cluster's defaults stand where the recipe is silent, also in sbatch_extra", (t) => {
  const cluster = { partition: "cpu", qos: "low", account: "all", gres_gpu_syntax: "gpu:a100:{n}" };
  const has = (resources: Run["resources"]) => lines(resources, {}, cluster).join("\n");
  t.match(has({ gpus: 3 }), /--partition=cpu\n.*--qos=low\n.*--account=all\n[\s\S]*--gres=gpu:a100:3/);
  t.match(has({ partition: "gpu" }), /--partition=gpu\n.*--qos=low/);
  t.notMatch(has({ sbatch_extra: ["-p gpu", "--qos=x"] }), /partition=cpu|qos=low/);
  t.notMatch(has({ gpus: 0 }), /gres/);
  t.throws(() => lines({ gpus: 1 }, {}, { gres_gpu_syntax: "gpu" }), { code: "config" });
  t.end();
});

t.test("times are whole minutes, rounded up; priorities become nice values", (t) => {
  const line = (resources: Run["resources"], name: string) =>
    lines(resources).find((each) => each.includes(`--${name}=`));
  t.equal(line({ time_s: 1 }, "time"), "#SBATCH --time=00:01:00");
  t.equal(line({ time_s: 61 }, "time"), "#SBATCH --time=00:02:00");
  t.equal(line({ time_s: 129_600 }, "time"), "#SBATCH --time=1-12:00:00");
  t.throws(() => line({ time_s: 0 }, "time"), { code: "dataerr", message: /no limit/ });
  t.equal(line({ priority: 5 }, "nice"), undefined);
  t.equal(line({ priority: 1 }, "nice"), "#SBATCH --nice=400");
  t.equal(line({ priority: 10 }, "nice"), "#SBATCH --nice=-500");
  t.end();
});

t.test("mail is for the ends that were asked for", (t) => {
  const type = (when?: string) =>
    lines({}, { notify: { email: "a@b", ...(when === undefined ? {} : { when }) } }).find((line) =>
      line.includes("mail-type"),
    );
  t.equal(type("after"), "#SBATCH --mail-type=BEGIN");
  t.equal(type("afterok"), "#SBATCH --mail-type=END");
  t.equal(type("afterany"), "#SBATCH --mail-type=END,FAIL");
  t.equal(type(), "#SBATCH --mail-type=END,FAIL");
  t.throws(() => type("sometimes"), { code: "dataerr" });
  t.end();
});

t.test("a run that is started again is warned before its limit, and requeued unless it has one attempt", (t) => {
  const asked = (checkpoints: NonNullable<Run["checkpoints"]>, resources: Run["resources"] = { time_s: 7200 }) =>
    lines(resources, { checkpoints }).filter((line) => /requeue|signal/.test(line));
  t.same(asked({ globs: ["x"] }), ["#SBATCH --no-requeue"]);
  t.same(asked({ requeue: true }), ["#SBATCH --requeue", "#SBATCH --signal=B:USR1@300"]);
  t.same(asked({ requeue: true }, { time_s: 600 }), ["#SBATCH --requeue", "#SBATCH --signal=B:USR1@60"]);
  t.same(asked({ requeue: true, signal: "TERM", warn_s: 90_000 }), [
    "#SBATCH --requeue",
    "#SBATCH --signal=B:USR1@65535",
  ]);
  t.same(asked({ requeue: true }, {}), ["#SBATCH --requeue"], "without a limit there is no warning");
  t.same(asked({ requeue: true, max_attempts: 1 }), ["#SBATCH --no-requeue", "#SBATCH --signal=B:USR1@300"]);
  t.throws(() => asked({ requeue: true }, { time_s: 600, sbatch_extra: ["--signal=USR2@60"] }), {
    code: "dataerr",
    message: /a job that is started again is warned by it/,
  });
  t.end();
});

t.test("sbatch_extra may ask for a requeue, or count tasks itself", (t) => {
  t.notMatch(lines({ sbatch_extra: ["--requeue"] }).join("\n"), /no-requeue/);
  t.notMatch(lines({ nodes: 2, sbatch_extra: ["--ntasks-per-node=4"] }).join("\n"), /--ntasks=/);
  t.throws(() => lines({ mem_bytes: 1, sbatch_extra: ["--mem=1G"] }), { code: "dataerr", message: /repeats mem$/ });
  t.end();
});

t.test("components of a heterogeneous job", (t) => {
  const asked = lines(
    {
      gpus: 1,
      partition: "gpu",
      tmp_disk_bytes: 2 ** 20,
      components: [
        { gpus: 4, nodes: 2, cpus: 3 },
        { partition: "cpu", mem_bytes: 2 ** 30, constraint: "ib" },
      ],
    },
    { notify: { email: "a@b" } },
    { qos: "q" },
  ).join("\n");
  const [first = "", second = "", third = ""] = asked.split("#SBATCH hetjob\n");
  t.match(first, /--tmp=1M/);
  t.equal(
    second,
    "#SBATCH --partition=gpu\n#SBATCH --nodes=2\n#SBATCH --ntasks=2\n#SBATCH --cpus-per-task=3\n#SBATCH --gres=gpu:4\n",
  );
  t.equal(third, "#SBATCH --partition=cpu\n#SBATCH --ntasks=1\n#SBATCH --mem=1024M\n#SBATCH --constraint=ib");
  t.end();
});

t.test("paths and names that need care", (t) => {
  const hostile = lines({}, { name: "di gits/é", run_dir: `/r/a "b' c%j é#` }).join("\n");
  t.match(hostile, "#SBATCH --job-name=di_gits__.abc123\n");
  t.ok(hostile.includes('#SBATCH "--chdir=/r/a \\"b\' c%j é#"\n'));
  t.ok(hostile.includes('#SBATCH "--output=/r/a \\"b\' c%%j é#/.lab/submit-1/slurm-%j.out"\n'));
  t.throws(() => lines({}, { run_dir: "/r/a\\b" }), { code: "dataerr", message: /backslash/ });
  t.throws(() => lines({}, { run_dir: "/r/a\nb" }), { code: "dataerr", message: /newline/ });
  t.throws(() => lines({ partition: "a\n#SBATCH --uid=0" }), { code: "dataerr", message: /partition/ });
  t.throws(() => lines({ partition: "" }), { code: "dataerr", message: /empty partition/ });
  const { run_dir: _, ...unborn } = runWith({});
  t.throws(() => slurmDirectives(unborn as Run, settings), { code: "software" });
  t.end();
});

t.test("the caller's environment, where it is asked for", (t) => {
  t.ok(lines({}, { environment: { inherit: true } }).includes("#SBATCH --export=ALL"));
  t.ok(lines({}, { environment: { inherit: false } }).includes("#SBATCH --export=NIL"));
  t.end();
});
