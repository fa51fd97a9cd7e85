import t from "tap";
import type { Run } from "../../../../lib/record/run.js";
import { together } from "../../../../lib/verb/send/one-job.js";

const run = (resources: Run["resources"], more: Partial<Run> = {}) => ({ resources, ...more }) as Run;

t.test("one job has the time of all rounds, and what runs at a time has its memory and GPUs together", (t) => {
  t.same(together(run({ time_s: 60, mem_bytes: 2 ** 30, gpus: 1, cpus: 2 }), 5, 2), {
    nodes: 1,
    time_s: 180,
    mem_bytes: 2 ** 31,
    gpus: 2,
    cpus: 2,
  });
  t.same(together(run({}), 5, 2), { nodes: 1 });
  t.end();
});

t.test("what cannot share a job", (t) => {
  const refused: [Run, RegExp][] = [
    [run({ nodes: 2 }), /several nodes/],
    [run({}, { environment: { inherit: true } }), /caller's environment/],
    [run({}, { checkpoints: { requeue: true } }), /started again/],
  ];
  for (const [one, why] of refused)
    t.throws(() => together(one, 5, 2), { code: "dataerr", message: why, hint: "leave out --one-job" });
  t.end();
});
