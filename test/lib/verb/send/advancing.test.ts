import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { settle, voidUnsubmitted } from "../../../../lib/pass/settle.js";
import { fault } from "../../../../lib/record/fault.js";
import type { ArtifactInput, Run } from "../../../../lib/record/run.js";
import { stateOf, usualGraces } from "../../../../lib/record/state.js";
import { openRun } from "../../../../lib/registry/runs.js";
import { linkIntent, writeRequest } from "../../../../lib/registry/submissions.js";
import { onWrite } from "../../../../lib/registry/write.js";
import { advancePass, withUpstream } from "../../../../lib/verb/send/advancing.js";
import { senderOf, sendRun, sentRecord } from "../../../../lib/verb/send/sending.js";
import { explainRun } from "../../../../lib/verb/show/explaining.js";
import { readyRun } from "../../pass/fake-scheduler.js";
import { all, type FakeContext, fakeContext, submitted } from "../fake-context.js";

function input(run: Run, more: Partial<ArtifactInput> = {}): Run["inputs"] {
  return { model: { type: "artifact", artifact: "x", run: run.id, user: run.user, role: "model", ...more } };
}
const send = async (context: FakeContext, run: Run) => sendRun(run, await senderOf(0, context), context);
const stateIn = ({ given }: FakeContext, { id, user }: Run) => {
  const disk = openRun(given, user, id);
  return disk && stateOf(disk.facts, Date.now());
};
const advanced = async (context: FakeContext, only?: string[]) =>
  (await all(advancePass(context, only))).map(({ run }) => run.id);

t.test("a run waits for the job of the run that makes its input", async (t) => {
  const context = fakeContext(t);
  const maker = await submitted(context);
  const job = maker.job?.id ?? "";
  context.fake.inQueue.set(job, { job, phase: "running" });
  const after = { afterok: [job], afterany: [job] };
  const run = await readyRun(context.given, { more: { inputs: input(maker), after } });
  t.match(await send(context, run), { how: "submitted", run: { phase: "submitted", job: { id: "2" } } });
  t.same(context.fake.submitted[1]?.dependencies, [
    { type: "afterany", jobs: [job] },
    { type: "afterok", jobs: [job] },
  ]);
  t.match(await send(context, run), { how: "submitted", run: { job: { id: "2" } } }, "twice is the same as once");
  t.equal(context.fake.submitted.length, 2);
});

t.test("made already it is sent at once; a step of a run under way too", async (t) => {
  const context = fakeContext(t);
  const [made, going] = [await submitted(context, { ended: true }), await submitted(context)];
  for (const inputs of [input(made), input(going, { step: 3 })]) {
    t.match(await send(context, await readyRun(context.given, { more: { inputs } })), { how: "submitted" });
    t.same(context.fake.submitted.at(-1)?.dependencies, []);
  }
});

t.test("blocked, told once, and sent by the pass after its input has come", async (t) => {
  const context = fakeContext(t);
  const maker = await readyRun(context.given);
  const run = await readyRun(context.given, { more: { inputs: input(maker) } });
  const sent = await send(context, run);
  const message = `waits for the run ${maker.id} to make its input 'model'`;
  t.same(sent, { how: "blocked", message, news: true });
  t.match(await send(context, run), { how: "blocked", news: false });
  t.match(sentRecord(run, sent, context), { id: run.id, phase: "rendered", state: "blocked", message });
  t.match(context.said, [/a pass of yours sends it then/]);
  t.match(stateIn(context, run), { state: "blocked", message, final: false });
  t.same(await advanced(context), [], "no news");
  await send(context, maker);
  t.same(await advanced({ ...context, dryRun: true }), [], "its job is not to be seen yet");
  const job = stateIn(context, maker)?.job ?? "";
  context.fake.inQueue.set(job, { job, phase: "pending" });
  t.same(await advanced({ ...context, dryRun: true }), [run.id]);
  t.match(stateIn(context, run), { state: "blocked" }, "a dry pass sends nothing");
  t.same(await advanced(context, []), [], "only what was asked about");
  t.same(await advanced(context), [run.id]);
  t.match(stateIn(context, run), { state: "submitted" });
  t.same(await advanced(context), []);
  t.same(context.reported, []);
});

t.test("an input that will not come ends the run, once, and its hook hears of it", async (t) => {
  const heard = path.join(t.testdir(), "heard");
  const context = fakeContext(t);
  const maker = await readyRun(context.given);
  const more = { inputs: input(maker), notify: { run: `cat >>'${heard}'`, when: "afterany" } };
  const run = await readyRun(context.given, { more });
  await send(context, run);
  writeRequest(context.given, maker.run_dir ?? "", "cancel", maker.id, undefined);
  const disk = openRun(context.given, maker.user, maker.id);
  if (disk) voidUnsubmitted(context.given, disk, "cancel");
  t.same(await advanced(context), [run.id]);
  const failed = { state: "failed", mode: "dependency", hint: `lab why ${maker.id.slice(-6)}` };
  t.match(stateIn(context, run), { ...failed, message: /which was to make its input 'model', was cancelled$/ });
  t.same(await advanced(context), []);
  await context.done();
  t.match(fs.readFileSync(heard, "utf8").trim().split("\n"), [/"mode":"dependency"/]);
  const late = await readyRun(context.given, { more: { inputs: input(maker) } });
  const sent = await send(context, late);
  t.match(sent, { how: "failed" });
  t.throws(() => sentRecord(late, sent, context), {
    code: "refused",
    message: /^it will not start: the run .* was cancelled$/,
  });
  t.match(stateIn(context, late), failed);
});

t.test("stopped before any write, the next pass does the rest: one job, or one end", async (t) => {
  t.teardown(() => onWrite(undefined));
  const stop = new Error("stopped");
  for (const state of ["succeeded", "cancelled"] as const) {
    for (let stopAt = 1, writes = stopAt; writes >= stopAt; stopAt += 1) {
      const context = fakeContext(t);
      const [maker, run] = await madeAndUsing(context);
      writes = 0;
      const stopped = async (act: () => Promise<unknown>) => {
        onWrite(() => {
          writes += 1;
          if (writes === stopAt) throw stop;
        });
        await act().catch((error) => error === stop || t.fail(String(error)));
        onWrite(undefined);
      };
      await stopped(() => send(context, run));
      if (stateIn(context, run)?.state === "planned") await send(context, run);
      t.match(stateIn(context, run), { state: "blocked" });
      const disk = openRun(context.given, maker.user, maker.id);
      if (disk) settle(context.given, disk, { state, final: true }, Date.now());
      await stopped(() => advanced(context));
      await advanced(context);
      const standing = stateIn(context, run);
      const jobs = context.fake.submitted.length;
      const told = `${state}, stopped before write ${stopAt}: ${standing?.state}, ${jobs} jobs`;
      if (state === "cancelled") t.ok(standing?.mode === "dependency" && jobs === 0, told);
      // One that was stopped before the scheduler was called is lab-reconcile's.
      else t.ok(standing?.state === "submitted" && jobs <= 1, told);
    }
  }
});

async function madeAndUsing(context: FakeContext): Promise<[Run, Run]> {
  const maker = await readyRun(context.given);
  return [maker, await readyRun(context.given, { more: { inputs: input(maker) } })];
}

t.test("what the scheduler refuses then has ended; what another pass sends is nobody's error", async (t) => {
  const context = fakeContext(t);
  const [maker, run] = await madeAndUsing(context);
  const another = await readyRun(context.given, { more: { inputs: input(maker) } });
  for (const one of [run, another]) await send(context, one);
  const disk = openRun(context.given, maker.user, maker.id);
  if (disk) settle(context.given, disk, { state: "succeeded", final: true }, Date.now());
  t.teardown(() => onWrite(undefined));
  onWrite((step, file) => {
    if (step !== "link" || !file.includes(run.id) || !file.endsWith("intent.json")) return;
    onWrite(undefined);
    linkIntent(context.given, run.run_dir ?? "", run.id, 1, "submit", false);
  });
  context.fake.faults.set("submit", fault("refused", "sbatch: no such partition"));
  t.same(await advanced(context), [another.id]);
  t.match(stateIn(context, another), { state: "failed", mode: "submit_error" });
  t.match(context.reported, [[another.id, { code: "refused" }]]);
  t.match(context.said.at(-1), new RegExp(`^${run.id}: cannot submit it: process`));
});

t.test("one that cannot be read keeps no other from being sent", async (t) => {
  const context = fakeContext(t);
  const [maker, run] = await madeAndUsing(context);
  const another = await readyRun(context.given, { more: { inputs: input(maker) } });
  for (const one of [run, another]) await send(context, one);
  fs.writeFileSync(path.join(another.run_dir ?? "", ".lab/run.json"), "{");
  const disk = openRun(context.given, maker.user, maker.id);
  if (disk) settle(context.given, disk, { state: "succeeded", final: true }, Date.now());
  t.same(await advanced(context), [run.id]);
  t.match(context.reported, [[another.id, { code: "dataerr" }]]);
});

t.test("why it is blocked, and what can be done about it", async (t) => {
  const context = fakeContext(t);
  const [maker, run] = await madeAndUsing(context);
  const disk = () => openRun(context.given, run.user, run.id) as NonNullable<ReturnType<typeof openRun>>;
  await send(context, run);
  const [first, second] = [maker.id.slice(-6), run.id.slice(-6)];
  t.match(await explainRun(disk(), usualGraces, context), {
    state: "blocked",
    message: `waits for the run ${maker.id} to make its input 'model'`,
    detail: [`${maker.id} (true) is planned`],
    try: [`submit it: lab submit ${first}`, `send it as soon as it can go: lab wait ${second}`],
  });
  await send(context, maker);
  t.match(await explainRun(disk(), usualGraces, context), {
    detail: [`${maker.id} (true) is submitted`],
    try: [`send it as soon as it can go: lab wait ${second}`],
  });
  fs.writeFileSync(path.join(maker.run_dir ?? "", ".lab/run.json"), "{");
  t.match(await explainRun(disk(), usualGraces, context), { detail: [`${maker.id} is not to be seen`] });
});

t.test("whom a run waits for, directly or not, as far as it is one's own", async (t) => {
  const context = fakeContext(t);
  const [first, second] = await madeAndUsing(context);
  const third = await readyRun(context.given, { more: { inputs: input(second) } });
  for (const run of [second, third]) await send(context, run);
  const disk = openRun(context.given, third.user, third.id);
  t.same(disk && withUpstream(context.given, [disk]), [third.id, second.id, first.id]);
  const alone = openRun(context.given, first.user, first.id);
  t.same(alone && withUpstream(context.given, [alone]), [first.id]);
});
