import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import t, { type Test } from "tap";
import { type Answer, type Asker, answerFor } from "../../../lib/pass/answer.js";
import { isOvertaken } from "../../../lib/pass/seal-claim.js";
import type { LeaderFact } from "../../../lib/record/facts.js";
import type { Run } from "../../../lib/record/run.js";
import { usualGraces } from "../../../lib/record/state.js";
import { generationsOf, linkClaim, linkGo, ownKey } from "../../../lib/registry/claims.js";
import { claimStem } from "../../../lib/registry/layout.js";
import type { Registry } from "../../../lib/registry/open.js";
import { isRoot, possible } from "../registry/support.js";
import { newRegistry } from "./fake-scheduler.js";
import { type Finished, finishedRun } from "./finished-run.js";

const digest = `sha256:${"5a".repeat(32)}`;
const more = { key: { version: "lab-key/1", digest, of: {} }, epoch: "1" } satisfies Partial<Run>;
const slot = { key: digest, epoch: "1" };

interface Place {
  registry: Registry;
  asker: Asker;
  /** A run of the one key, with one output. */
  run(more?: Partial<Run>): Finished;
  ask(of: Finished, asker?: Partial<Asker>): Promise<Answer | undefined>;
  /** The run claims the next generation and seals it, and its job begins. */
  begins(of: Finished): Promise<void>;
}

function setUp(t: Test): Place {
  const { registry, remove } = newRegistry();
  t.teardown(remove);
  const graces = { missing_job_s: 600, accounting_s: 60, submit_s: 600 };
  const asker: Asker = { registry, graces, now: Date.now(), lease_s: 600, trusts: () => true, by: "cache" };
  const ask: Place["ask"] = (of, extra) => answerFor(of.open().run, { ...asker, ...extra });
  return {
    registry,
    asker,
    run: (extra = {}) => finishedRun(registry, { model: { marker: "DONE" } }, { ...more, ...extra }),
    ask,
    async begins(of) {
      const answer = await ask(of);
      if (answer?.decision !== "claimed") throw new Error(`it is ${answer?.decision}`);
      linkGo(registry, slot, answer.generation, { run: of.run.id, submission: 1, by: "submit" });
      of.attempt(1);
    },
  };
}

const finish = (of: Finished) => {
  of.write("model", { DONE: "" });
  of.attempt(1, { outputs: [{ role: "model", path: of.output("model"), complete: true }] });
  of.end("succeeded", { attempt: 1 });
};

t.test("the first claims, who asks meanwhile follows, who asks later is answered", async (t) => {
  const { run, ask, begins } = setUp(t);
  const [first, second, third] = [run(), run(), run()];
  t.match(await ask(first, { dry: true }), { decision: "claimed", generation: 1 });
  t.match(await ask(second, { dry: true }), { decision: "claimed", generation: 1 }, "a dry question claims nothing");
  await begins(first);
  t.match(await ask(first), { decision: "claimed", generation: 1 }, "asked again it has it");
  t.match(await ask(second), { decision: "follows", leader: first.run.id, generation: 1 });
  finish(first);
  t.match(await ask(third), { decision: "hit", leader: first.run.id });
  fs.rmSync(first.output("model"), { recursive: true });
  t.match(
    await ask(third, { now: Date.now() + 100_000 }),
    { decision: "claimed", generation: 2 },
    "what is gone is made again",
  );
});

t.test("a run that declares nothing, or says so, claims nothing", async (t) => {
  const { registry, run, ask } = setUp(t);
  t.equal(await ask(finishedRun(registry, {}, more)), undefined);
  t.equal(await ask(run({ caching: { mode: "none" } })), undefined);
  t.same(generationsOf(registry, slot), []);
});

t.test("a promise is kept as long as its lease, and then whoever is first decides", async (t) => {
  const { registry, run, ask } = setUp(t);
  const [first, second] = [run(), run()];
  await ask(first);
  t.match(await ask(second), { decision: "follows", leader: first.run.id });
  t.match(await ask(second, { lease_s: 0 }), { decision: "claimed", generation: 2 });
  t.equal(generationsOf(registry, slot)[0]?.seal, "void");
  t.match(linkGo(registry, slot, 1, { run: first.run.id, submission: 1, by: "submit" }), { seal: "void" });
  t.match(await ask(first), { decision: "follows", leader: second.run.id }, "who was too late follows");
});

t.test("what is sealed waits for a verdict, however long that takes", async (t) => {
  const { run, ask, begins } = setUp(t);
  const [first, second] = [run(), run()];
  await begins(first);
  t.match(await ask(second, { lease_s: 0, now: Date.now() + 1e10 }), { decision: "follows", leader: first.run.id });
  first.end("failed", { mode: "node_fail", attempt: 1, job: "1" });
  t.match(await ask(second), { decision: "claimed", generation: 2 });
});

t.test("a job that nobody saw when its run was given up is seen by whoever would compute again", async (t) => {
  const { registry, run, ask, begins } = setUp(t);
  const [first, second] = [run(), run()];
  await ask(first);
  linkGo(registry, slot, 1, { run: first.run.id, submission: 1, by: "submit" });
  first.end("failed", { mode: "submit_error", attempt: 0 });
  first.attempt(1);
  t.match(await ask(second), { decision: "follows", leader: first.run.id }, "it had begun after all");
  await t.rejects(begins(second));
});

t.test("between the claim and the look after it a job of before may begin: then the claim is given back", async (t) => {
  const { registry, run, ask, begins } = setUp(t);
  const [first, second] = [run(), run()];
  await begins(first);
  const fact = { type: "leader", v: 1, run: second.run.id, leader: first.run.id };
  let looks = 0;
  const observe = async (): Promise<LeaderFact> => {
    looks += 1;
    const about = { ...fact, observed_at: new Date(Date.now() + 86_400_000).toISOString() } as LeaderFact;
    // At first it seems to be gone for long; then it turns out to run.
    if (looks === 1) return { ...about, absent_since: new Date(Date.now() + 1000).toISOString() };
    return { ...about, job: { job: "1", phase: "running", source: "queue" } };
  };
  const answer = await ask(second, { observe, now: Date.now() + 86_400_000 });
  t.match(answer, { decision: "follows", leader: first.run.id });
  t.ok(looks >= 2);
  t.match(generationsOf(registry, slot), [{ seal: "go" }, { claim: { run: second.run.id }, seal: "void" }]);
  t.match(await ask(run()), { decision: "follows", leader: first.run.id }, "what is void holds nothing");
});

t.test("who is not trusted does not answer, and what cannot be seen to be the key's neither", async (t) => {
  const { registry, run, ask, begins } = setUp(t);
  const first = run();
  await begins(first);
  finish(first);
  const mine = await ask(run(), { trusts: () => false });
  t.match(mine, { decision: "claimed", key: ownKey(digest, registry.uid), generation: 1 });
  t.match(await ask(run({ caching: { follow: false } })), { decision: "follows", key: ownKey(digest, registry.uid) });
  const other = { ...more, key: { ...more.key, digest: `sha256:${"00".repeat(32)}` } };
  const liar = finishedRun(registry, { model: { marker: "DONE" } }, other);
  linkClaim(registry, slot, 2, { run: liar.run.id });
  t.match(
    await ask(run()),
    { decision: "follows", key: ownKey(digest, registry.uid) },
    "a run of another key answers for none",
  );
});

t.test("a run whose jobs gave way to what came to nothing takes the next generation", async (t) => {
  const { registry, run, ask } = setUp(t);
  const [first, second] = [run(), run()];
  await ask(first);
  linkGo(registry, slot, 1, { run: first.run.id, submission: 1, by: "submit" });
  linkClaim(registry, slot, 2, { run: second.run.id });
  linkGo(registry, slot, 2, { run: second.run.id, by: "cache", void: true });
  t.match(await ask(first), { decision: "claimed", generation: 1 }, "nothing of it has given way");
  const spent = { ...slot, generation: 1 };
  t.match(await ask(first, { spent }), { decision: "claimed", generation: 3 });
  t.match(generationsOf(registry, slot).at(-1), { claim: { run: first.run.id } });
  t.match(await ask(first, { spent }), { decision: "claimed", generation: 3 }, "asked again it has it");
  await t.test("unless another of before computes after all", async (t) => {
    const { registry, run, ask, begins } = setUp(t);
    const [first, second] = [run(), run()];
    await begins(first);
    linkClaim(registry, slot, 2, { run: second.run.id });
    linkGo(registry, slot, 2, { run: second.run.id, submission: 1, by: "submit" });
    const answer = await ask(second, { spent: { ...slot, generation: 2 } });
    t.match(answer, { decision: "follows", leader: first.run.id, generation: 1 });
    t.equal(generationsOf(registry, slot).length, 2);
  });
});

t.test("in a chain of one's own nobody else's claims count", async (t) => {
  if (!possible(t, isRoot, "another user's files (root)")) return;
  const { registry, run, ask } = setUp(t);
  const key = ownKey(digest, registry.uid);
  const [theirs, mine] = [run(), run({ caching: { follow: false } })];
  const other = os.userInfo({ encoding: "utf8" }).username === "nobody" ? "daemon" : "nobody";
  const [uid, gid] = ["-u", "-g"].map((flag) => Number(spawnSync("id", [flag, other]).stdout));
  const runs = path.join(registry.base, "runs", other);
  fs.mkdirSync(runs);
  fs.chownSync(runs, uid as number, gid as number);
  const stem = claimStem(registry.base, { key, epoch: "1" });
  linkClaim({ ...registry, user: other }, { key, epoch: "1" }, 1, { run: theirs.run.id, own: true });
  fs.chownSync(`${stem}.1.json`, uid as number, gid as number);
  t.match(generationsOf(registry, { key, epoch: "1" }), [{ claim: { user: other } }], "it is a claim");
  const answer = await ask(mine);
  t.match(answer, { decision: "claimed", key, generation: 2 });
  const ticket = { key, epoch: "1", generation: 2, submission: 1 };
  linkClaim({ ...registry, user: other }, { key, epoch: "1" }, 3, { run: theirs.run.id, own: true });
  fs.chownSync(`${stem}.3.json`, uid as number, gid as number);
  t.notOk(
    isOvertaken(
      { registry, graces: usualGraces, now: 0, lease_s: 1, trusts: () => true, by: "submit" },
      mine.open(),
      ticket,
    ),
  );
});
