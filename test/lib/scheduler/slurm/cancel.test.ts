import t from "tap";
import { cancelJobs } from "../../../../lib/scheduler/slurm/cancel.js";
import { fakeSlurm } from "./fake-slurm.js";

const cancel = (code: number, stderr: string, jobs = ["1", "2"]) =>
  cancelJobs(fakeSlurm({ scancel: { code, stderr } }).slurm, jobs);

t.test("many ids in few calls, none for none", async (t) => {
  const { slurm, calls } = fakeSlurm({ scancel: {} });
  await cancelJobs(slurm, []);
  t.equal(calls.length, 0);
  await cancelJobs(
    slurm,
    Array.from({ length: 1001 }, (_, i) => String(i)),
  );
  t.same(
    calls.map(({ argv }) => argv.length),
    [500, 500, 1],
  );
});

t.test("what is gone needs no cancelling", async (t) => {
  await t.resolves(cancel(0, ""));
  await t.resolves(cancel(1, "scancel: error: Kill job error on job id 1: Invalid job id specified\n"));
  await t.resolves(cancel(1, "scancel: error: Kill job error on job id 1: Job/step already completing or completed\n"));
});

t.test("a controller that is down, or hung", async (t) => {
  for (const [code, words] of [
    [8, "Unable to contact slurm controller (connect failure)"],
    [140, "Socket timed out on send/recv operation"],
  ] as const) {
    await t.rejects(
      cancel(code, `scancel: error: Kill job error on job id 94: ${words}\n`),
      { code: "unavailable" },
      words,
    );
  }
});

t.test("another's job", async (t) => {
  await t.rejects(cancel(210, "scancel: error: Kill job error on job id 10: Access/permission denied\n"), {
    code: "noperm",
    message: "cannot cancel: Kill job error on job id 10: Access/permission denied",
  });
  await t.rejects(
    cancel(
      60,
      "scancel: error: Kill job error on job id 62+1: Operation not permitted on individual component of heterogeneous job\n",
    ),
    {
      code: "refused",
    },
  );
});

t.test("the rest is cancelled although one is refused", async (t) => {
  let calls = 0;
  const { slurm } = fakeSlurm({
    scancel: () => {
      calls += 1;
      return calls === 1
        ? { code: 210, stderr: "scancel: error: Kill job error on job id 3: Access/permission denied" }
        : {};
    },
  });
  await t.rejects(
    cancelJobs(
      slurm,
      Array.from({ length: 600 }, (_, i) => String(i)),
    ),
    { code: "noperm" },
  );
  t.equal(calls, 2);
});
