// The gate of a job and the artifacts that it is given: nothing starts on an input that is not made, or not what it was.
import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import type { ContextInput, Exit } from "../../../lib/record/facts.js";
import { contentFingerprint, statFingerprint } from "../../../lib/record/fingerprint.js";
import { jobPlace } from "../../support/job.js";

const maker = "20261120-201455-k7q3mz";

/** A run that makes, or made, something; `facts` are files of its .lab/. */
function madeBy(t: Test, facts: Record<string, object> = {}): { from: string; output: string } {
  const base = t.testdir({ output: { weights: "w", DONE: "" }, runs: { [maker]: { ".lab": {} } } });
  const from = path.join(base, "runs", maker, ".lab");
  for (const [name, record] of Object.entries(facts)) {
    fs.mkdirSync(path.dirname(path.join(from, name)), { recursive: true });
    fs.writeFileSync(path.join(from, name), JSON.stringify(record, undefined, 2));
  }
  return { from, output: path.join(base, "output") };
}

/** How a job with this input ended. */
async function outcome(input: Partial<ContextInput>): Promise<string> {
  const whole = { role: "model", type: "artifact", path: "/nowhere", ...input } as ContextInput;
  const place = jobPlace({ command: ["sh", "-c", 'test -e "$LAB_INPUT_MODEL"'], context: { inputs: [whole] } });
  await place.start();
  const { reason, message, role } = place.left("attempt-1/exit.json") as unknown as Exit;
  if (reason !== "input_error") return reason;
  return `${role}: ${message}`;
}

const run = { run: maker, output: "model" };
const exit = (code: number, reason = "command") => ({ type: "exit", v: 1, run: maker, attempt: 1, reason, code });

t.test("what a run makes: not before it has succeeded", async (t) => {
  const cases: [Record<string, object>, RegExp | string][] = [
    [{}, /run 20261120-201455-k7q3mz, which makes it, has not succeeded$/],
    [{ "attempt-1/exit.json": exit(1) }, /has not succeeded$/],
    [{ "attempt-1/exit.json": exit(0) }, "command"],
    [{ "attempt-1/exit.json": exit(0), "attempt-2/start.json": {} }, /has not succeeded$/],
    [{ "attempt-1/exit.json": exit(1), "attempt-2/exit.json": exit(0) }, "command"],
    [{ "attempt-9/exit.json": exit(1), "attempt-10/exit.json": exit(0) }, "command"],
    [{ "attempt-1/exit.json": exit(0), "attempt-2/exit.json": exit(75, "superseded") }, "command"],
    [{ "outcome.json": { run: maker, state: "succeeded" } }, "command"],
    [{ "outcome.json": { run: maker, state: "failed" } }, /which was to make it, ended as failed$/],
    [{ "outcome.json": { run: maker, state: "failed" }, "attempt-1/exit.json": exit(0) }, /ended as failed$/],
  ];
  for (const [facts, expected] of cases) {
    const { from, output } = madeBy(t, facts);
    const said = await outcome({ ...run, path: output, from });
    if (typeof expected === "string") t.equal(said, expected, JSON.stringify(facts));
    else t.match(said, expected, JSON.stringify(facts));
  }
});

t.test("an end that cannot change is not waited for", async (t) => {
  const { from, output } = madeBy(t, { "outcome.json": { run: maker, state: "cancelled" } });
  const place = jobPlace({
    context: { inputs: [{ role: "model", type: "artifact", path: output, from, ...run }] },
  });
  const began = Date.now();
  await place.start({ LAB_GATE_WAIT_S: "3600" });
  t.match(place.left("attempt-1/exit.json"), { reason: "input_error", message: /ended as cancelled/ });
  t.ok(Date.now() - began < 600_000);
});

t.test("one that succeeds while the gate waits is let through", async (t) => {
  const { from, output } = madeBy(t);
  const place = jobPlace({
    context: { inputs: [{ role: "model", type: "artifact", path: output, from, marker: "LATE", ...run }] },
  });
  const ended = place.start({ LAB_GATE_WAIT_S: "120" });
  setTimeout(() => {
    fs.writeFileSync(path.join(output, "LATE"), "");
    fs.writeFileSync(path.join(from, "outcome.json"), JSON.stringify({ state: "succeeded" }));
  }, 500);
  t.equal((await ended).code, 0);
});

t.test("what a run made must be there, with its marker", async (t) => {
  const { from, output } = madeBy(t, { "outcome.json": { run: maker, state: "succeeded" } });
  t.equal(await outcome({ ...run, path: output, from, marker: "DONE" }), "command");
  t.match(await outcome({ ...run, path: output, from, marker: "OTHER" }), /OTHER' does not exist$/);
  t.match(await outcome({ ...run, path: `${output}2`, from }), /output2' does not exist$/);
});

t.test("a step of a stream: the marker as it was registered, whatever became of its run", async (t) => {
  const { from, output } = madeBy(t, { "outcome.json": { run: maker, state: "failed" } });
  const { mtimeMs, size } = fs.statSync(path.join(output, "DONE"));
  const marker = { marker: "DONE", marker_mtime: Math.floor(mtimeMs / 1000), marker_bytes: size };
  const step = { ...run, step: 3, path: output, from };
  t.equal(await outcome({ ...step, ...marker }), "command");
  t.equal(await outcome(step), "command", "a stream without a marker");
  t.match(await outcome({ ...step, ...marker, marker_bytes: 1 }), /is not what was registered: it was written anew$/);
  fs.utimesSync(path.join(output, "DONE"), 1, 1);
  t.match(await outcome({ ...step, ...marker }), /was written anew$/);
  fs.rmSync(path.join(output, "DONE"));
  t.match(await outcome({ ...step, ...marker }), /DONE' does not exist$/);
});

t.test("registered from outside: the record is there, and the bytes look, or are, as they were", async (t) => {
  const base = t.testdir({ data: { a: "aaa" }, "art.json": "{}" });
  const data = path.join(base, "data");
  const from = path.join(base, "art.json");
  const stat_digest = statFingerprint(data).digest;
  const digest = contentFingerprint(data).digest;
  t.equal(await outcome({ path: data, from, stat_digest, digest: stat_digest }), "command");
  t.equal(await outcome({ path: data, from }), "command", "of one that is known by nothing");
  t.match(await outcome({ path: data, from: `${from}x`, stat_digest }), /its record '.*' does not exist$/);
  fs.utimesSync(path.join(data, "a"), 1, 1);
  t.match(await outcome({ path: data, from, stat_digest, digest: stat_digest }), /is not what was recorded: its stat/);
  t.equal(await outcome({ path: data, from, stat_digest, digest }), "command", "touched, and the same still");
  fs.writeFileSync(path.join(data, "a"), "bbb");
  t.match(await outcome({ path: data, from, stat_digest, digest }), /is not what was recorded: its sha256/);
});

t.test("a step of a stream that is chosen once its run has succeeded; all of them with a list", async (t) => {
  const { from, output } = madeBy(t, { "outcome.json": { run: maker, state: "succeeded" } });
  const stream = path.join(path.dirname(output), "stream");
  const marks = { step30: "DONE", "step-9": "DONE", step007: "DONE", step7: "DONE", step40: "OTHER", last: "DONE" };
  for (const [name, file] of Object.entries(marks)) {
    fs.mkdirSync(path.join(stream, name), { recursive: true });
    fs.writeFileSync(path.join(stream, name, file), "");
  }
  fs.symlinkSync("step30", path.join(stream, "step99"));
  const command = [
    "sh",
    "-c",
    'readlink "$LAB_INPUT_MODEL" >seen || cp "$LAB_INPUT_MODEL_STEPS" seen; cp seen "$LAB_RUN_DIR"',
  ];
  let n = 0;
  const taking = (pick: string | number, more: Partial<ContextInput> = {}) => {
    const submission = path.join(path.dirname(output), `submit-${++n}`);
    fs.mkdirSync(submission);
    const where = pick === "all" ? { path: stream, steps: path.join(submission, "steps-model.ndjson") } : {};
    const to = { path: path.join(submission, "inputs", "model"), ...where };
    const input = { role: "model", type: "artifact", ...run, ...to, from, stream, pick, marker: "DONE", ...more };
    return jobPlace({ command, context: { inputs: [input] } });
  };
  const left = async (place: ReturnType<typeof jobPlace>) => {
    await place.start();
    const { reason, message, inputs } = place.left("attempt-1/exit.json") as unknown as Exit;
    if (reason !== "command") return message;
    return [
      fs.readFileSync(path.join(place.dir, "seen"), "utf8").replaceAll(stream, ""),
      inputs?.map(({ step }) => step),
    ];
  };
  const lines = '{"step":7,"path":"/step007"}\n{"step":9,"path":"/step-9"}\n{"step":30,"path":"/step30"}\n';
  const picks = ["latest", 7, "all", 40, "best:loss:min"];
  const seen = [...picks.map((pick) => taking(pick)), ...["", "NONE"].map((marker) => taking("latest", { marker }))];
  t.match(await Promise.all(seen.map(left)), [
    ["/step30\n", [30]],
    ["/step007\n", [7]],
    [lines, undefined],
    /stream' has no complete step 40$/,
    /which step of '.*' is the best:loss:min was not told/,
    ["/step40\n", [40]],
    /stream' has no step that is complete$/,
  ]);
  const kept = { path: path.join(path.dirname(output), "kept", "model") };
  t.match(await left(taking("latest", kept)), ["/step30\n"]);
  fs.mkdirSync(path.join(stream, "step50"));
  fs.writeFileSync(path.join(stream, "step50", "DONE"), "");
  t.strictSame(await left(taking("latest", kept)), ["/step30\n", [30]], "once chosen it stays");
  t.match(await left(taking("latest")), ["/step50\n"]);
});
