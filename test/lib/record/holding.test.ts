import fc from "fast-check";
import t from "tap";
import { type Holdable, holding } from "../../../lib/record/holding.js";

const most = new Map([["a", 2]]);
const job = (name: string, more: Partial<Holdable> = {}): Holdable => ({
  ...{ job: name, rules: ["a"], waits: true, held: false, ours: false },
  ...more,
});
const runs = { waits: false };
const ours = { held: true, ours: true };

t.test("as many go as may, in the order given; the others are held, and let go when there is room", async (t) => {
  const none = { hold: [], release: [], forget: [] };
  t.same(holding([job("1"), job("2")], most), none);
  t.same(holding([job("1"), job("2"), job("3"), job("4")], most), { ...none, hold: ["3", "4"] });
  t.same(holding([job("1"), job("2", runs), job("3", runs)], most), { ...none, hold: ["1"] });
  t.same(holding([job("1", runs), job("2", ours), job("3", ours)], most), { ...none, release: ["2"] });
  t.same(holding([job("1", ours), job("2"), job("3")], most), { ...none, release: ["1"], hold: ["3"] });
  t.same(holding([job("1", runs), job("2", runs), job("3", ours)], most), none);
});

t.test("what a person holds stays, and takes nobody's place", async (t) => {
  const hers = job("1", { held: true });
  t.same(holding([hers, job("2"), job("3"), job("4")], most).hold, ["4"]);
  t.same(holding([hers], most), { hold: [], release: [], forget: [] });
});

t.test("killed between the word and the hold, or the release and the word: the next pass sees it", async (t) => {
  const meant = job("3", { ours: true });
  t.same(holding([job("1"), job("2"), meant], most), { hold: ["3"], release: [], forget: [] });
  t.same(holding([job("1"), meant], most), { hold: [], release: [], forget: ["3"] });
  t.same(holding([job("1"), job("3", { ...runs, ours: true })], most), { hold: [], release: [], forget: ["3"] });
});

t.test("under several rules there must be room in all; under none nothing is done", async (t) => {
  const two = new Map([...most, ["b", 1]]);
  const both = { rules: ["a", "b"] };
  t.same(holding([job("1", both), job("2", both), job("3"), job("4")], two).hold, ["2", "4"]);
  t.same(holding([job("1", { rules: [], ...ours }), job("2", { rules: [] })], two), {
    ...{ hold: [], release: [], forget: [] },
  });
});

t.test(
  "whatever there is: then no more than may go beside those that run, nobody's own hold is touched, twice is once",
  async (t) => {
    const some = fc.record({
      rules: fc.subarray(["a", "b"]),
      waits: fc.boolean(),
      held: fc.boolean(),
      ours: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 12 }), fc.nat(3), fc.nat(3), (list, a, b) => {
        const limits = new Map([
          ["a", a],
          ["b", b],
        ]);
        const jobs = list.map((one, i) => ({ ...one, held: one.held && one.waits, job: String(i) }));
        const did = holding(jobs, limits);
        const after = jobs.map((one) => ({
          ...one,
          held: did.hold.includes(one.job) || (one.held && !did.release.includes(one.job)),
          ours:
            did.hold.includes(one.job) || (one.ours && !did.release.includes(one.job) && !did.forget.includes(one.job)),
        }));
        for (const [rule, limit] of limits) {
          const under = after.filter(({ rules }) => rules.includes(rule));
          const running = under.filter(({ waits }) => !waits).length;
          const may = under.filter(({ waits, held }) => waits && !held).length;
          if (may > Math.max(0, limit - running)) return false;
        }
        const hers = jobs.filter(({ held, ours }) => held && !ours);
        if (hers.some((one) => !after.find(({ job }) => job === one.job)?.held)) return false;
        return JSON.stringify(holding(after, limits)) === JSON.stringify({ hold: [], release: [], forget: [] });
      }),
      { numRuns: 500 },
    );
    t.pass("held for 500 queues");
  },
);
