import t from "tap";
import * as v from "valibot";
import {
  exitSchema,
  intentSchema,
  jobViewSchema,
  modes,
  outcomeSchema,
  receiptSchema,
  schedulerFactSchema,
  startSchema,
  verdicts,
} from "../../../lib/record/facts.js";
import { sampleId } from "./sample.js";

const base = { v: 1, run: sampleId };
const at = "2026-11-20T20:14:55Z";

t.test("facts as their writers write them", async (t) => {
  t.ok(
    v.is(intentSchema, {
      type: "intent",
      ...base,
      submission: 1,
      token: "t",
      by: "job",
      user: "alice",
      host: "n1",
      at,
    }),
  );
  t.ok(
    v.is(receiptSchema, {
      type: "receipt",
      ...base,
      submission: 1,
      scheduler: "slurm",
      job: "10_3",
      at,
      argv: ["sbatch"],
    }),
  );
  t.ok(
    v.is(startSchema, { type: "start", ...base, submission: 1, attempt: 2, host: "n1", at, token: "extra" }),
    "by hand, without a job",
  );
  t.ok(
    v.is(exitSchema, {
      type: "exit",
      ...base,
      attempt: 1,
      reason: "signal",
      code: 137,
      signal: "SIGKILL",
      at,
      oom_kills: 1,
      outputs: [{ role: "model", path: "/x" }],
    }),
  );
  t.ok(v.is(schedulerFactSchema, { type: "scheduler", ...base, absent_since: at, observed_at: at }));
});

t.test("words that are not known are refused where they would decide", async (t) => {
  t.notOk(v.is(exitSchema, { type: "exit", ...base, attempt: 1, reason: "bored", code: 0, at }));
  t.notOk(
    v.is(intentSchema, { type: "intent", ...base, submission: 1, token: "t", by: "me", user: "a", host: "h", at }),
  );
  t.notOk(v.is(jobViewSchema, { job: "1", phase: "ended", verdict: "fine" }));
  t.notOk(v.is(jobViewSchema, { job: "1", phase: "zombie" }));
  t.notOk(v.is(outcomeSchema, { type: "outcome", ...base, state: "running", at }), "an outcome is an end");
  for (const state of ["succeeded", "failed", "cancelled", "lost"])
    t.ok(v.is(outcomeSchema, { type: "outcome", ...base, state, at }));
});

t.test("every mode and verdict has one word", async (t) => {
  t.equal(new Set(modes).size, modes.length);
  t.equal(new Set(verdicts).size, verdicts.length);
});
