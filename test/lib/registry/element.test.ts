// What a run's facts are where it is an element of an array.
import path from "node:path";
import t from "tap";
import { stateOf } from "../../../lib/record/state.js";
import { type ArrayOnDisk, linkPart, writePartReceipt, writePartRefusal } from "../../../lib/registry/arrays.js";
import type { Registry } from "../../../lib/registry/open.js";
import { linkIntent } from "../../../lib/registry/submissions.js";
import { arrayOf, id } from "../pass/fake-array.js";
import { newRegistry } from "../pass/fake-scheduler.js";

const at = "2026-11-21T12:00:00.000Z";

const receipt = (part: number, job: string, more: object = {}) =>
  ({ type: "part-receipt", v: 1, array: id, part, scheduler: "slurm", job, at, ...more }) as const;
const link = (registry: Registry, array: ArrayOnDisk, last: number, indices: number[]) =>
  linkPart(registry, array, indices, { by: "submit", last });

t.test("an element has intent, receipt and refusal from the part that holds it", async (t) => {
  const { registry, remove } = newRegistry();
  t.teardown(remove);
  const { array, facts } = await arrayOf(registry, 4);
  t.match(facts(0).submissions[1], { n: 2, array: { id, index: 0 }, intent: undefined });
  link(registry, array, 0, [0, 1, 2]);
  t.match(facts(2).submissions[1], { intent: { by: "submit", submission: 2 }, receipt: undefined });
  t.equal(facts(3).submissions[1]?.intent, undefined, "it is in no part");
  t.equal(stateOf(facts(2), Date.now()).state, "submitted");
  writePartRefusal(registry, array.dir, { type: "part-refusal", v: 1, array: id, part: 1, message: "too many", at });
  t.match(stateOf(facts(2), Date.now()), { state: "deferred", message: "too many", final: false });
  link(registry, array, 1, [0]);
  writePartReceipt(registry, array.dir, receipt(2, "77"));
  t.match(facts(0).submissions[1], { receipt: { job: "77_0" }, refusal: undefined }, "what was sent again counts");
  t.match(stateOf(facts(0), Date.now()), { state: "submitted", job: "77_0" });
  t.match(stateOf(facts(1), Date.now()), { state: "deferred" });
});

t.test("what its owner gave up stays given up, whatever part holds it", async (t) => {
  const { registry, remove } = newRegistry();
  t.teardown(remove);
  const { array, runs, facts } = await arrayOf(registry, 2);
  const dir = path.join(registry.base, "runs", registry.user, runs[1] ?? "");
  linkIntent(registry, dir, runs[1] ?? "", 2, "cancel", true);
  link(registry, array, 0, [0, 1]);
  writePartReceipt(registry, array.dir, receipt(1, "77"));
  t.match(stateOf(facts(1), Date.now()), { state: "cancelled", final: true, job: undefined });
  t.match(stateOf(facts(0), Date.now()), { state: "submitted", job: "77_0" });
});

t.test("one that is in no queue and left no trace was cancelled; one that had begun is lost", async (t) => {
  const { registry, remove } = newRegistry();
  t.teardown(remove);
  const { array, runs, facts } = await arrayOf(registry, 2);
  link(registry, array, 0, [0, 1]);
  writePartReceipt(registry, array.dir, receipt(1, "77"));
  const now = Date.now() + 3_600_000;
  const time = (ms: number) => new Date(ms).toISOString();
  const gone = (index: number, before_s: number) => ({
    ...facts(index),
    scheduler: {
      type: "scheduler" as const,
      v: 1 as const,
      run: runs[index] ?? "",
      absent_since: time(now - before_s * 1000),
      observed_at: time(now),
    },
  });
  t.match(stateOf(gone(0, 601), now), { state: "cancelled", message: /before it started/, final: true });
  t.match(stateOf(gone(0, 599), now), { state: "submitted", final: false });
  const cancel = { type: "cancel" as const, v: 1 as const, run: runs[0] ?? "", user: "me", at };
  t.match(
    stateOf({ ...gone(0, 61), cancel }, now),
    { state: "cancelled", final: true },
    "asked for, it is no surprise",
  );
  const start = {
    type: "start",
    v: 1,
    run: runs[1] ?? "",
    submission: 2,
    attempt: 1,
    job: "77_1",
    host: "n1",
    at,
  } as const;
  const begun = { ...gone(1, 601), attempts: [{ n: 1, start }] };
  t.match(stateOf(begun, now), { state: "lost", final: false });
  const exit = { type: "exit", v: 1, run: runs[1] ?? "", attempt: 1, reason: "command", code: 0, at } as const;
  t.match(stateOf({ ...begun, attempts: [{ n: 1, start, exit }] }, now), { state: "succeeded", final: true });
});

t.test("of one job for all an element has ended when its own command has", async (t) => {
  const { registry, remove } = newRegistry();
  t.teardown(remove);
  const { array, runs, facts } = await arrayOf(registry, 2);
  link(registry, array, 0, [0, 1]);
  writePartReceipt(registry, array.dir, receipt(1, "77", { one_job: true }));
  const run = runs[1] ?? "";
  const start = { type: "start", v: 1, run, submission: 2, attempt: 1, job: "77", host: "n1", at } as const;
  const exit = { type: "exit", v: 1, run, attempt: 1, reason: "command", code: 3, at } as const;
  const job = { job: "77", phase: "running" as const };
  const scheduler = { type: "scheduler" as const, v: 1 as const, run, job, observed_at: at };
  const running = { ...facts(1), scheduler, attempts: [{ n: 1, start }] };
  t.match(stateOf(running, Date.now()), { state: "running", job: "77" });
  const ended = { ...running, attempts: [{ n: 1, start, exit }] };
  t.match(stateOf(ended, Date.now()), { state: "failed", mode: "code_error", exit_code: 3, final: true });
});
