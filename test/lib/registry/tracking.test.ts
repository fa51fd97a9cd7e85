import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { trackingOf } from "../../../lib/registry/tracking.js";
import { finishedRun } from "../pass/finished-run.js";
import { smallRegistry } from "./support.js";

t.test("the address is in the beginning of the newest log that has one", async (t) => {
  const run = finishedRun(smallRegistry(t), {});
  const log = (n: number, text: string) => {
    run.attempt(n);
    fs.writeFileSync(path.join(run.dir, `.lab/attempt-${n}/job.log`), text);
    return trackingOf(run.open());
  };
  t.equal(trackingOf(run.open()), undefined);
  t.equal(log(1, "no address: https://wandb.ai/authorize"), undefined);
  t.same(log(2, "wandb: \u001b[34m View run at https://wandb.ai/p-doom/fit%20it/runs/k7q3mz.\u001b[0m\n"), {
    wandb: { entity: "p-doom", project: "fit it", url: "https://wandb.ai/p-doom/fit%20it/runs/k7q3mz", source: "log" },
  });
  t.match(log(3, "nothing yet"), { wandb: { url: /k7q3mz$/ } }, "an earlier one's until the newest has one");
  t.match(log(4, `${"x".repeat(2 ** 18)} https://wandb.ai/a/b/runs/late`), { wandb: { url: /k7q3mz$/ } });
  t.match(log(5, "https://wandb.ai/a/b/runs/new?x=1"), { wandb: { url: "https://wandb.ai/a/b/runs/new" } });
});

t.test("before that, it follows from the recipe", async (t) => {
  const registry = smallRegistry(t);
  const of = (wandb: { project: string; entity?: string }) => {
    const run = finishedRun(registry, {}, { tracking: { wandb } });
    return { id: run.run.id, tracking: trackingOf(run.open()) };
  };
  const { id, tracking } = of({ entity: "p-doom", project: "fit/it" });
  const url = `https://wandb.ai/p-doom/fit%2Fit/runs/${id}`;
  t.same(tracking, { wandb: { entity: "p-doom", project: "fit/it", url, source: "recipe" } });
  t.equal(of({ project: "fit" }).tracking, undefined, "whose it is, is not known");
});
