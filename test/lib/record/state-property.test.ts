// No order of arrival of facts, and no crash between two of them, gives a wrong terminal state.
import fc from "fast-check";
import t from "tap";
import type { Receipt, SchedulerFact } from "../../../lib/record/facts.js";
import { type Facts, jobOf, type Standing, stateOf, usualGraces } from "../../../lib/record/state.js";
import { answerAt, drawHistory, factsAt, type History, observed, type Pick } from "./history.js";

const second = 1000;
const day = 86_400 * second;
const fileLag_s = usualGraces.accounting_s - 1;

/** Whoever looks, sees each file at its own delay; later looks see no less. */
function drawLag(pick: Pick): (name: string) => number {
  const lags = new Map<string, number>();
  const slow = pick(3) > 0;
  return (name) => {
    // The owner's own cancel is seen within half the time, the rest is for clocks that differ.
    const most_s = name === "cancel" ? Math.floor(fileLag_s / 2) : fileLag_s;
    const lag = lags.get(name) ?? (slow ? ([0, 0, 1, 5, most_s / 2, most_s, most_s][pick(7)] ?? 0) * second : 0);
    lags.set(name, lag);
    return lag;
  };
}

/** Times at which something may be about to change its meaning: near each event, and near the end of each grace after it. */
function drawTime(history: History, pick: Pick): number {
  const events = [...history.files.map(({ at }) => at), ...[...history.jobs.values()].flat().map(({ from }) => from)];
  const event = events[pick(events.length)] ?? history.end;
  const after_s = [0, 0, 1, 2, 5, 15, 30, 45, 59, 60, 61, 119, 121, 300, 599, 600, 601, 660, 700, 4000][pick(20)] ?? 0;
  return event + after_s * second;
}

/** What the owner's reconcile makes of the facts at `now`: scheduler.json, and the receipt of a job that it finds. */
function ask(history: History, facts: Facts, now: number): SchedulerFact | undefined {
  const sent = facts.submissions.findLast(({ intent }) => intent && !intent.void);
  const known = jobOf(facts);
  if (known !== undefined) return observed(answerAt(history, known, now), facts, now);
  if (!sent) return facts.scheduler;
  const job = history.mine.get(sent.n);
  if (job === undefined || !answerAt(history, job, now)) return observed(undefined, facts, now);
  const of = { run: facts.run, submission: sent.n, scheduler: "slurm", job, at: new Date(now).toISOString() };
  const receipt: Receipt = { type: "receipt", v: 1, ...of };
  const put = ({ submissions }: Facts) => Object.assign(submissions.find(({ n }) => n === sent.n) ?? {}, { receipt });
  history.files.push({ at: now, name: `submit-${sent.n}/receipt found`, put });
  return observed(answerAt(history, job, now), facts, now);
}

function isTrue({ truth }: History, { state, mode }: Standing): boolean {
  if (truth === "lost" || truth === "open" || "again" in truth) return false;
  return (state === truth.state && mode === truth.mode) || (truth.or !== undefined && mode === truth.or);
}

/** What was met in the end, and how often. */
const met = new Map<string, number>();

function check(pick: Pick): void {
  const history = drawHistory(pick);
  const lag = drawLag(pick);
  const looks: { now: number; isPass: boolean }[] = [];
  for (let i = pick(8); i > 0; i -= 1) looks.push({ now: drawTime(history, pick), isPass: true });
  for (let i = 12; i > 0; i -= 1) looks.push({ now: drawTime(history, pick), isPass: false });
  looks.sort((a, b) => a.now - b.now);
  for (const days of [1, 2, 3]) looks.push({ now: history.end + days * day, isPass: true });
  const passes: SchedulerFact[] = [];
  let settled = false;
  let before: Standing | undefined;
  for (const { now, isPass } of looks) {
    // A pass sees its own answer; others see scheduler.json, perhaps one of before.
    const stored = isPass ? passes.at(-1) : (passes.at(-1 - pick(3)) ?? passes[0]);
    const facts = { ...factsAt(history, now, lag), ...(stored ? { scheduler: stored } : {}) };
    const scheduler = isPass && !settled ? ask(history, facts, now) : stored;
    const standing = stateOf({ ...facts, ...(scheduler ? { scheduler } : {}) }, now);
    const wrong = problemOf(history, standing, before, scheduler, scheduler === passes.at(-1) || isPass);
    const told = { truth: history.truth, standing, now: new Date(now).toISOString(), facts, scheduler };
    if (wrong !== undefined) throw new Error(`${wrong}: ${JSON.stringify(told, undefined, 1)}`);
    if (isPass && !settled && scheduler && scheduler !== passes.at(-1)) passes.push(scheduler);
    if (isPass && standing.final) settled = true;
    before = standing;
  }
  const end = before as Standing;
  if (!isWhole(history, end)) throw new Error(`not so in the end: ${JSON.stringify({ truth: history.truth, end })}`);
  const word = `${end.state} ${end.mode ?? ""}`.trim();
  met.set(word, (met.get(word) ?? 0) + 1);
}

function problemOf(
  history: History,
  standing: Standing,
  before: Standing | undefined,
  scheduler: SchedulerFact | undefined,
  isNewest: boolean,
): string | undefined {
  if (standing.final && !isTrue(history, standing)) return "final, and wrong";
  if (before?.final && !standing.final && isNewest) return "final no more";
  if (before?.final && standing.final && before.mode !== standing.mode) return "final, and changed";
  const { job: view, absent_since } = scheduler ?? {};
  const isUnknown = view?.phase === "unknown" && view.job === standing.job && absent_since === undefined;
  return isUnknown && standing.final && standing.state !== "lost" ? "final by an unknown word" : undefined;
}

/** In the end, when everything has arrived and passes have looked, what is true is said. */
function isWhole({ truth, files }: History, { state, mode, final }: Standing): boolean {
  const waits = files.some(({ name }) => name === "decision-1");
  if (truth === "open") return state === (waits ? "blocked" : "planned") && !final;
  if (truth === "lost") return state === "lost" && !final;
  if ("again" in truth) return state === "requeued" && mode === truth.again && !final;
  return final;
}

/** Every end that there is: the test must have met each. */
const expected = [
  "blocked",
  "cancelled cancelled",
  "failed code_error",
  "failed dependency",
  "failed input_error",
  "failed launch_error",
  "failed node_fail",
  "failed oom",
  "failed preempted",
  "failed submit_error",
  "failed timeout",
  "lost",
  "planned",
  "requeued node_fail",
  "requeued preempted",
  "requeued timeout",
  "succeeded",
];

t.test("what is final is true, stays so, and comes in the end", async (t) => {
  const property = fc.property(fc.gen(), (g) => check((n) => (n <= 1 ? 0 : g(fc.nat, { max: n - 1 }))));
  fc.assert(property, { numRuns: Number(process.env["LAB_TEST_RUNS"] ?? 4000) });
  t.same([...met.keys()].sort(), expected, "every end was met");
});
