import t from "tap";
import { expandJobId, hetComponent } from "../../../../lib/scheduler/slurm/job-ids.js";

t.test("ids stand for themselves, lists for their elements", (t) => {
  t.same(expandJobId("58"), ["58"]);
  t.same(expandJobId("77_3"), ["77_3"]);
  t.same(expandJobId("58+1"), ["58+1"]);
  t.same(expandJobId("77_[4-5%2]"), ["77_4", "77_5"]);
  t.same(expandJobId("77_[4]"), ["77_4"]);
  t.same(expandJobId("21_[1,3-4]"), ["21_1", "21_3", "21_4"]);
  t.same(expandJobId("9_[0-8:4,20%3]"), ["9_0", "9_4", "9_8", "9_20"]);
  t.same(expandJobId("9_[0-3,...]"), ["9_[0-3,...]"], "cut short: stands for nothing we know");
  t.equal(expandJobId("7_[0-9999]").length, 10_000);
  t.end();
});

t.test("components of heterogeneous jobs", (t) => {
  t.same(hetComponent("58+1"), { leader: "58", component: 1 });
  t.same(hetComponent("58+0"), { leader: "58", component: 0 });
  t.equal(hetComponent("58"), undefined);
  t.equal(hetComponent("77_3"), undefined);
  t.end();
});
