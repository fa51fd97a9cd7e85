// Who holds a job, whoever was killed when, and whatever the scheduler said.
import t from "tap";
import type { JobView } from "../../../../lib/record/facts.js";
import { fault } from "../../../../lib/record/fault.js";
import type { Hold } from "../../../../lib/record/policy.js";
import { holdsOf } from "../../../../lib/registry/holds.js";
import { holdThem, isOurs, letThemGo } from "../../../../lib/verb/policy/holding-jobs.js";
import { smallRegistry } from "../../registry/support.js";

const at = "2026-01-02T03:04:05.000Z";
const hold = (job: string, more: Partial<Hold> = {}): Hold => ({
  ...{ type: "hold", v: 1, job, rule: "name:x", user: "me", max_concurrent: 1, host: "h", pid: 1, at },
  ...more,
});
const view = (job: string, reason: string): JobView => ({ job, phase: "pending", reason });

t.test("a job that is held is ours where nobody was killed at it, or the scheduler says so", async (t) => {
  const held = view("1", "JobHeldUser");
  const cases: [boolean, Partial<Hold>, string?][] = [
    [false, {}],
    [true, { held_at: at }],
    [false, { held_at: at, releasing_at: at }],
    [true, {}, "lab-throttle"],
    [true, { held_at: at, releasing_at: at }, "lab-throttle"],
    [false, { held_at: at }, "herself"],
  ];
  for (const [ours, more, by] of cases)
    t.equal(isOurs(hold("1", more), { ...held, ...(by ? { held_by: by } : {}) }), ours, JSON.stringify([more, by]));
});

t.test("what the scheduler refuses in part is known afterwards, job by job", async (t) => {
  const registry = smallRegistry(t);
  const holds = () =>
    [...holdsOf(registry, t.error)].map(([job, { held_at, releasing_at }]) => [job, held_at, releasing_at]);
  const inQueue = new Map([view("1", "JobHeldUser"), view("2", "Priority")].map((one) => [one.job, one]));
  const refusing = async () => {
    throw fault("refused", "no");
  };
  const scheduler = { hold: refusing, release: refusing, queue: async () => inQueue };
  const holder = { registry, scheduler, now: () => Date.parse(at) };
  const all = [hold("1"), hold("2"), hold("3")];
  await t.rejects(holdThem(all, holder), { code: "refused" });
  t.same(holds(), [["1", at, undefined]]);
  await t.rejects(letThemGo([hold("1", { held_at: at })], holder), { code: "refused" });
  t.same(holds(), [["1", at, undefined]], "it is held still, and by us");
  const away = { ...scheduler, queue: refusing };
  await t.rejects(holdThem([hold("4")], { ...holder, scheduler: away }), { code: "refused" });
  t.same(
    holds(),
    [
      ["1", at, undefined],
      ["4", undefined, undefined],
    ],
    "of this nobody knows",
  );
  const well = { ...scheduler, hold: async () => {}, release: async () => {} };
  await holdThem([hold("5")], { ...holder, scheduler: well });
  t.same(holds().at(-1), ["5", at, undefined]);
  await letThemGo([hold("5", { held_at: at }), hold("1")], { ...holder, scheduler: well });
  t.same(holds(), [["4", undefined, undefined]]);
});
