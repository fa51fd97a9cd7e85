import t from "tap";
import { type InitOptions, initPlan } from "../../../../lib/verb/init/init-plan.js";
import { fakeContext } from "../fake-context.js";

t.test("an sbatch that does not answer is told of where this machine is taken", async (t) => {
  const bin = t.testdir({ sbatch: "", home: {} });
  const context = fakeContext(t, { env: { PATH: bin, HOME: `${bin}/home` } });
  const options = { scheduler: "auto", repo: [], kind: [], name: "a" } as unknown as InitOptions;
  t.equal((await initPlan(options, context)).scheduler, "local");
  t.match(context.said, [/^sbatch is here, but Slurm does not answer/]);
});
