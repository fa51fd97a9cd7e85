import t from "tap";
import { extraOptions } from "../../../../lib/scheduler/slurm/extra-options.js";

t.test("options are read in every way that sbatch reads them", (t) => {
  t.same(extraOptions(["--gpu-bind=closest", "-H", "--begin now+1hour", "-L", "a:2"], {}), [
    { name: "gpu-bind", words: ["--gpu-bind=closest"] },
    { name: "H", words: ["-H"] },
    { name: "begin", words: ["--begin", "now+1hour"] },
    { name: "L", words: ["-L", "a:2"] },
  ]);
  t.end();
});

t.test("what the toolkit sets itself is refused, however it is spelt", (t) => {
  for (const word of [
    "--output=x",
    "-o x",
    "-ox",
    "--job-name=x",
    "-J x",
    "--comment=x",
    "--chdir=/",
    "-D/",
    "--export=ALL",
    "--open-mode=append",
    "--dependency=afterok:1",
    "-d afterok:1",
    "--array=0-3",
    "-a 0-3",
    "--wrap=true",
    "--wait",
    "-W",
    "--parsable",
    "--clusters=x",
    "--outp=x",
    "--depend=afterok:1",
    "--error=x",
    "--no-requeue",
    "--get-user-env",
    "-Mx",
    "--test-only",
  ]) {
    t.throws(() => extraOptions([word], {}), { code: "dataerr", message: /sets this option itself/ }, word);
  }
  t.throws(() => extraOptions(["-Hpx"], {}), { message: /several options/ });
  t.end();
});

t.test("a typed field is refused only where it repeats one", (t) => {
  const repeats: [string, Record<string, unknown>][] = [
    ["--partition=gpu", { partition: "cpu" }],
    ["-pgpu", { partition: "cpu" }],
    ["--part=gpu", { partition: "cpu" }],
    ["--mem-per-cpu=1G", { mem_bytes: 1 }],
    ["--gres=gpu:1", { gpus: 1 }],
    ["-G 1", { gpus: 1 }],
    ["-t 5", { time_s: 60 }],
    ["-C a", { gpu_mem_bytes: 1 }],
    ["--nice", { priority: 3 }],
    ["--tmp=5G", { tmp_disk_bytes: 1 }],
    ["--mail-type=ALL", { notify: "a@b" }],
    ["-x n1", { exclude: "n2" }],
    ["-N 2", { nodes: 1 }],
    ["-c 2", { cpus: 1 }],
  ];
  for (const [word, given] of repeats) {
    t.throws(
      () => extraOptions([word], given),
      { code: "dataerr", message: /repeats/, hint: "give one of them" },
      word,
    );
    t.equal(extraOptions([word], {}).length, 1, word);
  }
  t.match(
    extraOptions(["--time-min=5", "--gres-flags=disable-binding", "--exclusive", "--mem-bind=local"], {
      time_s: 1,
      gpus: 1,
      exclude: "a",
      mem_bytes: 1,
    }),
    { length: 4 },
    "others of similar name are not meant",
  );
  t.end();
});

t.test("words that are no options are refused", (t) => {
  for (const extra of [["gpu"], ["--a=b", "c"], ["--a", "b", "c"], ["-"], ["# --a"], ["--a=b # c"], ["--a\n--uid=0"]]) {
    t.throws(() => extraOptions(extra, {}), { code: "dataerr" }, JSON.stringify(extra));
  }
  t.end();
});
