import t from "tap";
import { fault } from "../../../lib/record/fault.js";
import { usualGraces } from "../../../lib/record/state.js";
import type { RunOnDisk } from "../../../lib/registry/facts.js";
import { openRun } from "../../../lib/registry/runs.js";
import { eachNamed, mustOwn, namedRuns, notYours } from "../../../lib/verb/runs.js";
import { readyRun } from "../pass/fake-scheduler.js";
import { all, type FakeContext, fakeContext } from "./fake-context.js";

async function* records(...given: object[]): AsyncGenerator<unknown> {
  yield* given;
}

/** What a command yields that nobody but `uid` may let act on runs. */
const acted = (context: FakeContext, args: string[], given: object[], uid = -1) => {
  context.args.splice(0, context.args.length, ...args);
  const act = (run: RunOnDisk) => {
    mustOwn(run, uid);
    throw fault("refused", "no");
  };
  return all(eachNamed(records(...given), act, usualGraces, context));
};

t.test("another's run that alone was named ends the command, as does one that is not there", async (t) => {
  const context = fakeContext(t);
  const [run, other] = [await readyRun(context.given), await readyRun(context.given)];
  await t.rejects(acted(context, [run.id], []), { code: "noperm", exit: 77 });
  await t.rejects(acted(context, ["zzzzzz"], []), { code: "noinput", exit: 66 });
  t.same(context.reported, []);
  const noperm = (id: string) => ({ id, error: { code: "noperm" } });
  t.match(await acted(context, [run.id, other.id], []), [noperm(run.id), noperm(other.id)], "of several each");
  t.match(context.reported, [[run.id], [other.id]]);
  const status = { type: "status", v: 1, id: run.id, user: context.given.user };
  t.match(await acted(context, ["-"], [status]), [noperm(run.id)], "a record is answered by a record");
  const disk = openRun(context.given, context.given.user, run.id) as RunOnDisk;
  t.match(await acted(context, [run.id], [], disk.owner), [{ error: { code: "refused" } }], "so is a refusal");
});

t.test("a run that is not one's own is told of with its record, or alone", async (t) => {
  const context = fakeContext(t);
  const run = await readyRun(context.given);
  const disk = openRun(context.given, context.given.user, run.id) as RunOnDisk;
  t.match(notYours(disk, usualGraces, context), { id: run.id, error: { code: "noperm" } });
  context.args.push(run.id);
  t.throws(() => notYours(disk, usualGraces, context), { code: "noperm" });
  t.match(await all(namedRuns(records(), context)), [{ run: { run: { id: run.id } } }]);
});
