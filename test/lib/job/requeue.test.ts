// A command whose time is nearly over: told or not, ended before the limit, and the job queued again.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { exitSchema } from "../../../lib/record/facts.js";
import { violations } from "../../../lib/record/schema.js";
import { type JobHow, type JobPlace, jobPlace } from "../../support/job.js";
import { until } from "../../support/sandbox.js";

type Test = typeof import("tap").default;

/** Starts a job, signals it once its command says that it runs, and gives its end and whether it asked to be queued again. */
async function warned(
  t: Pick<Test, "testdir" | "same">,
  body: string,
  { signal, max_attempts = 3, ...how }: JobHow & { signal?: string; max_attempts?: number } = {},
) {
  const requeue = { max_attempts, warn_s: 4, ...(signal ? { signal } : {}) };
  const command = ["bash", "-c", body];
  const place = jobPlace({ command, ...how, input: { resuming: { command, requeue } } });
  const asked = path.join(t.testdir(), "requeue.json");
  const { code, stderr } = await told(place, "SIGUSR1", { LAB_LOCAL_JOB_REQUEUE: asked });
  t.same(violations(exitSchema, place.left("attempt-1/exit.json")), []);
  await until("nothing of it is left", () => !place.runs());
  const [exit, log] = [place.left("attempt-1/exit.json") as object, place.text("attempt-1/job.log")];
  return { code, stderr, exit, log, requeued: fs.existsSync(asked) };
}

async function told(place: JobPlace, signal: NodeJS.Signals, env: Record<string, string> = {}) {
  const ends = place.start(env) as ReturnType<JobPlace["start"]> & { child: { pid: number } };
  const log = path.join(place.lab, "attempt-1/job.log");
  await until("it runs", () => fs.existsSync(log) && fs.readFileSync(log, "utf8").includes("runs"));
  process.kill(ends.child.pid, signal);
  return ends;
}

const deaf = "echo runs; while :; do sleep 0.1; done";
const saving = "trap 'echo saving; exit 0' USR1; echo runs; while :; do sleep 0.1; done";

t.test("it gets the signal that it declared, and saves", async (t) => {
  const { exit, code, requeued, log } = await warned(t, saving, { signal: "USR1" });
  t.match(exit, { reason: "timeout", code: 75, message: /time limit/ });
  t.equal(code, 75, "whoever waits for a success does not take this for one");
  t.match(log, /saving/);
  t.ok(requeued);
});

t.test("it gets none that it did not declare, and is ended in time", async (t) => {
  const { exit, requeued, log } = await warned(t, `trap 'echo no' USR1; ${deaf}`);
  t.match(exit, { reason: "timeout", signal: "SIGTERM", code: 143 });
  t.notMatch(log, /no$/m);
  t.ok(requeued);
});

t.test("what takes no notice of the signal, nor of SIGTERM, is killed", async (t) => {
  const { exit, requeued } = await warned(t, `trap '' USR1 TERM; ${deaf}`, { signal: "USR1" });
  t.match(exit, { reason: "timeout", signal: "SIGKILL" });
  t.ok(requeued);
});

t.test("what is done is done, though its time was nearly over", async (t) => {
  const output = { role: "r", type: "result", path: path.join(t.testdir(), "out"), marker: "_DONE", digest: "none" };
  const done = `trap 'touch "$LAB_OUTPUT_R/_DONE"; exit 0' USR1; ${deaf}`;
  const finished = await warned(t, done, { signal: "USR1", context: { outputs: [{ ...output, stream: false }] } });
  t.match(finished.exit, { reason: "command", code: 0, outputs: [{ complete: true }] });
  t.notOk(finished.requeued);
  const failed = await warned(t, "echo runs; sleep 1.2; exit 3");
  t.match(failed.exit, { reason: "command", code: 3 }, "it failed by itself, before anybody ended it");
  t.notOk(failed.requeued);
});

t.test("the last attempt is told, and not queued again", async (t) => {
  const last = await warned(t, saving, { signal: "USR1", max_attempts: 1 });
  t.match(last.exit, { reason: "timeout" });
  t.notOk(last.requeued);
  t.match(last.stderr, /was the last of 1/);
});

t.test("an attempt that was asked to end and said 0 has not succeeded: the next one runs", async (t) => {
  const once = `[ "$LAB_ATTEMPT" -gt 1 ] && exit 0; trap 'exit 0' TERM; ${deaf}`;
  const place = jobPlace({ command: ["bash", "-c", once] });
  await told(place, "SIGTERM");
  t.match(place.left("attempt-1/exit.json"), { reason: "command", code: 0, asked: "SIGTERM" });
  await place.start();
  t.match(place.left("attempt-2/exit.json"), { reason: "command", code: 0 });
});
