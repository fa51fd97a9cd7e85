import t from "tap";
import { timestamp } from "../../../lib/record/units.js";
import { readEvents } from "../../../lib/registry/journal.js";
import { openRun } from "../../../lib/registry/runs.js";
import { writeSchedulerFact } from "../../../lib/registry/submissions.js";
import { forgetAll } from "../../../lib/verb/forgetting.js";
import { all, type FakeContext, fakeContext, submitted } from "./fake-context.js";

async function* none(): AsyncGenerator<unknown> {}

const forgotten = (context: FakeContext, id: string, force = false) => {
  context.args.splice(0, context.args.length, id);
  return all(forgetAll(none(), { reason: "the cluster was rebuilt", force }, context));
};

/** A submitted run whose job nobody has known for an hour. */
async function lost(context: FakeContext): Promise<string> {
  const run = await submitted(context, { ageMs: 7_200_000 });
  const at = (ago_ms: number) => timestamp(Date.now() - ago_ms);
  writeSchedulerFact(context.given, run.run_dir ?? "", {
    type: "scheduler",
    v: 1,
    run: run.id,
    absent_since: at(3_600_000),
    observed_at: at(0),
  });
  return run.id;
}

t.test("a lost run is given up, for good and in one event", async (t) => {
  const context = fakeContext(t);
  const id = await lost(context);
  t.match(await forgotten(context, id), [{ id, state: "lost", message: "given up by its owner" }]);
  const { facts } = openRun(context.given, context.given.user, id) ?? {};
  t.match(facts, { forget: { reason: "the cluster was rebuilt" }, outcome: { state: "lost" } });
  const events = readEvents(context.given, [context.given.user], new Map(), (message) => t.fail(message));
  t.same(
    events.filter(({ event }) => event !== "run_submitted").map(({ event, run }) => [event, run]),
    [["run_lost", id]],
  );
  t.match(await forgotten(context, id), [{ state: "lost" }], "twice is the same as once");
});

t.test("with -n it is shown, and nothing is written", async (t) => {
  const context = fakeContext(t);
  const id = await lost(context);
  context.dryRun = true;
  t.match(await forgotten(context, id), [{ id, state: "lost", dry_run: true }]);
  const { facts } = openRun(context.given, context.given.user, id) ?? {};
  t.match(facts, { forget: undefined, outcome: undefined });
});

t.test("what may still come back is given up only by force, what runs not at all", async (t) => {
  const context = fakeContext(t);
  const run = await submitted(context);
  t.match(await forgotten(context, run.id), [{ error: { code: "refused", message: /it is submitted$/ } }]);
  context.dryRun = true;
  t.match(await forgotten(context, run.id, true), [{ state: "lost", dry_run: true }]);
  context.dryRun = false;
  t.match(await forgotten(context, run.id, true), [{ state: "lost", message: "given up by its owner" }]);
});
