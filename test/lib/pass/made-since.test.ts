import fs from "node:fs";
import t from "tap";
import { madeSince } from "../../../lib/pass/made-since.js";
import { settle } from "../../../lib/pass/settle.js";
import type { Run } from "../../../lib/record/run.js";
import { askerOf } from "../../../lib/verb/send/caching.js";
import { attempt, claimants, decidedRun, keyOf, makes, open, send, sentRun } from "./claimants.js";

const other = keyOf(`sha256:${"cd".repeat(32)}`);

function consuming(maker: Run): Partial<Run> {
  const path = maker.outputs["model"]?.path ?? "";
  const model = { type: "artifact", artifact: "x", run: maker.id, user: maker.user, role: "model", path } as const;
  return { key: other, inputs: { model } };
}

t.test("what a run was to make and did not is taken from the run that has made it since", async (t) => {
  const context = claimants(t);
  const ends = (run: Run, state: "failed" | "succeeded") =>
    settle(context.given, open(context, run), { state, attempt: 1, final: true }, Date.now());
  const first = await sentRun(context);
  attempt(first, 1, { job: first.job?.id ?? "" }, { code: 1 });
  ends(first, "failed");
  const asker = await askerOf(context, "submit");
  t.equal(await madeSince(open(context, first), asker), undefined, "nobody has yet");
  t.match(await send(context, await decidedRun(context, consuming(first))), { how: "failed" });

  const second = await sentRun(context);
  t.equal(await madeSince(open(context, first), asker), undefined, "it is under way");
  attempt(second, 1, { job: second.job?.id ?? "" }, makes(second));
  ends(second, "succeeded");
  t.equal((await madeSince(open(context, first), asker))?.run.id, second.id);
  t.equal(await madeSince(open(context, second), asker), undefined, "who has made it needs nobody");
  t.equal(await madeSince(open(context, first), { ...asker, trusts: () => false }), undefined, "who is trusted");

  const consumer = await decidedRun(context, { ...consuming(first), key: keyOf(`sha256:${"ef".repeat(32)}`) });
  t.match(await send(context, consumer), { how: "submitted" });
  const { inputs } = JSON.parse(fs.readFileSync(consumer.submission?.context ?? "", "utf8"));
  t.match(inputs, [{ role: "model", run: second.id, path: second.outputs["model"]?.path }]);
});
