// What `--state failed --since 3d` finds on Monday: each once, and not what was seen to since.
import t from "tap";
import type { Outcome } from "../../../../lib/record/facts.js";
import type { Run } from "../../../../lib/record/run.js";
import { drawRunId } from "../../../../lib/record/run-id.js";
import { type Selection, selectedRuns } from "../../../../lib/verb/plan/selecting.js";
import { end, makeRun } from "../../registry/artifact-support.js";
import { all, fakeContext } from "../fake-context.js";

const none: Selection = {
  ...{ state: [], mode: [], tag: [], point: [], where: [] },
  ...{ name: undefined, since: undefined, sweep: undefined },
};

function weekend(t: Parameters<typeof fakeContext>[0]) {
  const context = fakeContext(t);
  let hours = 100;
  const run = (name: string, key: string, state?: Outcome["state"], more: Partial<Run> = {}) => {
    hours -= 1;
    const at = context.now - hours * 3_600_000;
    const digest = `sha256:${key.padEnd(64, "0")}`;
    const made = makeRun(context.given, drawRunId(at), {
      name,
      planned_at: new Date(at).toISOString(),
      key: { version: "lab-key/1", digest, of: {} },
      ...more,
    });
    if (state) end(made, state, state === "failed" ? { mode: "code_error" } : {});
    return made.id;
  };
  const found = async (selection: Partial<Selection>) => {
    context.said.length = 0;
    const records = await all(selectedRuns((async function* () {})(), { ...none, ...selection }, context));
    return records.map((one) => ("run" in one ? one.run.run.name : "other"));
  };
  return { context, run, found };
}

t.test("each once, and not those that were seen to since", async (t) => {
  const { context, run, found } = weekend(t);
  run("old", "a", "failed");
  const from = context.now - 98.5 * 3_600_000;
  run("twice, first", "b", "failed");
  run("twice, then", "b", "failed");
  run("mended", "c", "failed");
  run("mended, then", "c", "succeeded");
  const code = run("other code", "d", "failed");
  run("other code, then", "e", "succeeded", { rerun_of: code });
  run("again under way", "f", "failed");
  run("again under way, now", "f");
  run("good, then bad", "1", "succeeded");
  run("good, then bad: bad", "1", "failed");
  run("cancelled", "2", "cancelled");
  t.strictSame(await found({ state: ["failed"], since: from }), ["twice, then", "good, then bad: bad"]);
  t.strictSame(context.said, [
    "2 runs are run again; left out: 1 that is under way again, 2 that have succeeded since, 1 that was tried again later",
  ]);
  t.strictSame(await found({ since: from }), ["twice, then", "good, then bad: bad", "cancelled"]);
  t.strictSame(await found({ state: ["failed"], name: "old" }), ["old"]);
  t.strictSame(await found({ name: "nobody" }), []);
  t.strictSame(context.said, ["no run is to be run again"]);
});

t.test("points of a sweep, by index, case and value", async (t) => {
  const { run, found } = weekend(t);
  const id = "20261120-201455-k7q3mz";
  const point = (index: number, lr: number, name: string) => ({
    sweep: { id, index, of: 3, point: { "params.lr": lr }, name },
  });
  run("p0", "a", "failed", point(0, 0.1, "adam"));
  run("p1", "b", "cancelled", point(1, 1e-4, "sgd"));
  run("p2", "c", "succeeded", point(2, 0.5, "sgd"));
  run("no point", "d", "failed");
  t.strictSame(await found({ sweep: "k7q3mz" }), ["p0", "p1"]);
  t.strictSame(await found({ sweep: id, point: ["1"] }), ["p1"]);
  t.strictSame(await found({ point: ["params.lr=1e-4", "0"] }), ["p0", "p1"]);
  t.strictSame(await found({ point: ["sgd"], state: ["succeeded"] }), ["p2"]);
  t.strictSame(await found({ sweep: "aaaaaa" }), []);
});
