import t from "tap";
import { submitRun } from "../../../lib/pass/submit.js";
import type { Run } from "../../../lib/record/run.js";
import { writeSweep } from "../../../lib/registry/sweeps.js";
import { type Fake, fakeScheduler, newRegistry, readyRun, senderFor } from "./fake-scheduler.js";

t.test("a scheduler without arrays is told how many points may run: by the sweep, or else by the point", async (t) => {
  const { registry, remove } = newRegistry();
  t.teardown(remove);
  const { submitArray: _, ...plain } = fakeScheduler();
  const asked = async (scheduler: Fake, id: string, sweep: object = {}, resources: Run["resources"] = {}) => {
    const member = { id, index: 0, of: 1, point: {}, ...sweep };
    const run = await readyRun(registry, { more: { sweep: member, resources } });
    await submitRun(senderFor(registry, scheduler), run, []);
    return scheduler.submitted.at(-1)?.sweep;
  };
  const one = "20260101-000000-aaaaaa";
  const other = "20260101-000000-bbbbbb";
  const of = { name: "s", user: registry.user, planned_at: "2026-01-01T00:00:00Z", of: 1, axes: [] };
  const recipe = { text: "", digest: `sha256:${"0".repeat(64)}` };
  writeSweep(registry, { type: "sweep", v: 1, id: one, ...of, recipe, max_concurrent: 2 });
  writeSweep(registry, { type: "sweep", v: 1, id: other, ...of, recipe });
  t.strictSame(await asked(plain as Fake, one, {}, { max_concurrent: 5 }), { id: one, max_concurrent: 2 });
  t.strictSame(await asked(plain as Fake, other, {}, { max_concurrent: 5 }), { id: other, max_concurrent: 5 });
  t.equal(await asked(plain as Fake, other), undefined);
  const third = "20260101-000000-cccccc";
  writeSweep(registry, { type: "sweep", v: 1, id: third, ...of, recipe, max_gpus: 4 });
  t.strictSame(await asked(plain as Fake, third, {}, { gpus: 2, nodes: 2 }), { id: third, max_gpus: 4 });
  await t.rejects(asked(plain as Fake, third, {}, { gpus: 5 }), {
    code: "dataerr",
    message: /takes 5 GPUs: max_gpus is 4/,
  });
  t.equal(await asked(plain as Fake, one, { aggregate: true }), undefined, "what comes after is none of them");
  t.equal(await asked(fakeScheduler(), one), undefined, "an array has it as its throttle");
});
