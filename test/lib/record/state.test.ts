// The table of a run's states, case by case; state-property.test.ts holds it against every order of arrival.
import t from "tap";
import type {
  Cancel,
  Decision,
  Exit,
  Forget,
  Intent,
  JobView,
  Receipt,
  SchedulerFact,
  Start,
} from "../../../lib/record/facts.js";
import {
  type Attempt,
  type Facts,
  jobOf,
  type Standing,
  stateOf,
  states,
  usualGraces,
} from "../../../lib/record/state.js";

const run = "20261120-120000-k7q3mz";
const day0 = Date.parse("2026-11-20T12:00:00Z");
/** Times in a run's life are seconds after its planning. */
const at = (s: number) => new Date(day0 + s * 1000).toISOString();
const base = { v: 1 as const, run };

const intent = (s = 1, more: Partial<Intent> = {}): Intent => {
  const by = { submission: 1, token: "t", by: "submit" as const, user: "alice", host: "login" };
  return { type: "intent", ...base, ...by, at: at(s), ...more };
};
const receipt = (job = "10", s = 2): Receipt => ({
  type: "receipt",
  ...base,
  submission: 1,
  scheduler: "slurm",
  job,
  at: at(s),
});
const start = (s = 100, more: Partial<Start> = {}): Start => {
  const of = { submission: 1, attempt: 1, job: "10", scheduler: "slurm", restart: 0, host: "n1" };
  return { type: "start", ...base, ...of, at: at(s), ...more };
};
const exit = (more: Partial<Exit> = {}, s = 200): Exit => ({
  type: "exit",
  ...base,
  attempt: 1,
  reason: "command",
  code: 0,
  at: at(s),
  ...more,
});
const cancel = (s: number): Cancel => ({ type: "cancel", ...base, user: "alice", at: at(s) });
const decided = (decision: Decision["decision"], more: Partial<Decision> = {}) => ({
  decision: { type: "decision" as const, ...base, decision, at: at(0), ...more },
});
const forget = (s: number): Forget => ({ type: "forget", ...base, user: "alice", at: at(s) });

const sent = [{ n: 1, intent: intent(), receipt: receipt() }];
const began: Attempt[] = [{ n: 1, start: start() }];
const ended = (more: Partial<Exit> = {}, s = 200): Attempt[] => [{ n: 1, start: start(), exit: exit(more, s) }];

function facts(more: Partial<Facts> = {}): Facts {
  return { run, planned_at: at(0), submissions: sent, attempts: [], ...more };
}

/** Fields of a view; undefined takes one away. */
type View = Record<string, unknown>;

/** What a pass saw of the job; ended views ended at 205. */
function seen(view: View, s = 206) {
  const end = view.phase === "ended" ? { started_at: at(99), ended_at: at(205), nodes: "n1" } : {};
  const job = { job: "10", phase: "running", source: "queue", ...end, ...view } as JobView;
  return { scheduler: { type: "scheduler" as const, ...base, job, observed_at: at(s) } };
}
const verdict = (word: JobView["verdict"], more: View = {}) => seen({ phase: "ended", verdict: word, ...more });
const absent = (since: number, s: number) => ({
  scheduler: { type: "scheduler" as const, ...base, absent_since: at(since), observed_at: at(s) },
});

type Want = { [Key in keyof Standing]?: Standing[Key] | RegExp };
type Case = [name: string, given: Partial<Facts>, now: number, want: Want];

function table(t: Pick<typeof import("tap").t, "match">, cases: Case[]): void {
  for (const [name, given, now, want] of cases) t.match(stateOf(facts(given), day0 + now * 1000), want, name);
}

t.test("on the way", async (t) => {
  const two = [{ n: 1 }, { n: 2 }];
  const requeued = { phase: "pending", reason: "BeginTime", restarts: 1 } as const;
  // biome-ignore format: a case, a line
  table(t, [
    ["planned", { submissions: [] }, 0, { state: "planned", final: false }],
    ["rendered twice, not sent", { submissions: two }, 0, { state: "planned", final: false }],
    ["waits for an input", { submissions: two, ...decided("blocked", { message: "waits for x" }) }, 99_999, { state: "blocked", message: "waits for x", final: false }],
    ["waits for runs", { submissions: [], ...decided("blocked", { runs: [run] }) }, 0, { state: "blocked", message: `waits for ${run}` }],
    ["decided otherwise since", { submissions: [], ...decided("unclaimed") }, 0, { state: "planned", final: false }],
    ["sent after it waited", { ...decided("blocked") }, 3, { state: "submitted", job: "10" }],
    ["given up while it waited", { submissions: [{ n: 1, intent: intent(5, { void: true, by: "cancel" }) }], ...decided("blocked") }, 9, { state: "cancelled", final: true }],
    ["about to be sent", { submissions: [{ n: 1, intent: intent() }] }, 2, { state: "submitted", final: false }],
    ["sent", {}, 3, { state: "submitted", job: "10", final: false }],
    ["waits", seen({ phase: "pending", reason: "Priority" }), 9, { state: "queued", message: "Priority", final: false }],
    ["runs, as the scheduler says", seen({}), 100, { state: "running", final: false }],
    ["runs, as it says itself", { attempts: began }, 100, { state: "running", attempt: 1, started_at: at(100), final: false }],
    ["the queue was looked at before", { attempts: began, ...seen({ phase: "pending" }, 90) }, 101, { state: "running" }],
    ["the queue's news is older than a restart", { attempts: [{ n: 1, start: start(100, { restart: 1 }) }], ...seen({ phase: "pending", restarts: 0 }, 300) }, 301, { state: "running" }],
    ["ended an earlier time", { attempts: [{ n: 1, start: start(100, { restart: 1 }) }], ...verdict("node_fail") }, 900, { state: "running", final: false }],
    ["left an exit record", { attempts: ended({ code: 3 }), ...seen({}, 150) }, 201, { state: "exited", exit_code: 3, ended_at: at(200), final: false }],
    ["completing", { attempts: ended(), ...seen({ phase: "completing" }) }, 900, { state: "exited", final: false }],
    ["requeued", { attempts: ended({ asked: "SIGTERM", code: 143 }), ...seen(requeued) }, 210, { state: "queued", message: "BeginTime", final: false }],
    ["requeued, and the node's clock is ahead", { attempts: [{ n: 1, start: start(300) }], ...seen(requeued) }, 310, { state: "queued" }],
    ["runs again", { attempts: ended({ asked: "SIGTERM", code: 143 }), ...seen({ restarts: 1, started_at: at(300) }, 301) }, 310, { state: "running", final: false }],
    ["a word that is not known", seen({ phase: "unknown", word: "RECONSIDERING" }), 9999, { state: "unknown", message: /RECONSIDERING/, final: false }],
    ["not to be seen at the moment", { ...absent(3, 3) }, 60, { state: "submitted", final: false }],
    ["not to be seen while it runs", { attempts: began, ...absent(120, 130) }, 700, { state: "running", message: /does not show/, final: false }],
    ["not to be seen before it ran", { attempts: began, ...absent(50, 90) }, 120, { state: "running", final: false }],
    ["it beats", { attempts: [{ n: 1, start: start(), beat_at: at(5000) }], ...absent(200, 5100) }, 5200, { state: "running" }],
  ]);
  const waiting = stateOf(facts({ attempts: ended({ asked: "SIGTERM" }), ...seen(requeued) }), day0 + 210_000);
  t.notOk(waiting.started_at ?? waiting.ended_at, "what waits again has neither begun nor ended");
  t.notOk(
    stateOf(facts({ attempts: began, ...absent(50, 90) }), day0 + 120_000).message,
    "what was asked before it began says nothing",
  );
});

t.test("each way to end", async (t) => {
  const now = 207;
  const term = { asked: "SIGTERM", code: 143 };
  const failed = (mode: Standing["mode"], more: Want = {}): Want => ({
    state: "failed",
    ...(mode === undefined ? {} : { mode }),
    final: true,
    ...more,
  });
  const cancelled: Want = { state: "cancelled", mode: "cancelled", final: true };
  const oomStep = {
    steps: [
      { step: "batch", word: "COMPLETED" },
      { step: "0", word: "OUT_OF_MEMORY" },
    ],
  };
  const atOnce = { started_at: at(205), ended_at: at(205) };
  const neverBegan = { nodes: undefined, ...atOnce };
  // biome-ignore format: a case, a line
  table(t, [
    ["succeeded", { attempts: ended(), ...verdict("completed", { exit_code: 0 }) }, now, { state: "succeeded", exit_code: 0, started_at: at(100), ended_at: at(200), final: true }],
    ["code_error", { attempts: ended({ code: 3 }), ...verdict("failed") }, now, failed("code_error", { exit_code: 3, message: "exit code 3" })],
    ["code_error by a signal", { attempts: ended({ reason: "signal", signal: "SIGSEGV", code: 139 }), ...verdict("failed") }, now, failed("code_error", { signal: "SIGSEGV", message: "killed by SIGSEGV" })],
    ["code_error of the second attempt", { attempts: [...ended(term), { n: 2, start: start(180, { restart: 1 }), exit: exit({ code: 3 }) }], ...verdict("failed", { restarts: 1 }) }, now, failed("code_error", { message: "exit code 3 (attempt 2)", attempt: 2 })],
    ["oom, by the verdict", { attempts: began, ...verdict("oom", { signal: 125 }) }, 300, failed("oom")],
    ["oom, by a step", { attempts: ended({ code: 1 }), ...verdict("failed", oomStep) }, now, failed("oom")],
    ["oom, by a step, and no word of the job", { attempts: began, ...verdict("failed", oomStep) }, 300, failed("oom")],
    ["oom, by the kernel's count", { attempts: ended({ code: 137, oom_kills: 1 }), ...verdict("failed") }, now, failed("oom")],
    ["a step ran out of memory, and the command ended well", { attempts: ended(), ...verdict("completed", oomStep) }, now, { state: "succeeded", final: true }],
    ["a step ran out of memory, the script completed, and it left no word", { attempts: began, ...verdict("completed", oomStep) }, 300, failed("launch_error")],
    ["timeout", { attempts: ended(term), ...verdict("timeout") }, now, failed("timeout", { exit_code: 143 })],
    ["timeout, and the command ended with 0 when it was asked to", { attempts: ended({ asked: "SIGTERM" }), ...verdict("timeout") }, now, failed("timeout", { exit_code: 0 })],
    ["deadline", { ...verdict("deadline", neverBegan) }, now, failed("timeout")],
    ["preempted", { attempts: ended({ asked: "SIGTERM" }), ...verdict("preempted") }, now, failed("preempted")],
    ["preempted, requeued, succeeded", { attempts: [...ended(term, 120), { n: 2, start: start(180, { restart: 1 }), exit: exit() }], ...verdict("completed", { restarts: 1 }) }, now, { state: "succeeded", attempt: 2, final: true }],
    ["node_fail", { attempts: began, ...verdict("node_fail", { nodes: "n4" }) }, 300, failed("node_fail", { message: "its node failed (n4)" })],
    ["node_fail after the command had ended well", { attempts: ended(), ...verdict("node_fail") }, now, { state: "succeeded", final: true }],
    ["boot_fail", { ...verdict("boot_fail") }, 300, failed("node_fail")],
    ["cancelled with lab cancel", { attempts: ended(term), cancel: cancel(198), ...verdict("cancelled", { cancelled_by_uid: 1001 }) }, now, { ...cancelled, message: "cancelled with lab cancel" }],
    ["cancelled by another uid", { attempts: ended(term), ...verdict("cancelled", { cancelled_by_uid: 0 }) }, now, { ...cancelled, message: "cancelled by uid 0" }],
    ["cancelled after the command had ended well", { attempts: ended(), ...verdict("cancelled"), cancel: cancel(201) }, now, { state: "succeeded", final: true }],
    ["cancelled before it started", { cancel: cancel(204), ...verdict("cancelled", { nodes: undefined, started_at: undefined }) }, now, { ...cancelled, message: "cancelled with lab cancel before it started" }],
    ["cancelled before it started, as accounting says it", { ...verdict("cancelled", { ...neverBegan, restarts: 0, source: "accounting", cancelled_by_uid: 1001 }) }, now, { ...cancelled, message: "cancelled by uid 1001 before it started" }],
    ["cancelled without a scheduler that would tell", { attempts: ended(term), cancel: cancel(198), ...absent(206, 270) }, 270, cancelled],
    ["dependency", { ...verdict("dependency", neverBegan) }, now, failed("dependency")],
    ["input_error", { attempts: ended({ reason: "input_error", code: 66, message: "input 'data': '/d' does not exist" }), ...verdict("failed") }, now, failed("input_error", { message: /'data'/ })],
    ["launch_error of the script", { attempts: ended({ reason: "launch_error", code: 69 }), ...verdict("failed") }, now, failed("launch_error", { message: "launch error" })],
    ["launch_error of the job", { ...verdict("failed", { word: "FAILED", reason: "JobLaunchFailure" }) }, 300, failed("launch_error", { message: /never reached its first line \(FAILED, JobLaunchFailure\)/ })],
    ["killed without a word", { attempts: began, ...verdict("failed", { signal: 9 }) }, 300, failed("code_error", { message: /signal 9 without/ })],
    ["no verdict is failed", { attempts: ended({ code: 1 }), ...seen({ phase: "ended" }) }, now, failed("code_error")],
    ["no time of its end", { attempts: began, ...seen({ phase: "ended", verdict: "node_fail", ended_at: undefined }) }, 300, failed("node_fail")],
    ["asked to end by nobody knows whom", { attempts: ended({ asked: "SIGTERM" }), ...verdict("completed") }, 300, failed("code_error", { message: "it was asked to end by SIGTERM" })],
    ["asked to end by its owner", { attempts: ended({ asked: "SIGTERM" }), cancel: cancel(199), ...verdict("completed") }, now, cancelled],
    ["cancelled long after it was asked to end", { attempts: ended(term), cancel: cancel(240), ...absent(206, 900) }, 900, failed("code_error")],
    ["ended while nobody keeps accounts", { attempts: ended(), ...absent(206, 266) }, 266, { state: "succeeded", final: true }],
    ["failed while nobody keeps accounts", { attempts: ended({ code: 2 }), ...absent(206, 266) }, 266, failed("code_error")],
    ["left the scheduler's sight after its verdict", { attempts: began, scheduler: { ...absent(900, 950).scheduler, job: verdict("oom").scheduler.job } }, 999, failed("oom")],
  ]);
});

t.test("submissions that came to nothing", async (t) => {
  const refused = (by: Intent["by"]) => [{ n: 1, intent: intent(4000, { void: true, by }) }];
  const never: Want = { state: "failed", mode: "submit_error", message: "never submitted", final: true };
  const early: Want = { state: "cancelled", message: /before it was submitted/, final: true };
  const open = [{ n: 1, intent: intent() }];
  // biome-ignore format: a case, a line
  table(t, [
    ["given up", { submissions: refused("reconcile") }, 4001, never],
    ["given up, and cancelled after that", { submissions: refused("reconcile"), cancel: cancel(4010) }, 4011, never],
    ["given up because it was cancelled", { submissions: refused("reconcile"), cancel: cancel(3999) }, 4001, early],
    ["cancelled, and the wish not yet seen", { submissions: refused("cancel") }, 4001, early],
    ["given up, and its script started by hand", { submissions: refused("reconcile"), attempts: began }, 4001, never],
    ["cancelled but not yet given up", { submissions: [], cancel: cancel(3) }, 9999, { state: "planned", final: false }],
    ["interrupted", { submissions: open, ...absent(10, 610) }, 610, { state: "failed", mode: "submit_error", message: /interrupted/, final: true }],
    ["interrupted, not yet given up", { submissions: open, ...absent(10, 600) }, 609, { state: "submitted", final: false }],
    ["interrupted, asked for once only", { submissions: open, ...absent(10, 10) }, 9999, { state: "submitted", final: false }],
    ["interrupted again", { submissions: [{ n: 1, intent: intent(5000) }], ...absent(10, 5010) }, 5010, { state: "submitted", final: false }],
    ["interrupted and cancelled", { submissions: open, cancel: cancel(5), ...absent(10, 610) }, 610, early],
    ["something began all the same", { submissions: open, attempts: [{ n: 1 }], ...absent(10, 610) }, 610, { state: "lost", final: false }],
    ["void, but an earlier one was sent", { submissions: [...sent, { n: 2, intent: intent(50, { void: true }) }] }, 60, { state: "submitted", job: "10", final: false }],
  ]);
});

t.test("gone", async (t) => {
  const lost: Want = { state: "lost", hint: "lab forget gives it up", final: false };
  const given: Want = { state: "lost", message: "given up by its owner", final: true };
  const noRecord = { attempts: [{ n: 1 }], cancel: cancel(9) };
  // biome-ignore format: a case, a line
  table(t, [
    ["it never ran", { ...absent(10, 610) }, 611, lost],
    ["it ran, and left no word", { attempts: began, ...absent(150, 900) }, 900, lost],
    ["it ran, and was cancelled", { attempts: began, cancel: cancel(150), ...absent(150, 900) }, 900, lost],
    ["it began, and its record is not to be seen", { ...noRecord, ...absent(10, 700) }, 700, lost],
    ["cancelled while it waited", { cancel: cancel(9), ...absent(10, 610) }, 610, { state: "cancelled", message: /before it started/, final: true }],
    ["cancelled while it waited, not yet sure", { cancel: cancel(9), ...absent(10, 500) }, 700, { state: "lost", final: false }],
    ["its word came late", { attempts: ended({}, 900), ...absent(150, 960) }, 960, { state: "succeeded", final: true }],
    ["its word came just now", { attempts: ended({}, 900), ...absent(150, 959) }, 990, { state: "exited", final: false }],
    ["forgotten", { attempts: began, forget: forget(950), ...absent(150, 900) }, 960, given],
    ["forgotten, and its word came late", { attempts: ended({}, 990), forget: forget(950), ...absent(150, 900) }, 9999, given],
    ["forgotten, and seen again", { attempts: began, forget: forget(950), ...seen({}, 999) }, 9999, given],
    ["forgotten before anybody knew its job", { submissions: [{ n: 1, intent: intent() }], forget: forget(950) }, 960, given],
  ]);
});

t.test("an end counts from when it was seen first, as long as clocks may differ", async (t) => {
  const known = facts({ attempts: began, ...verdict("failed", { ended_at: at(205) }) });
  const finalAt = (seen: number, now: number) =>
    stateOf(
      { ...known, scheduler: { ...known.scheduler, ended_seen_at: at(seen) } as SchedulerFact },
      day0 + now * 1000,
    ).final;
  t.same([finalAt(320, 379), finalAt(320, 380)], [false, true], "the scheduler's clock may be behind");
  t.same([finalAt(150, 264), finalAt(150, 265)], [false, true], "or ours");
  t.ok(finalAt(90_000, 90_001), "what ended long ago is nothing that may still arrive");
});

t.test("what the job left behind may still be on its way", async (t) => {
  const waits: Want = { state: "exited", message: /still on its way/, final: false };
  const second: Attempt = { n: 2, start: start(180, { restart: 1 }) };
  const whilePending = { nodes: undefined, started_at: undefined };
  for (const word of [
    "completed",
    "failed",
    "cancelled",
    "timeout",
    "oom",
    "preempted",
    "node_fail",
    "boot_fail",
    "deadline",
  ] as const) {
    // biome-ignore format: a case, a line
    table(t, [
      [`${word}, nothing there`, { ...verdict(word) }, 264, waits],
      [`${word}, no exit record`, { attempts: began, ...verdict(word) }, 264, waits],
      [`${word}, no start record`, { attempts: [{ n: 1, exit: exit() }], ...verdict(word) }, 264, waits],
      [`${word}, a newer attempt without records`, { attempts: [...ended(), { n: 2 }], ...verdict(word) }, 264, waits],
      [`${word}, the record of an earlier start`, { attempts: ended(), ...verdict(word, { restarts: 1 }) }, 264, waits],
      [`${word}, the record of an earlier start, by the clock`, { attempts: ended({}, 150), ...verdict(word, { source: "accounting", started_at: at(190) }) }, 264, waits],
    ]);
    const later = stateOf(facts(verdict(word)), day0 + 265_000);
    t.ok(later.final, `${word}, nothing came`);
  }
  // biome-ignore format: a case, a line
  table(t, [
    ["asked to end, and perhaps cancelled", { attempts: ended({ asked: "SIGTERM" }), ...verdict("failed") }, 264, waits],
    ["cancelled while it waited again, and how it went before is not known", { ...verdict("cancelled", { ...whilePending, restarts: 1 }) }, 264, waits],
    ["… nor of how many times", { ...verdict("cancelled", { ...whilePending, source: "accounting" }) }, 264, waits],
    ["… nor of all times", { attempts: ended(), ...verdict("cancelled", { ...whilePending, restarts: 2 }) }, 264, waits],
    ["… but now of all", { attempts: [...ended({ code: 1 }), { ...second, exit: exit({ code: 143, asked: "SIGTERM" }) }], ...verdict("cancelled", { ...whilePending, restarts: 2 }) }, 206, { state: "cancelled", final: true }],
    ["cancelled while it waited, and yet it began", { attempts: began, ...verdict("cancelled", whilePending) }, 264, waits],
    ["ended well, then waited again until it was cancelled", { attempts: ended(), ...verdict("cancelled", { ...whilePending, restarts: 1 }) }, 206, { state: "succeeded", final: true }],
    ["its last start never reached a line", { attempts: ended({ code: 143, asked: "SIGTERM" }, 120), ...verdict("failed", { restarts: 1, signal: 53 }) }, 900, { mode: "launch_error", final: true }],
    ["its last start never reached a line, by the clock", { attempts: began, ...verdict("failed", { source: "accounting", started_at: at(190), signal: 53 }) }, 900, { mode: "launch_error", final: true }],
    ["the node's clock is behind", { attempts: ended({ code: 3 }, 98), ...verdict("failed", { source: "accounting", exit_code: 3 }) }, 900, { mode: "code_error", exit_code: 3, final: true }],
    ["no start record, ever", { attempts: [{ n: 1, exit: exit() }], ...verdict("completed") }, 900, { state: "succeeded", final: true }],
  ]);
});

t.test("what counts for nothing", async (t) => {
  const stopped = { n: 1, start: start(90, { job: "9" }), exit: exit({ reason: "superseded", code: 75 }) };
  const again = [...sent, { n: 2, intent: intent(500, { submission: 2 }), receipt: receipt("11", 501) }];
  const first = { n: 1, start: start(), exit: exit() };
  const hers = { n: 2, start: start(600, { submission: 2, job: "11" }) };
  const view11 = (word: JobView["verdict"]) =>
    seen({ job: "11", phase: "ended", verdict: word, nodes: undefined, started_at: undefined });
  // biome-ignore format: a case, a line
  table(t, [
    ["a superseded attempt", { attempts: [stopped], ...seen({ phase: "pending" }) }, 300, { state: "queued", job: "10" }],
    ["a superseded attempt, newer than ours", { attempts: [...ended(), { ...stopped, n: 2 }], ...verdict("completed") }, 300, { state: "succeeded", attempt: 1 }],
    ["an attempt of an earlier submission", { submissions: again, attempts: [first], ...seen({ job: "11", phase: "pending" }) }, 700, { state: "queued", job: "11" }],
    ["an attempt of an earlier submission that ended well", { submissions: again, attempts: [first], ...view11("cancelled") }, 700, { state: "cancelled", job: "11", final: true }],
    ["an attempt that may be of an earlier submission", { submissions: again, attempts: [{ n: 1, exit: exit() }], ...view11("cancelled") }, 700, { state: "cancelled", final: true }],
    ["the verdict on an earlier submission's job", { submissions: again, attempts: [first], ...verdict("completed") }, 700, { state: "submitted", job: "11", final: false }],
    ["the verdict on an earlier submission's job, while the next is sent", { submissions: [...sent, { n: 2, intent: intent(500, { submission: 2 }) }], attempts: [first], ...verdict("completed") }, 700, { state: "submitted", final: false }],
    ["an earlier submission's late word", { submissions: again, attempts: [first, hers], ...seen({ job: "11" }, 700) }, 700, { state: "running", attempt: 2, job: "11" }],
    ["another job of the same submission", { attempts: [...began, { n: 2, start: start(150, { job: "78" }), exit: exit() }], ...seen({}) }, 300, { state: "running", attempt: 1, job: "10" }],
    ["a receipt that came after another job had begun", { attempts: [{ n: 1, start: start(1, { job: "77" }) }], ...seen({ phase: "pending" }) }, 300, { state: "running", job: "77" }],
    ["the verdict on another job of that id", { ...seen({ phase: "ended", verdict: "completed", started_at: at(-5000), ended_at: at(-4000) }) }, 9999, { state: "submitted", final: false }],
    ["a clock that is a little behind", { attempts: ended(), ...verdict("completed", { ended_at: at(-200), started_at: at(-300) }) }, 9999, { state: "succeeded", final: true }],
    ["a view of another job", { attempts: began, ...seen({ job: "12", phase: "ended", verdict: "failed" }) }, 9999, { state: "running", job: "10", final: false }],
  ]);
});

t.test("by hand, without any scheduler", async (t) => {
  const { job: _, scheduler: __, restart: ___, ...alone } = start();
  const attempts = [{ n: 1, start: alone }];
  const linked = { submissions: [{ n: 1, intent: intent(101, { by: "job" }) }] };
  // biome-ignore format: a case, a line
  table(t, [
    ["runs", { ...linked, attempts }, 600, { state: "running", attempt: 1, final: false }],
    ["beats", { ...linked, attempts: [{ ...attempts[0], n: 1, beat_at: at(4000) }] }, 4300, { state: "running" }],
    ["is quiet", { ...linked, attempts }, 701, { state: "lost", final: false }],
    ["ended", { ...linked, attempts: [{ n: 1, start: alone, exit: exit() }] }, 259, { state: "exited", final: false }],
    ["succeeded", { ...linked, attempts: [{ n: 1, start: alone, exit: exit() }] }, 260, { state: "succeeded", final: true }],
    ["cancelled", { ...linked, attempts: [{ n: 1, start: alone, exit: exit({ asked: "SIGINT", code: 130 }) }], cancel: cancel(199) }, 260, { state: "cancelled", final: true }],
    ["no intent yet", { submissions: [], attempts }, 110, { state: "running" }],
    ["while a job waits for the same", { attempts, ...verdict("failed", { exit_code: 75 }) }, 300, { state: "running", final: false }],
  ]);
});

t.test("an outcome is the end of it", async (t) => {
  const outcome = { type: "outcome", ...base, state: "failed", mode: "oom", message: "m", at: at(300) } as const;
  const standing = stateOf(facts({ outcome, attempts: ended(), ...verdict("completed"), forget: forget(1) }), day0);
  t.same(standing, { state: "failed", mode: "oom", message: "m", final: true });
});

t.test("the graces are the caller's", async (t) => {
  const short = { missing_job_s: 1, accounting_s: 1, submit_s: 1 };
  const at207 = day0 + 207_000;
  t.equal(stateOf(facts(verdict("node_fail")), at207, short).final, true);
  t.equal(stateOf(facts(verdict("node_fail")), at207, usualGraces).final, false);
  t.equal(stateOf(facts(absent(10, 12)), day0 + 12_000, short).state, "lost");
});

t.test("the job that counts", async (t) => {
  t.equal(jobOf(facts()), "10");
  t.equal(jobOf(facts({ submissions: [] })), undefined);
  t.equal(jobOf(facts({ submissions: [], attempts: began })), "10");
  t.equal(new Set(states).size, states.length);
});
