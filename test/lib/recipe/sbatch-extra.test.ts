import t from "tap";
import { normalExtra, sbatchExtraTrouble } from "../../../lib/recipe/sbatch-extra.js";

t.test("options that nothing else sets", async (t) => {
  for (const entry of [
    "--gpu-bind=closest",
    "--exclusive",
    "exclusive",
    " --nodelist=n1 ",
    "-w n1",
    "--mem-bind=local",
    "--ntasks-per-node=2",
    "--export-nothing",
    "--switches=1@10:00",
    "-H",
    "-Hv",
    "--time-min=5",
    "--licenses=matlab:1",
    "--no-kill",
    "--begin=now+1hour",
  ]) {
    t.equal(sbatchExtraTrouble(entry), undefined, entry);
  }
  t.equal(normalExtra("exclusive "), "--exclusive");
  t.equal(normalExtra("-w n1"), "-w n1");
});

t.test("what a typed field says", async (t) => {
  for (const entry of [
    "--time=5",
    "--time 5",
    "-t5",
    "-t 5",
    "time=5",
    "--tim=5",
    "--mem=0",
    "--mem-per-cpu=1G",
    "--gres=gpu:1",
    "--gpus=1",
    "-G 1",
    "--gpus-per-node=1",
    "-p gpu",
    "-pgpu",
    "--partition=gpu",
    "--part=gpu",
    "-c4",
    "--cpus-per-task=4",
    "-N2",
    "--nodes=2",
    "-q q",
    "-A a",
    "-C x",
    "-x n1",
    "--exclude=n1",
    "--reservation=r",
    "--tmp=1G",
    "--nice=5",
    "--dependency=afterok:1",
    "-d afterok:1",
    "--mail-user=x",
    "-Hp gpu",
  ]) {
    t.match(sbatchExtraTrouble(entry), /^repeats (resources\.|\[)[a-z_]+\]?: set it there$/, entry);
  }
});

t.test("what the toolkit sets, and what keeps sbatch from submitting", async (t) => {
  for (const entry of [
    "--job-name=x",
    "-J x",
    "-Jx",
    "--output=x",
    "-o x",
    "-e x",
    "--error x",
    "--chdir=/",
    "-D /",
    "--comment=x",
    "--export=ALL",
    "--requeue",
    "--no-requeue",
    "--open-mode=append",
    "--parsable",
    "--array=1-3",
    "-a 1-3",
    "--wrap=true",
    "--wait",
    "-W",
    "--test-only",
    "--clusters=x",
    "-M x",
    "--kill-on-invalid-dep=yes",
    "--uid=0",
    "--get-user-env",
    "--help",
    "-V",
  ]) {
    t.equal(sbatchExtraTrouble(entry), "is set by the toolkit", entry);
  }
});

t.test("what is no option", async (t) => {
  for (const [entry, said] of [
    ["", "is empty"],
    ["#SBATCH --exclusive", "is a comment: write the option alone"],
    ["--exclusive\n--wait", "has a line break or another control character in it"],
    ["--exclusive --time=5", "has two options in it: give each an entry of its own"],
  ] as const) {
    t.equal(sbatchExtraTrouble(entry), said, entry);
  }
});
