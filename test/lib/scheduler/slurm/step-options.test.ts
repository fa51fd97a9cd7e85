import t from "tap";
import { stepOptions } from "../../../../lib/scheduler/slurm/step-options.js";

t.test("each gets what it asks for, and of memory that nobody asks for no share", (t) => {
  t.same(stepOptions({ mem_bytes: 2 ** 30, gpus: 1, cpus: 2 }), ["--mem=1024M", "--cpus-per-task=2", "--gpus=1"]);
  t.same(stepOptions({ mem_bytes: 1 }), ["--mem=1M"], "rounded up, as Slurm does");
  t.same(stepOptions({ gpus: 0 }), ["--mem=0"]);
  t.end();
});
