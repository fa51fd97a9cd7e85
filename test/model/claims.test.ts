// The protocol of claims, checked by spin in every interleaving of a few processes and jobs: test/model/README.md.
import t, { type Test } from "tap";
import { needs } from "../support/needs.js";
import { type Check, type Found, search } from "./search.js";

/** Nothing bad can happen, and whatever happens comes to an end in which every claimant that lives has its outcome. */
const checks: Check[] = [
  { title: "three claimants, one verdict too early", with: "CLAIMANTS=3 IMPATIENCE=1" },
  { title: "three claimants, two crashes", with: "CLAIMANTS=3 CRASHES=2" },
  { title: "a crash and a verdict too early", with: "CRASHES=1 IMPATIENCE=1" },
  { title: "sbatch refuses, and does not answer", with: "REFUSALS=1 TIMEOUTS=1 IMPATIENCE=1" },
  { title: "takeover, resubmission and requeue compete", with: "KILLS=1 REQUEUES=1 IMPATIENCE=1" },
  { title: "three take over at once", with: "CLAIMANTS=3 KILLS=2 REQUEUES=1" },
  { title: "a script is submitted by hand", with: "BYHAND=1 IMPATIENCE=1" },
  {
    title: "a script is submitted by hand where sbatch refuses",
    with: "BYHAND=1 REFUSALS=1 KILLS=1 JOBS=5 ATTEMPTS=5",
  },
  { title: "scripts are submitted by hand twice", with: "BYHAND=2 JOBS=6 ATTEMPTS=6" },
  { title: "an owner settles instead", with: "SETTLES=1 IMPATIENCE=1 KILLS=1 G=5 JOBS=5" },
  { title: "an owner settles, beside jobs by hand", with: "SETTLES=1 BYHAND=1 TIMEOUTS=1 KILLS=1" },
  { title: "two processes of one owner", with: "TWICE CLAIMANTS=1 IMPATIENCE=1" },
  { title: "two processes of one owner, and a crash", with: "TWICE CLAIMANTS=2 CRASHES=1 G=3" },
  { title: "two processes of one owner, a script by hand", with: "TWICE CLAIMANTS=1 BYHAND=1 KILLS=1" },
];

/** Nobody goes round in circles either: with the ends above, nobody waits for ever. */
const endless: Check[] = [
  { title: "three claimants, two crashes", with: "CLAIMANTS=3 CRASHES=2" },
  { title: "three claimants, one verdict too early", with: "CLAIMANTS=3 IMPATIENCE=1" },
  { title: "sbatch refuses, a job is killed", with: "REFUSALS=1 KILLS=1 TIMEOUTS=1" },
];

if (!needs(t, "spin", "gcc")) process.exit();

t.setTimeout(600_000);
t.test("the protocol holds", async (t) => {
  for (const check of checks) holds(t, check, await search(check.with, { optimised: true }));
});

t.test("nobody waits for ever", async (t) => {
  for (const check of endless) holds(t, check, await search(check.with, { optimised: true, circles: true }));
});

function holds(t: Test, { title, with: words }: Check, { violated, trail, states, whole }: Found): void {
  t.equal(violated, undefined, `${title} (${words}): ${states} states`);
  t.ok(whole, "nothing was left out");
  if (violated !== undefined) t.comment(trail);
}
