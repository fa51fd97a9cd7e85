import t from "tap";
import { holdJobs } from "../../../../lib/scheduler/slurm/hold.js";
import { fakeSlurm } from "./fake-slurm.js";

const hold = (code: number, stderr: string) =>
  holdJobs(fakeSlurm({ scontrol: { code, stderr } }).slurm, ["1", "2"], "uhold");

t.test("many jobs in one word, elements of an array too; none in none", async (t) => {
  const { slurm, calls } = fakeSlurm({ scontrol: {} });
  await holdJobs(slurm, [], "uhold");
  await holdJobs(slurm, ["1", "7_1", "7_2"], "uhold");
  await holdJobs(slurm, ["1"], "release");
  t.same(
    calls.map(({ argv }) => argv),
    [
      ["uhold", "1,7_[1-2]"],
      ["release", "1"],
    ],
  );
});

t.test("what has begun or is gone needs no holding; what Slurm refuses is said", async (t) => {
  await t.resolves(hold(1, "slurm_suspend error: Invalid job id specified\n"));
  await t.resolves(hold(1, "Job is no longer pending execution for job 1\n"));
  await t.rejects(hold(1, "Access/permission denied for job 2\n"), { code: "noperm", message: /^cannot hold: / });
  await t.rejects(hold(1, "Job is no longer pending execution for job 1\nUnexpected thing for job 2\n"), {
    code: "refused",
    message: /Unexpected thing/,
  });
  await t.rejects(hold(1, "Unable to contact slurm controller (connect failure)\n"), { code: "unavailable" });
});
