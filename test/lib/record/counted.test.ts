import t from "tap";
import { countedOf } from "../../../lib/record/counted.js";
import type { Exit, Intent, Receipt, Start } from "../../../lib/record/facts.js";
import type { Attempt, Submission } from "../../../lib/record/state.js";

const base = { v: 1 as const, run: "20261120-120000-k7q3mz", at: "2026-11-20T12:00:00Z" };
const of = (submissions: Submission[], attempts: Attempt[]) =>
  countedOf({ run: base.run, planned_at: base.at, submissions, attempts });

function sent(n: number, job?: string, isVoid = false): Submission {
  const intent: Intent = { type: "intent", ...base, submission: n, token: "t", by: "submit", user: "a", host: "h" };
  const receipt: Receipt = { type: "receipt", ...base, submission: n, scheduler: "slurm", job: job ?? "" };
  return { n, intent: isVoid ? { ...intent, void: true } : intent, ...(job === undefined ? {} : { receipt }) };
}

function began(n: number, submission: number, job?: string, reason?: Exit["reason"]): Attempt {
  const start: Start = {
    type: "start",
    ...base,
    submission,
    attempt: n,
    host: "n1",
    ...(job === undefined ? {} : { job }),
  };
  const exit: Exit | undefined = reason && { type: "exit", ...base, attempt: n, reason, code: 0 };
  return { n, start, ...(exit ? { exit } : {}) };
}

t.test("nothing counts before anything was sent", async (t) => {
  t.same(of([], []), { byHand: false, arriving: false });
  t.same(of([{ n: 1 }, sent(2, undefined, true)], []), { byHand: false, arriving: false });
});

t.test("the newest submission that was sent, and its job's newest attempt", async (t) => {
  t.match(of([sent(1, "10")], []), { submission: { n: 1 }, job: "10" });
  t.match(of([sent(1, "10"), sent(2, "11")], [began(1, 1, "10")]), { submission: { n: 2 }, job: "11" });
  t.equal(of([sent(1, "10"), sent(2, "11")], [began(1, 1, "10")]).attempt, undefined);
  t.match(of([sent(1, "10"), sent(2)], [began(1, 1, "10")]).job, undefined, "not the job of the submission before");
  t.match(of([sent(1, "10"), sent(2, undefined, true), { n: 3 }], [began(1, 1, "10"), began(2, 1, "10")]), {
    job: "10",
    attempt: { n: 2 },
  });
  t.match(
    of([{ n: 1 }], [began(1, 1, "10")]),
    { submission: { n: 1 }, job: "10", attempt: { n: 1 } },
    "a start is as good as a receipt",
  );
});

t.test("the first attempt that is not superseded has the submission", async (t) => {
  t.match(of([sent(1, "10")], [began(1, 1, "77"), began(2, 1, "10", "superseded")]), { job: "77", attempt: { n: 1 } });
  t.match(of([sent(1, "10")], [began(1, 1, "77", "superseded"), began(2, 1, "10")]), { job: "10", attempt: { n: 2 } });
  t.match(of([sent(1, "10")], [began(1, 1, "10", "command"), began(2, 1, "78")]), { job: "10", attempt: { n: 1 } });
  t.match(of([sent(1, undefined, true)], [began(1, 1, "77")]), { byHand: false, arriving: false });
});

t.test("by hand there is no job", async (t) => {
  t.match(of([sent(1)], [began(1, 1)]), { byHand: true, attempt: { n: 1 } });
  t.equal(of([sent(1)], [began(1, 1)]).job, undefined);
});

t.test("an attempt that is only listed is on its way", async (t) => {
  t.match(of([sent(1, "10")], [began(1, 1, "10"), { n: 2 }]), { arriving: true, attempt: { n: 1 } });
  const { start: _, ...late } = began(1, 1, "10", "command");
  t.match(of([sent(1, "10")], [late]), { arriving: true, attempt: { n: 1 }, job: "10" });
  t.equal(of([sent(1, "10"), sent(2, "11")], [late]).attempt, undefined, "of two submissions it may be either's");
});
