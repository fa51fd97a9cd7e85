import t from "tap";
import { endingOf, isByExit, ranToItsEnd } from "../../../lib/record/ending.js";
import { type Exit, type JobView, modes, verdicts } from "../../../lib/record/facts.js";

const exit: Exit = {
  type: "exit",
  v: 1,
  run: "20261120-120000-k7q3mz",
  attempt: 1,
  reason: "command",
  code: 0,
  at: "2026-11-20T12:00:00Z",
};
const view = (verdict: JobView["verdict"]): JobView => ({ job: "10", phase: "ended", ...(verdict ? { verdict } : {}) });
const none = { cancel: undefined, cancelled: false };

t.test("a command that ended well by itself succeeded, whatever came after", async (t) => {
  t.ok(ranToItsEnd(exit));
  for (const other of [
    { code: 1 },
    { asked: "SIGTERM" },
    { reason: "signal" as const },
    { reason: "superseded" as const },
  ])
    t.notOk(ranToItsEnd({ ...exit, ...other }));
  for (const verdict of verdicts)
    t.strictSame(endingOf({ attempt: { n: 1, exit }, view: view(verdict), ...none }), {
      exit_code: 0,
      state: "succeeded",
    });
});

t.test("every verdict has a mode and words for a person", async (t) => {
  for (const verdict of verdicts) {
    const ending = endingOf({ attempt: undefined, view: view(verdict), ...none });
    t.match(ending, { state: verdict === "cancelled" ? "cancelled" : "failed", message: /^[a-z].*[^.]$/ }, verdict);
    t.ok(modes.includes(ending.mode as never));
  }
  t.ok(isByExit(view("completed")) && isByExit(view("failed")) && isByExit(view(undefined)));
  t.notOk(isByExit(view("oom")));
});

t.test("the exit record is told with a verdict that decides", async (t) => {
  const attempt = { n: 1, exit: { ...exit, code: 143, signal: "SIGTERM", asked: "SIGTERM" } };
  t.match(endingOf({ attempt, view: view("timeout"), ...none }), {
    mode: "timeout",
    exit_code: 143,
    signal: "SIGTERM",
  });
});

t.test("processes that the kernel killed for want of memory explain a failure that nothing else does", async (t) => {
  const failed = { ...exit, code: 1, oom_kills: 2 };
  const of = (more: object, known?: JobView, cancelled = false) =>
    endingOf({ attempt: { n: 1, exit: { ...failed, ...more } }, view: known, cancel: undefined, cancelled });
  t.match(of({}), { state: "failed", mode: "oom", exit_code: 1 }, "nothing is known of the job but its own word");
  t.match(of({}, view("failed")), { mode: "oom" });
  t.match(of({}, view("completed")), { mode: "oom" });
  t.match(of({ asked: "SIGTERM" }, view("failed")), { mode: "oom" });
  t.match(of({ asked: "SIGTERM" }, view("failed"), true), { mode: "cancelled" });
  t.match(of({}, view("timeout")), { mode: "timeout" });
  t.match(of({ oom_kills: 0 }, view("failed")), { mode: "code_error" });
  t.match(of({ reason: "input_error" }), { mode: "input_error" });
  t.same(of({ code: 0 }), { state: "succeeded", exit_code: 0 }, "it did without them");
});
