import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { type Follower, follow } from "../../../lib/pass/follow.js";
import type { Slot } from "../../../lib/record/claim.js";
import type { Outcome } from "../../../lib/record/facts.js";
import type { Run } from "../../../lib/record/run.js";
import { generationsOf, linkClaim, linkGo } from "../../../lib/registry/claims.js";
import { claimStem } from "../../../lib/registry/layout.js";
import { openRun } from "../../../lib/registry/runs.js";
import { isRoot, possible } from "../registry/support.js";
import { type Fake, fakeScheduler, newRegistry } from "./fake-scheduler.js";
import { type Finished, finishedRun } from "./finished-run.js";

// Who takes over, who fails with the leader, who waits: by how the leader ended, whose it is, and what was asked for.
const { registry, remove } = newRegistry();
t.teardown(remove);
const other = "daemon";

interface Pair {
  slot: Slot;
  fake: Fake;
  leader: Finished;
  mine: Finished;
  follows(more?: Partial<Follower>): ReturnType<typeof follow>;
}

let keys = 0;

/** A leader that has claimed a key of their own, sealed and begun, and a run of one's own that follows it. */
function pair({
  mine = {},
  theirs = false,
  ...output
}: {
  mine?: Partial<Run["resources"]>;
  theirs?: boolean;
  marker?: string | undefined;
} = {}): Pair {
  const { marker } = { marker: "DONE", ...output };
  keys += 1;
  const slot = { key: `sha256:${String(keys).padStart(64, "0")}`, epoch: "1" };
  const ago = new Date(Date.now() - 3_600_000).toISOString();
  const more: Partial<Run> = {
    key: { version: "lab-key/1", digest: slot.key, of: {} },
    epoch: "1",
    planned_at: ago,
    created_at: ago,
  };
  const fake = fakeScheduler();
  const run = (resources: Partial<Run["resources"]>) => {
    const made = finishedRun(registry, { model: { ...(marker ? { marker } : {}) } }, more);
    const file = path.join(made.dir, ".lab/run.json");
    const record = JSON.parse(fs.readFileSync(file, "utf8"));
    Object.assign(record.resources, { time_s: 3600, mem_bytes: 2 ** 30 }, resources);
    fs.writeFileSync(file, JSON.stringify(record));
    return made;
  };
  const leader = run({});
  linkClaim(registry, slot, 1, { run: leader.run.id });
  linkGo(registry, slot, 1, { run: leader.run.id, submission: 1, by: "submit" });
  leader.attempt(1);
  const follower: Follower = {
    registry,
    scheduler: fake,
    graces: { missing_job_s: 600, accounting_s: 60, submit_s: 600 },
    now: Date.now(),
    lease_s: 600,
    courtesy_s: 600,
    trusts: () => true,
    by: "advance",
  };
  const follows: Pair["follows"] = (extra) => {
    if (theirs) given(slot, leader);
    return follow({ ...follower, ...extra }, own.open());
  };
  const own = run(mine);
  return { slot, fake, leader, mine: own, follows };
}

/** Makes a run, and its claim, another user's. */
function given(slot: Slot, { run, dir }: Finished): void {
  if (!fs.existsSync(dir)) return;
  const runs = path.join(registry.base, "runs", other);
  fs.mkdirSync(runs, { recursive: true });
  fs.chmodSync(runs, 0o755);
  fs.renameSync(dir, path.join(runs, run.id));
  const stem = claimStem(registry.base, slot);
  const files = [path.join(runs, run.id, ".lab/run.json"), `${stem}.1.json`, `${stem}.1.go.json`];
  for (const file of files) {
    const text = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, JSON.stringify({ ...JSON.parse(text), user: other }));
  }
  const uid = spawnSync("id", ["-u", other], { encoding: "utf8" }).stdout.trim();
  execFileSync("chown", ["-R", uid, runs, `${stem}.1.json`, `${stem}.1.go.json`]);
}

const longer = { time_s: 7200 };
const larger = { mem_bytes: 2 ** 31 };

/** How it ended, what one asked for oneself, and whether one takes over from a leader of one's own, and from another's. */
const table: [Partial<Outcome>, Partial<Run["resources"]>, "own" | "other" | "both" | "nobody"][] = [
  [{ state: "cancelled", mode: "cancelled" }, {}, "both"],
  [{ mode: "preempted" }, {}, "both"],
  [{ mode: "node_fail" }, {}, "both"],
  [{ mode: "submit_error" }, {}, "both"],
  [{ mode: "launch_error" }, {}, "both"],
  [{ mode: "dependency" }, {}, "both"],
  [{ state: "lost" }, {}, "both"],
  [{ mode: "code_error" }, {}, "nobody"],
  [{ mode: "code_error" }, { ...longer, ...larger }, "nobody"],
  [{ mode: "timeout" }, {}, "nobody"],
  [{ mode: "timeout" }, larger, "nobody"],
  [{ mode: "timeout" }, { time_s: 60 }, "nobody"],
  [{ mode: "timeout" }, longer, "both"],
  [{ mode: "oom" }, {}, "nobody"],
  [{ mode: "oom" }, longer, "nobody"],
  [{ mode: "oom" }, larger, "both"],
  [{ mode: "input_error" }, {}, "other"],
  [{ mode: "input_error" }, { ...longer, ...larger }, "other"],
];

for (const theirs of [false, true])
  t.test(`by how ${theirs ? "another's" : "one's own"} leader ended`, async (t) => {
    if (theirs && !possible(t, isRoot, "another user's files (root)")) return;
    for (const [end, mine, who] of table) {
      const { leader, mine: own, follows, slot } = pair({ mine, theirs });
      const { state = "failed", ...rest } = end;
      leader.end(state, { ...rest, job: "1", message: "as it ended" });
      const words = `${rest.mode ?? state}, asked for ${JSON.stringify(mine)}`;
      const followed = await follows();
      const takes = who === "both" || who === (theirs ? "other" : "own");
      t.equal(followed.how, takes ? "claimed" : "ended", words);
      const { decision, outcome } = openRun(registry, registry.user, own.run.id)?.facts ?? {};
      if (takes)
        t.match({ decision, outcome }, { decision: { decision: "claimed", generation: 2 }, outcome: undefined });
      else {
        const message = `${theirs ? `${other}'s run ` : ""}${leader.run.id}, which it followed, failed: as it ended`;
        t.match(outcome, { state: "failed", mode: rest.mode, message, hint: /^lab why/ }, words);
      }
      t.equal(generationsOf(registry, slot).length, takes ? 2 : 1);
    }
  });

t.test("a leader that succeeded answers; one whose outputs are gone does not", async (t) => {
  const { leader, mine, follows } = pair();
  leader.attempt(1, { outputs: [{ role: "model", path: leader.output("model"), complete: true }] });
  leader.write("model", { DONE: "" });
  leader.end("succeeded", { attempt: 1 });
  t.match(await follows(), { how: "ended", outcome: { state: "cached", cached_from: leader.run.id } });
  const gone = pair();
  gone.leader.end("succeeded", { attempt: 1 });
  fs.rmSync(gone.leader.output("model"), { recursive: true });
  t.match(await gone.follows(), { how: "waits" }, "what was just written may be seen later");
  t.match(await gone.follows({ now: Date.now() + 100_000 }), { how: "claimed" });
  t.equal(openRun(registry, registry.user, mine.run.id)?.facts.outcome?.state, "cached");
});

t.test("what was replaced by something empty is gone, marker or not; what was empty is not", async (t) => {
  for (const [files, marker] of [
    [2, undefined],
    [0, undefined],
    [2, "DONE"],
  ] as const) {
    const { leader, follows } = pair({ marker });
    const output = { role: "model", path: leader.output("model"), complete: true, files };
    leader.attempt(1, { outputs: [output] });
    leader.write("model", { weights: "", DONE: "" });
    leader.end("succeeded", { attempt: 1 });
    fs.rmSync(leader.output("model"), { recursive: true });
    fs.mkdirSync(leader.output("model"));
    const { how } = await follows({ now: Date.now() + 100_000 });
    t.equal(how, files === 0 ? "ended" : "claimed", `${files} files, marker ${marker}`);
  }
});

t.test("an end that nobody has written down is its owner's to mend for a while, and one's own at once", async (t) => {
  const failed = (ago_s: number) =>
    ({
      job: "1",
      phase: "ended",
      verdict: "node_fail",
      ended_at: new Date(Date.now() - ago_s * 1000).toISOString(),
      source: "accounting",
    }) as const;
  const seen = async (theirs: boolean, ago_s: number) => {
    const { fake, follows } = pair({ theirs });
    fake.accounts?.set("1", failed(ago_s));
    return (await follows()).how;
  };
  t.equal(await seen(false, 400), "claimed");
  if (!possible(t, isRoot, "another user's files (root)")) return;
  t.equal(await seen(true, 400), "waits", "its owner has ten minutes");
  t.equal(await seen(true, 700), "claimed", "then the generation decides");
});

t.test("what is under way, or cannot be seen, is waited for, however long", async (t) => {
  const { fake, follows } = pair();
  fake.inQueue.set("1", { job: "1", phase: "running" });
  t.match(await follows({ now: Date.now() + 1e10 }), { how: "waits", news: true });
  t.match(await follows(), { how: "waits", news: false }, "which is no news twice");
  if (!possible(t, isRoot, "another user's files (root)")) return;
  const hidden = pair({ theirs: true });
  hidden.fake.seesOthers = async () => false;
  hidden.fake.accounts = undefined;
  t.match(await hidden.follows({ now: Date.now() + 1e10 }), { how: "waits" });
});
