import t from "tap";
import { gpuMemoryConstraint } from "../../../../lib/scheduler/slurm/gpu-memory.js";

const GiB = 2 ** 30;
const features = { v100: 16 * GiB, a100: 40 * GiB, h100: 80 * GiB };

t.test("GPU memory becomes a constraint on features that the cluster file knows", (t) => {
  t.equal(gpuMemoryConstraint(undefined, undefined, features), undefined);
  t.equal(gpuMemoryConstraint("ib", undefined, features), "ib");
  t.equal(gpuMemoryConstraint(undefined, 40 * GiB, features), "a100|h100");
  t.equal(gpuMemoryConstraint(undefined, 41 * GiB, features), "h100");
  t.equal(gpuMemoryConstraint("ib", 40 * GiB, features), "ib&(a100|h100)");
  t.equal(gpuMemoryConstraint("ib|eth", 80 * GiB, features), "(ib|eth)&h100");
  t.end();
});

t.test("what cannot be asked for is refused, not left out", (t) => {
  t.throws(() => gpuMemoryConstraint(undefined, GiB, {}), { code: "dataerr", hint: /constraint/ });
  t.throws(() => gpuMemoryConstraint(undefined, 81 * GiB, features), { code: "dataerr", hint: /h100 80 GiB/ });
  t.throws(() => gpuMemoryConstraint("[a|b]", 40 * GiB, features), { code: "dataerr", message: /brackets/ });
  t.end();
});
