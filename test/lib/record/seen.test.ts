import t from "tap";
import type { JobView, Start } from "../../../lib/record/facts.js";
import { isAllTold, isOfThisStart, neverBegan, seenOf } from "../../../lib/record/seen.js";
import type { Attempt } from "../../../lib/record/state.js";

const base = { v: 1 as const, run: "20261120-120000-k7q3mz" };
const at = (minute: number) => `2026-11-20T12:${String(minute).padStart(2, "0")}:00.000Z`;
const start = (minute: number, restart?: number): Start => {
  const of = { submission: 1, attempt: 1, job: "10", host: "n1", at: at(minute) };
  return { type: "start", ...base, ...of, ...(restart === undefined ? {} : { restart }) };
};
const exitAt = (minute: number) => ({
  type: "exit" as const,
  ...base,
  attempt: 1,
  reason: "command" as const,
  code: 0,
  at: at(minute),
});
const whole = (minute: number, restart?: number): Attempt => ({
  n: 1,
  start: start(minute, restart),
  exit: exitAt(minute + 1),
});
const ended: JobView = {
  job: "10",
  phase: "ended",
  verdict: "completed",
  started_at: at(10),
  ended_at: at(20),
  nodes: "n1",
};

function see(view: JobView | undefined, attempt: Attempt | undefined, minute = 30, more: object = {}) {
  const scheduler = {
    type: "scheduler" as const,
    ...base,
    ...(view ? { job: view } : {}),
    observed_at: at(minute),
    ...more,
  };
  const facts = { run: base.run, planned_at: at(5), submissions: [], attempts: [], scheduler };
  return seenOf(facts, { job: "10", byHand: false, arriving: false, ...(attempt ? { attempt } : {}) });
}

t.test("what is about another job, or was said before, is not seen", async (t) => {
  t.same(see(ended, whole(11)), { view: ended, absent: false });
  t.same(see({ ...ended, job: "11" }, whole(11)), { absent: false });
  t.same(see({ ...ended, ended_at: "2026-11-20T11:00:00Z" }, undefined), { absent: false }, "an older job of that id");
  t.same(see({ job: "10", phase: "pending" }, whole(31)), { absent: false }, "asked before it began");
  t.same(see(undefined, whole(11), 30, { absent_since: at(25) }), { absent: true });
  t.same(see(undefined, whole(31), 30, { absent_since: at(25) }), { absent: false });
  t.same(
    seenOf({ run: base.run, planned_at: at(5), submissions: [], attempts: [] }, { byHand: false, arriving: false }),
    { absent: false },
  );
});

t.test("restarts that both count decide, whatever the clocks say", async (t) => {
  t.ok(see({ ...ended, restarts: 1 }, whole(31, 1)).view);
  t.ok(see({ ...ended, restarts: 2 }, whole(31, 1)).view);
  t.notOk(see({ ...ended, restarts: 0 }, whole(11, 1)).view);
  t.notOk(see({ ...ended, source: "queue" }, whole(11, 1)).view, "the queue tells of restarts if there are any");
  t.notOk(
    see({ job: "10", phase: "pending", restarts: 1 }, whole(31, 1)).view,
    "the same start, asked before it began",
  );
});

t.test("which start an attempt is of", async (t) => {
  t.ok(isOfThisStart(whole(10, 1), { ...ended, restarts: 1 }));
  t.notOk(isOfThisStart(whole(10, 0), { ...ended, restarts: 1 }));
  t.notOk(isOfThisStart(whole(8), ended), "it ended before that start began");
  t.ok(isOfThisStart(whole(9), ended));
  t.notOk(isOfThisStart({ n: 1, start: start(9) }, ended));
  t.ok(
    isOfThisStart({ n: 1, start: start(10) }, { ...ended, started_at: "2026-11-20T12:10:04Z" }),
    "clocks differ by seconds",
  );
  t.ok(isOfThisStart({ n: 1 }, ended));
});

t.test("whether all records of the starts are there", async (t) => {
  const { nodes: _, ...waited } = { ...ended, verdict: "cancelled" as const };
  t.ok(neverBegan(waited) && !neverBegan(ended) && !neverBegan({ ...waited, verdict: "timeout" }));
  t.ok(neverBegan({ job: "10", phase: "ended", verdict: "dependency", nodes: "n1" }));
  t.ok(isAllTold(ended, whole(10)));
  t.notOk(
    isAllTold(ended, undefined) ||
      isAllTold(ended, { n: 1, start: start(10) }) ||
      isAllTold(ended, { n: 1, exit: exitAt(20) }),
  );
  t.ok(isAllTold({ ...waited, restarts: 0 }, undefined) && isAllTold({ ...waited, source: "worker" }, undefined));
  t.notOk(isAllTold(waited, undefined), "nobody says that it did not begin before");
  t.notOk(isAllTold({ ...waited, restarts: 2 }, whole(1, 0)));
  t.ok(isAllTold({ ...waited, restarts: 2 }, whole(1, 1)));
});
