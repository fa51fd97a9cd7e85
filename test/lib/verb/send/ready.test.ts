import fs from "node:fs";
import t from "tap";
import { usualGraces } from "../../../../lib/record/state.js";
import { claimStem } from "../../../../lib/registry/layout.js";
import { writeOutcome } from "../../../../lib/registry/submissions.js";
import { cacheRun } from "../../../../lib/verb/send/caching.js";
import { explainRun } from "../../../../lib/verb/show/explaining.js";
import {
  advanced,
  aged,
  attempt,
  claimants,
  claimsOf,
  createdRun,
  decidedRun,
  key,
  keyOf,
  makes,
  open,
  send,
  stateIn,
} from "../../pass/claimants.js";

t.test("who would have to wait for the same inputs takes no claim away from a run that waits for them", async (t) => {
  const context = claimants(t);
  const producer = await decidedRun(context, { key: keyOf(`sha256:${"1".repeat(64)}`) });
  const inputs = {
    data: { type: "artifact", artifact: "x", run: producer.id, user: producer.user, role: "model", path: "/none" },
  } as const;
  const leader = await decidedRun(context, { inputs });
  t.match(await send(context, leader), { how: "blocked" });
  const follower = await decidedRun(context, { inputs });
  t.match(follower.decision, { decision: "follows", leader: leader.id });
  aged(context, 1, 3600);
  t.same(await advanced(context), [], "long after the lease");
  t.match((await decidedRun(context, { inputs })).decision, { decision: "follows", leader: leader.id });
  t.same(claimsOf(context), ["1"], "the claim stands");
  t.match((await decidedRun(context)).decision, { decision: "claimed" }, "whoever could begin takes it");
  t.same(claimsOf(context), ["1 void", "2"]);
});

t.test("when the inputs are there, whoever comes first sends, and it is one", async (t) => {
  const context = claimants(t);
  const producer = await decidedRun(context, { key: keyOf(`sha256:${"1".repeat(64)}`) });
  const inputs = {
    data: { type: "artifact", artifact: "x", run: producer.id, user: producer.user, role: "model", path: "/none" },
  } as const;
  const leader = await decidedRun(context, { inputs });
  const follower = await decidedRun(context, { inputs });
  aged(context, 1, 3600);
  attempt(producer, 1, { job: "9" }, makes(producer));
  const end = { type: "outcome", v: 1, run: producer.id, state: "succeeded", at: new Date().toISOString() } as const;
  writeOutcome(context.given, producer.run_dir ?? "", end);
  t.same(await advanced(context), [follower.id], "its pipe had died");
  t.match(stateIn(context, follower), { state: "submitted" });
  t.same(claimsOf(context), ["1 void", "2 go"]);
  t.match(await send(context, leader), { how: "answered", run: { decision: { leader: follower.id } } });
});

t.test("that the leader was never sent is said, with what to do, where nobody is about to", async (t) => {
  const context = claimants(t);
  const first = await cacheRun(createdRun(context), context);
  const handle = first.id.slice(-6);
  const second = await cacheRun(createdRun(context), context);
  t.match(second.decision, { decision: "follows" });
  t.notMatch(context.said.join("\n"), /not sent/, "the process that claimed is alive");
  const why = await explainRun(open(context, second), usualGraces, context);
  t.match(why, { detail: [String, new RegExp(`^${handle} is not sent yet: .*lab submit ${handle}$`)] });
  const claim = `${claimStem(context.given.base, { key, epoch: "1" })}.1.json`;
  fs.writeFileSync(claim, JSON.stringify({ ...JSON.parse(fs.readFileSync(claim, "utf8")), pid: 99_999_999 }));
  await cacheRun(createdRun(context), context);
  t.match(context.said.at(-1), new RegExp(`${handle} is not sent yet: .*lab submit ${handle}$`));
  t.match(await send(context, first), { how: "submitted" });
  context.said.length = 0;
  await cacheRun(createdRun(context), context);
  t.notMatch(context.said.join("\n"), /not sent/);
});
