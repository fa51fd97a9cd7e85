import t from "tap";
import type { SubmitRequest } from "../../../../lib/scheduler/scheduler.js";
import { submitJob } from "../../../../lib/scheduler/slurm/submit.js";
import { fakeSlurm, type Prepared } from "./fake-slurm.js";

const request: SubmitRequest = {
  run: "20261121-000000-abc123",
  submission: 1,
  registry: "reg",
  job_name: "digits.abc123",
  script: "/r/run/.lab/submit-1/script.sh",
  run_dir: "/r/run",
  resources: { partition: "gpux" },
  dependencies: [],
};

const submit = (
  sbatch: Prepared,
  more: Partial<SubmitRequest> = {},
  others: Record<string, Prepared> = { sinfo: {} },
) => submitJob(fakeSlurm({ sbatch, ...others }).slurm, { ...request, ...more });

t.test("the id, and the cluster where sbatch names one", async (t) => {
  t.same(await submit({ stdout: "123\n" }), { job: "123", argv: ["sbatch", "--parsable", request.script] });
  t.match(await submit({ stdout: "123;spike\n" }), { job: "123", cluster: "spike" });
  t.match(await submit({ stdout: "123\n", stderr: "sbatch: error: odd\n" }), { job: "123", says: "odd" });
});

t.test("dependencies are one option", async (t) => {
  const { slurm, calls } = fakeSlurm({ sbatch: { stdout: "9\n" } });
  await submitJob(slurm, {
    ...request,
    dependencies: [
      { type: "afterok", jobs: ["1", "2_3"] },
      { type: "after", jobs: [] },
      { type: "afterany", jobs: ["4"] },
    ],
  });
  t.same(calls[0], {
    program: "sbatch",
    argv: ["--parsable", "--dependency=afterok:1:2_3,afterany:4", "--kill-on-invalid-dep=yes", request.script],
    cwd: "/r/run",
  });
});

t.test("a refusal has Slurm's words, and a remedy", async (t) => {
  const stderr =
    "sbatch: error: invalid partition specified: gpux\nsbatch: error: Batch job submission failed: Invalid partition name specified\n";
  await t.rejects(submit({ code: 1, stderr }, {}, { sinfo: { stdout: "cpu\ngpu\ngpu\n" } }), {
    code: "refused",
    message: "cannot submit it: Invalid partition name specified (invalid partition specified: gpux)",
    hint: "this cluster has: cpu, gpu; did you mean 'gpu'?",
  });
  await t.rejects(
    submit({ code: 255, stderr: "sbatch: unrecognized option '--x'\nTry \"sbatch --help\" for more information\n" }),
    {
      code: "refused",
      message: "cannot submit it: unrecognized option '--x'",
      hint: /sbatch_extra/,
    },
  );
  await t.rejects(submit({ code: 1, stderr }, {}, { sinfo: { code: 1 } }), { code: "refused", hint: undefined });
});

t.test("what was surely not accepted is unavailable", async (t) => {
  for (const stderr of [
    "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)",
    'sbatch: error: If munged is up, restart with --num-threads=10\nsbatch: error: Munge encode failed: Failed to access "S"\nsbatch: error: Batch job submission failed: Protocol authentication error',
    "sbatch: fatal: Could not establish a configuration source",
    "sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying\nsbatch: error: Batch job submission failed: Resource temporarily unavailable",
  ]) {
    await t.rejects(submit({ code: 1, stderr }), { code: "unavailable" }, stderr);
  }
  await t.rejects(submit({ code: undefined, end: "missing" }), {
    code: "unavailable",
    message: "cannot submit digits.abc123: sbatch cannot be run",
    hint: /PATH/,
  });
});

t.test("what may have been accepted is tempfail", async (t) => {
  for (const stderr of [
    "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation",
    "sbatch: error: Batch job submission failed: Zero Bytes were transmitted or received",
    "sbatch: error: Batch job submission failed: Unable to contact slurm controller (receive failure)",
    "sbatch: error: Munge decode failed: Expired credential\nsbatch: error: Batch job submission failed: Protocol authentication error",
  ]) {
    await t.rejects(submit({ code: 1, stderr }), { code: "tempfail", message: /^cannot tell whether/ }, stderr);
  }
  await t.rejects(submit({ code: undefined, end: "timeout" }), { code: "tempfail", message: /no answer in time/ });
  await t.rejects(submit({ code: undefined, end: "killed" }), { code: "tempfail", message: /was killed/ });
  await t.rejects(submit({ stdout: "what?\n" }), { code: "tempfail", message: /no job id/ });
});
