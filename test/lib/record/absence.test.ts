import t from "tap";
import { absentSince, endSeen, latest, signOfLife } from "../../../lib/record/absence.js";
import type { Facts } from "../../../lib/record/state.js";

const run = "20261120-120000-k7q3mz";
const base = { v: 1 as const, run };
const at = (minute: number) => `2026-11-20T12:${String(minute).padStart(2, "0")}:00.000Z`;

function facts(
  absent: number | undefined,
  last: "intent" | "receipt" | "start" | "exit" | "none",
  minute: number,
): Facts {
  const intent = {
    type: "intent" as const,
    ...base,
    submission: 1,
    token: "t",
    by: "submit" as const,
    user: "a",
    host: "h",
    at: at(last === "intent" ? minute : 1),
  };
  const receipt = {
    type: "receipt" as const,
    ...base,
    submission: 1,
    scheduler: "slurm",
    job: "10",
    at: at(last === "receipt" ? minute : 1),
  };
  const start = {
    type: "start" as const,
    ...base,
    submission: 1,
    attempt: 1,
    job: "10",
    host: "n1",
    at: at(last === "start" ? minute : 2),
  };
  const exit = { type: "exit" as const, ...base, attempt: 1, reason: "command" as const, code: 0, at: at(minute) };
  return {
    run,
    planned_at: at(0),
    submissions: last === "none" ? [] : [{ n: 1, intent, ...(last === "intent" ? {} : { receipt }) }],
    attempts: last === "start" || last === "exit" ? [{ n: 1, start, ...(last === "exit" ? { exit } : {}) }] : [],
    ...(absent === undefined
      ? {}
      : { scheduler: { type: "scheduler" as const, ...base, absent_since: at(absent), observed_at: at(absent) } }),
  };
}

t.test("an end is seen first once, whoever looks again; that of another start is another", async (t) => {
  const ended = { job: "1", phase: "ended" as const, restarts: 0 };
  t.same(endSeen(undefined, { job: "1", phase: "running" }, at(5)), {});
  t.same(endSeen(undefined, ended, at(5)), { ended_seen_at: at(5) });
  t.same(endSeen({ job: ended, ended_seen_at: at(5), observed_at: at(6) }, ended, at(9)), { ended_seen_at: at(5) });
  t.same(endSeen({ job: ended, observed_at: at(6) }, ended, at(9)), { ended_seen_at: at(6) });
  t.same(endSeen({ job: ended, ended_seen_at: at(5), observed_at: at(6) }, { ...ended, restarts: 1 }, at(9)), {
    ended_seen_at: at(9),
  });
});

t.test("an absence goes on as long as nothing else is heard", async (t) => {
  for (const last of ["intent", "receipt", "start", "exit"] as const) {
    t.equal(absentSince(facts(10, last, 5), at(30)), at(10), `${last} before it`);
    t.equal(absentSince(facts(10, last, 20), at(30)), at(30), `${last} since it began`);
    t.equal(absentSince(facts(undefined, last, 5), at(30)), at(30), `${last}, and it begins now`);
  }
  t.equal(absentSince(facts(10, "none", 0), at(30)), at(10));
});

t.test("a beat is a sign of life until there is an exit", async (t) => {
  const attempt = { n: 1, beat_at: at(20) };
  t.equal(signOfLife({ attempt, byHand: false, arriving: false }), Date.parse(at(20)));
  const exit = { type: "exit" as const, ...base, attempt: 1, reason: "command" as const, code: 0, at: at(5) };
  t.equal(signOfLife({ attempt: { ...attempt, exit }, byHand: false, arriving: false }), Date.parse(at(5)));
  t.equal(signOfLife({ byHand: false, arriving: false }), -Infinity);
  t.equal(latest(undefined, at(3), at(2)), Date.parse(at(3)));
});
