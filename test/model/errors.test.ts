// That the model of claims has teeth: without any one of its rules spin finds what goes wrong.
import t from "tap";
import { needs } from "../support/needs.js";
import { type Check, search } from "./search.js";

/** What is left out of the protocol, one thing at a time: each has to be found. */
const errors: (Check & { finds: RegExp })[] = [
  { title: "the fence does not list the claims", with: "MUTATE_NO_FENCE IMPATIENCE=1", finds: /succeeded|running/ },
  { title: "no second look", with: "MUTATE_NO_SECOND_LOOK IMPATIENCE=1", finds: /succeeded|running/ },
  { title: "a clock ends what runs", with: "MUTATE_CLOCK_OPENS IMPATIENCE=1", finds: /succeeded|running/ },
  { title: "exits read before the queue", with: "MUTATE_EXITS_BEFORE_QUEUE IMPATIENCE=1", finds: /succeeded|running/ },
  {
    title: "a second look at the last one only",
    with: "MUTATE_LAST_ONLY IMPATIENCE=3 G=3 CUT",
    finds: /succeeded|running/,
  },
  { title: "start.json after the fence", with: "MUTATE_START_AFTER_FENCE IMPATIENCE=1", finds: /succeeded|running/ },
  { title: "any job of a submission", with: "MUTATE_ANY_JOB BYHAND=1", finds: /succeeded|running/ },
  {
    title: "any submission of a generation",
    with: "MUTATE_ANY_SUBMISSION TWICE CLAIMANTS=1 BYHAND=2 JOBS=6 ATTEMPTS=6",
    finds: /succeeded|running/,
  },
  { title: "a success is started again", with: "MUTATE_SUCCESS_RUNS_AGAIN REQUEUES=1", finds: /succeeded|running/ },
  { title: "opened without a seal", with: "MUTATE_OPEN_WITHOUT_SEAL IMPATIENCE=1", finds: /claim\[\(g\+1\)\]/ },
  { title: "submitted though void", with: "MUTATE_SUBMIT_THOUGH_VOID IMPATIENCE=1", finds: /go\[g\]==1/ },
  { title: "the seal withdrawn", with: "MUTATE_UNSEAL REFUSALS=1 BYHAND=1 IMPATIENCE=1", finds: /highest</ },
  { title: "the others' attempts not asked", with: "MUTATE_VERDICT_OF_ONE KILLS=1 IMPATIENCE=1", finds: /highest</ },
  { title: "settled by absence", with: "MUTATE_ABSENCE_SETTLES SETTLES=1 IMPATIENCE=1", finds: /running\]!=p/ },
  { title: "settled by old files", with: "MUTATE_FILES_BEFORE_QUEUE SETTLES=1", finds: /succeeded\]!=p/ },
];

if (!needs(t, "spin", "gcc")) process.exit();

t.setTimeout(600_000);
t.test("an error in it would be found", async (t) => {
  for (const check of errors) t.match((await search(check.with, {})).violated, check.finds, check.title);
});
