// Parts of arrays whose submission was cut short, and the jobs that the scheduler has all the same.
import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import { openMemory } from "../../../lib/pass/memory.js";
import { observe } from "../../../lib/pass/observe.js";
import { reconcile } from "../../../lib/pass/reconcile.js";
import { linkPart, readParts } from "../../../lib/registry/arrays.js";
import { marked, openRun } from "../../../lib/registry/runs.js";
import { arrayOf, id } from "./fake-array.js";
import { fakeScheduler, newRegistry, senderFor } from "./fake-scheduler.js";

/** An array whose parts were begun one after the other, each by a process that died before it had a receipt. */
async function cutShort(t: Test, parts: number[][]) {
  const { registry, remove } = newRegistry();
  t.teardown(remove);
  const fake = fakeScheduler();
  const { array, runs, facts } = await arrayOf(registry, parts.flat().length);
  parts.forEach((indices, last) => {
    linkPart(registry, array, indices, { by: "submit", last });
    const file = path.join(array.dir, `part-${last + 1}/intent.json`);
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace(/"pid": ?\d+/, '"pid":999999999'));
  });
  const { asker } = senderFor(registry, fake);
  const once = async () => {
    const graces = { missing_job_s: 600, accounting_s: 60, submit_s: 600 };
    const memory = openMemory(path.dirname(registry.base));
    const report = (_: string | undefined, error: Error) => t.fail(error.message);
    const pass = { registry, asker, scheduler: fake, graces, now: Date.now(), memory, report };
    for await (const _ of reconcile(pass, () => marked(registry, "active", registry.user)));
  };
  const found = (job: string, part?: number) => {
    const view = { job, phase: "pending" as const };
    fake.found.push({ run: id, ...(part === undefined ? {} : { part }), view });
    fake.inQueue.set(job, view);
  };
  const jobs = () => readParts(array).map(({ receipt }) => receipt?.job);
  return { registry, fake, array, runs, facts, once, found, jobs };
}

t.test("each part gets the receipt of its own job", async (t) => {
  const { once, found, jobs, facts } = await cutShort(t, [[0, 1], [2], [3]]);
  found("78_2", 2);
  found("77_0", 1);
  found("77_1", 1);
  await once();
  t.strictSame(jobs(), ["77", "78", undefined]);
  t.match(facts(2).submissions[1], { receipt: { job: "78_2", found: true } });
  t.equal(facts(3).submissions[1]?.receipt, undefined);
});

t.test("so does one that is a single job for all of its runs", async (t) => {
  const { once, found, jobs } = await cutShort(t, [[0, 1], [2]]);
  found("78", 2);
  found("77", 1);
  await once();
  t.strictSame(jobs(), ["77", "78"]);
});

t.test("a job that names no part is told by its elements", async (t) => {
  const { once, found, jobs } = await cutShort(t, [[0, 1], [2]]);
  found("78_2");
  await once();
  t.strictSame(jobs(), [undefined, "78"]);
  found("78_2");
  found("77_1");
  await once();
  t.strictSame(jobs(), ["77", "78"]);
});

t.test("whoever follows an element sees its job, too", async (t) => {
  const { registry, fake, runs, found } = await cutShort(t, [[0, 1]]);
  found("77_0", 1);
  found("77_1", 1);
  const leader = openRun(registry, registry.user, runs[1] ?? "");
  if (!leader) throw new Error("it is gone");
  const asking = { registry, scheduler: fake, now: Date.now() };
  t.match(await observe(leader, { run: "20261121-000000-abcdef", before: undefined }, asking), {
    job: { job: "77_1" },
  });
});
