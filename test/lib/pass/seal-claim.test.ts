import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import type { Asker } from "../../../lib/pass/answer.js";
import { isOvertaken, sealClaim, spentBy, ticketOf } from "../../../lib/pass/seal-claim.js";
import type { Run } from "../../../lib/record/run.js";
import { generationsOf, linkClaim, linkGo } from "../../../lib/registry/claims.js";
import { decide } from "../../../lib/registry/decisions.js";
import { newRegistry } from "./fake-scheduler.js";
import { finishedRun } from "./finished-run.js";

const digest = `sha256:${"7c".repeat(32)}`;
const slot = { key: digest, epoch: "1" };
const more = { key: { version: "lab-key/1", digest, of: {} }, epoch: "1" } satisfies Partial<Run>;
const ticket = { ...slot, generation: 1, submission: 1 };

/** A run that has claimed the first generation. */
function claimed(t: Test) {
  const { registry, remove } = newRegistry();
  t.teardown(remove);
  const graces = { missing_job_s: 600, accounting_s: 60, submit_s: 600 };
  const asker: Asker = { registry, graces, now: Date.now(), lease_s: 600, trusts: () => true, by: "submit" };
  const run = () => finishedRun(registry, { model: {} }, more);
  const mine = run();
  linkClaim(registry, slot, 1, { run: mine.run.id });
  const context = (n: number, claim?: object) => {
    const dir = path.join(mine.dir, `.lab/submit-${n}`);
    fs.mkdirSync(dir, { recursive: true });
    const record = {
      ...{ type: "context", v: 1, registry: registry.id, run: mine.run.id, submission: n, run_dir: mine.dir },
      ...{
        name: "train",
        user: registry.user,
        snapshot: { digest, tar: "/none.tar" },
        workdir: "/",
        command: ["true"],
      },
      ...{ env: {}, pass: [], params: "/none.json", inputs: [], outputs: [], at: new Date().toISOString() },
      ...(claim ? { claim } : {}),
    };
    fs.writeFileSync(path.join(dir, "context.json"), JSON.stringify(record));
  };
  const at = new Date().toISOString();
  const decides = (generation: number) =>
    decide(registry, mine.open(), { decision: "claimed", ...slot, generation, at });
  const seal = (submission = 1, generation = 1) => sealClaim(asker, mine.open(), { ...ticket, submission, generation });
  return { registry, asker, mine, run, context, decides, seal };
}

t.test("the claimant seals, once for each submission", async (t) => {
  const { registry, seal } = claimed(t);
  t.equal(seal(), "sealed");
  t.match(generationsOf(registry, slot), [{ seal: "go", go: { submission: 1 } }]);
  t.equal(seal(), "sealed", "who was interrupted finds its own seal");
  t.equal(seal(2), "busy", "another submission has it");
});

t.test("a seal of a submission of which nothing comes any more is no seal for the next", async (t) => {
  const { seal, context } = claimed(t);
  seal();
  context(1);
  context(2);
  t.equal(seal(2), "lost", "the next one takes the next generation");
});

t.test("whoever said that it never will be sent has the last word", async (t) => {
  const { registry, asker, mine, seal } = claimed(t);
  linkGo(registry, slot, 1, { run: mine.run.id, by: "cache", void: true });
  t.equal(seal(), "lost");
  t.ok(isOvertaken(asker, mine.open(), ticket));
});

t.test("a later claim is one, whosever it is and though it is void; a claim that is none is not", async (t) => {
  const { registry, asker, mine, run, seal } = claimed(t);
  const second = run();
  const stem = generationsOf(registry, slot).length;
  t.equal(stem, 1);
  t.notOk(isOvertaken(asker, mine.open(), ticket));
  linkClaim(registry, slot, 2, { run: second.run.id });
  t.ok(isOvertaken(asker, mine.open(), ticket));
  t.equal(seal(), "lost");
  t.equal(generationsOf(registry, slot)[0]?.seal, undefined, "and nothing was sealed");
  linkGo(registry, slot, 2, { run: second.run.id, by: "cache", void: true });
  t.equal(seal(), "lost");
  t.ok(isOvertaken(asker, second.open(), { ...ticket, generation: 1 }), "another's generation is not one's own");
});

t.test("the script's claim is the run's, or the script is old", async (t) => {
  const { mine, context, decides } = claimed(t);
  context(1);
  t.equal(ticketOf(mine.open(), 1), undefined, "a run that claims nothing");
  t.same(spentBy(mine.open()), {});
  context(2, { ...slot, generation: 1, file: "/none.json" });
  t.equal(ticketOf(mine.open(), 2), "stale", "a script for a claim that the run has not decided for");
  decides(1);
  t.same(ticketOf(mine.open(), 2), { ...ticket, submission: 2 });
  t.equal(ticketOf(mine.open(), 1), "stale");
  t.same(spentBy(mine.open()), { spent: { ...slot, generation: 1 } });
  decides(2);
  t.equal(ticketOf(mine.open(), 2), "stale", "made for an earlier generation");
});
