// How a job ends when somebody wants it to, at each point of its life, and what it has noted of its streams by then.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import t from "tap";
import { exitSchema } from "../../../lib/record/facts.js";
import { violations } from "../../../lib/record/schema.js";
import { type JobHow, jobPlace } from "../../support/job.js";
import { until } from "../../support/sandbox.js";

type Place = ReturnType<typeof jobPlace>;
type Json = Record<string, unknown>;

const exitOf = (place: Place, n = 1) => place.left(`attempt-${n}/exit.json`) as Json | undefined;
const outputsOf = (place: Place, n = 1) => (exitOf(place, n)?.["outputs"] ?? []) as Json[];
const log = (place: Place, n = 1) =>
  fs.existsSync(path.join(place.lab, `attempt-${n}/job.log`)) ? place.text(`attempt-${n}/job.log`) : "";
const stepsOf = (place: Place, n = 1) =>
  fs.existsSync(path.join(place.lab, `attempt-${n}/steps.ndjson`))
    ? place
        .text(`attempt-${n}/steps.ndjson`)
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Json)
    : [];

function temporary(): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "labkit-node-"));
  t.teardown(() => fs.rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Starts a job in a temporary directory of its own, so that it can be seen what it leaves there. */
function begin(place: Place, env: Record<string, string> = {}) {
  const tmp = temporary();
  const running = place.start({ TMPDIR: tmp, ...env });
  const { pid } = (running as unknown as { child: { pid: number } }).child;
  return { running, tmp, kill: (signal: NodeJS.Signals) => process.kill(pid, signal) };
}

/** Directories of programs that stand before the real ones. */
function programs(table: Record<string, string>): { PATH: string } {
  const dir = temporary();
  for (const [name, text] of Object.entries(table)) fs.writeFileSync(path.join(dir, name), text, { mode: 0o755 });
  return { PATH: `${dir}:${process.env["PATH"]}` };
}

/** A sha256sum that never ends for a file called `slow`, and whether it has begun. */
function slowSum() {
  const begun = path.join(temporary(), "begun");
  const sha256sum = `#!/bin/sh
case "$*" in *slow*) : >"${begun}"; sleep 1000 ;; esac
exec $(PATH=/usr/bin:/bin command -v sha256sum) "$@"
`;
  return { env: programs({ sha256sum }), begun: () => fs.existsSync(begun) };
}

const stream = (dir: string, digest = "none", marker = "DONE") => ({
  role: "model",
  type: "checkpoint_stream",
  path: path.join(dir, "stream [of] 'é"),
  marker,
  digest,
  stream: true,
});

t.test("a command that takes no notice of SIGTERM is killed by it; the record says who asked", async (t) => {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGXCPU"] as const) {
    const place = jobPlace({ command: ["sh", "-c", "echo ready; exec sleep 100"] });
    const { running, tmp, kill } = begin(place);
    await until("it is ready", () => log(place).includes("ready"));
    kill(signal);
    const { code } = await running;
    t.equal(code, 128 + os.constants.signals[signal]);
    t.match(exitOf(place), { reason: "signal", signal, asked: signal, code });
    t.same(violations(exitSchema, exitOf(place)), []);
    t.same(fs.readdirSync(tmp), [], "nothing is left on the node");
  }
});

t.test("each further signal is passed on, to all that the command started", async (t) => {
  const script = `trap 'echo one' TERM; trap 'echo two; exit 7' INT
    (trap 'echo child; exit' TERM; while :; do sleep 0.1; done) & echo ready; while :; do sleep 0.1; done`;
  const place = jobPlace({ command: ["bash", "-c", script] });
  const { running, kill } = begin(place);
  await until("it is ready", () => log(place).includes("ready"));
  kill("SIGTERM");
  await until("both heard it", () => /^one$/m.test(log(place)) && /^child$/m.test(log(place)));
  kill("SIGINT");
  t.equal((await running).code, 7);
  t.match(exitOf(place), { reason: "command", code: 7, asked: "SIGTERM" });
});

t.test("files that the command wrote beside its source are named when they go with it, caches are not", async (t) => {
  const wrote = "mkdir __pycache__ sub; echo 1 >sub/made.txt; echo 1 >__pycache__/a.pyc; echo 1 >.hidden";
  const { stderr } = await jobPlace({ command: ["sh", "-c", wrote] }).start();
  t.match(stderr, /^lab: gone with the copy of the source: sub\/made\.txt \(/m);
  const many = await jobPlace({ command: ["sh", "-c", "touch a b c d e; exit 3"] }).start();
  t.match(many.stderr, /^lab: gone with the copy of the source: \w, \w, \w and more \(/m);
  const kept = await jobPlace({ command: ["sh", "-c", 'echo 1 >"$LAB_RUN_DIR/made.txt"'] }).start();
  t.notMatch(kept.stderr, "gone with");
});

t.test("a warning is not passed on, and is no end", async (t) => {
  const place = jobPlace({ command: ["sh", "-c", 'echo ready; while [ ! -e "$LAB_RUN_DIR/go" ]; do sleep 0.1; done'] });
  const { running, kill } = begin(place);
  await until("it is ready", () => log(place).includes("ready"));
  for (const signal of ["SIGUSR1", "SIGUSR2", "SIGALRM"] as const) kill(signal);
  fs.writeFileSync(path.join(place.dir, "go"), "");
  const { code, stderr } = await running;
  t.equal(code, 0);
  t.match(stderr, /SIG(USR1|USR2|ALRM) is not passed on/);
  t.match(exitOf(place), { reason: "command", code: 0, asked: undefined });
});

t.test("a signal before the command: it is never started", async (t) => {
  const slow = slowSum();
  const waiting: [string, JobHow, Record<string, string>, (place: Place) => boolean][] = [
    [
      "at the gate",
      { context: { inputs: [{ role: "x", type: "external", path: "/no/such/input", fingerprint: "none" }] } },
      { LAB_GATE_WAIT_S: "100" },
      (place) => fs.existsSync(path.join(place.lab, "attempt-1/beat")),
    ],
    [
      "in a setup line",
      { input: { setup: ["echo setting up", "sleep 100"] } },
      {},
      (place) => log(place).includes("up"),
    ],
    ["while the source is checked", { files: { slow: "x" } }, slow.env, slow.begun],
  ];
  for (const [name, how, env, ready] of waiting) {
    const place = jobPlace({ ...how, command: ["sh", "-c", "echo started"] });
    const { running, tmp, kill } = begin(place, env);
    await until(`it is ${name}`, () => ready(place));
    kill("SIGTERM");
    t.equal((await running).code, 143, name);
    t.match(exitOf(place), { reason: "signal", asked: "SIGTERM", code: 143 }, name);
    t.notMatch(log(place), /^started$/m, name);
    t.same(fs.readdirSync(tmp), [], name);
  }
});

t.test("outputs whose digest takes long do not delay an end that somebody wants", async (t) => {
  const base = t.testdir({ result: { me: {} } });
  const output = {
    role: "result",
    type: "result",
    path: path.join(base, "result/me/one"),
    digest: "sha256",
    stream: false,
  };
  const place = jobPlace({
    command: ["sh", "-c", 'echo x >"$LAB_OUTPUT_RESULT/slow"; echo written'],
    context: { outputs: [output, stream(base)] },
  });
  const slow = slowSum();
  const { running, tmp, kill } = begin(place, slow.env);
  await until("the digest is being made", slow.begun);
  t.notOk(exitOf(place));
  kill("SIGTERM");
  const { code, stderr } = await running;
  t.equal(code, 0, "the command had ended, and well");
  t.notMatch(stderr, /Killed|line \d/, "bash says nothing of what it ended");
  t.match(exitOf(place), {
    reason: "command",
    code: 0,
    asked: undefined,
    outputs: [{ role: "result", complete: true }],
  });
  t.notOk(outputsOf(place)[0]?.["digest"]);
  t.same(fs.readdirSync(tmp), []);
});

t.test("the digest of the last step is waited for, and the run shows that it is alive meanwhile", async (t) => {
  const base = t.testdir({});
  const sum = `#!/bin/sh
case "$*" in *weights*) while [ ! -e ${base}/go ]; do sleep 0.1; done ;; esac
exec $(PATH=/usr/bin:/bin command -v sha256sum) "$@"
`;
  const place = jobPlace({
    command: [
      "sh",
      "-c",
      'mkdir "$LAB_OUTPUT_MODEL/step_7"; cd "$LAB_OUTPUT_MODEL/step_7"; echo w >weights; echo d >DONE; echo written',
    ],
    context: { outputs: [stream(base, "sha256")] },
  });
  const { running } = begin(place, { ...programs({ sha256sum: sum }), LAB_BEAT_S: "1" });
  await until("the command has ended", () => log(place).includes("written"));
  const beat = path.join(place.lab, "attempt-1/beat");
  const before = fs.statSync(beat).mtimeMs;
  await until("two more beats", () => fs.statSync(beat).mtimeMs > before + 2000);
  t.notOk(exitOf(place));
  fs.writeFileSync(path.join(base, "go"), "");
  t.equal((await running).code, 0);
  t.match(exitOf(place), { outputs: [{ role: "model", step: 7, files: 2, digest: /^sha256:/ }] });
});

t.test("a step whose digest takes long does not delay an end that somebody wants", async (t) => {
  const step =
    'mkdir "$LAB_OUTPUT_MODEL/step_3"; echo w >"$LAB_OUTPUT_MODEL/step_3/slow"; echo d >"$LAB_OUTPUT_MODEL/step_3/DONE"';
  const cases = [
    { name: "at the job's end", command: step, beat: "60", code: 0 },
    { name: "beside the command", command: `${step}; exec sleep 1000`, beat: "1", code: 143 },
  ];
  for (const { name, command, beat, code } of cases) {
    const base = temporary();
    const place = jobPlace({ command: ["sh", "-c", command], context: { outputs: [stream(base, "sha256")] } });
    const slow = slowSum();
    const { running, tmp, kill } = begin(place, { ...slow.env, LAB_BEAT_S: beat });
    await until(`the digest is being made ${name}`, slow.begun);
    kill("SIGTERM");
    const end = await running;
    t.equal(end.code, code, name);
    t.notMatch(end.stderr, /Killed|line \d/, name);
    t.match(exitOf(place), { code }, name);
    t.match(stepsOf(place), [{ role: "model", step: 3, complete: true, marker_bytes: 2 }], `${name}: it is noted`);
    t.same(fs.readdirSync(tmp), [], `${name}: nothing is left on the node`);
  }
});

t.test("a step that is complete right before a hurried end is noted all the same, without its digest", async (t) => {
  const base = t.testdir({});
  const place = jobPlace({
    command: [
      "sh",
      "-c",
      'mkdir "$LAB_OUTPUT_MODEL/step_010"; echo w >"$LAB_OUTPUT_MODEL/step_010/slow"; echo d >"$LAB_OUTPUT_MODEL/step_010/DONE"; echo ready; exec sleep 100',
    ],
    context: { outputs: [stream(base, "sha256")] },
  });
  const { running, kill } = begin(place, slowSum().env);
  await until("it is ready", () => log(place).includes("ready"));
  kill("SIGTERM");
  await running;
  t.match(stepsOf(place), [{ role: "model", step: 10, complete: true, marker_bytes: 2, path: /step_010$/ }]);
});

t.test("a later attempt notes what it made itself, and what an earlier one had no time to note", async (t) => {
  const base = t.testdir({});
  const dir = path.join(base, "stream [of] 'é");
  const command = [
    "sh",
    "-c",
    'cd "$LAB_OUTPUT_MODEL"; mkdir -p "step_$LAB_ATTEMPT"; echo "$LAB_ATTEMPT" >"step_$LAB_ATTEMPT/DONE"; [ $LAB_ATTEMPT != 1 ] || exit 3; echo again >step_2/DONE',
  ];
  const place = jobPlace({ command, context: { outputs: [stream(base, "stat")] } });
  await place.start();
  t.match(
    stepsOf(place).map(({ step }) => step),
    [1],
  );
  fs.mkdirSync(path.join(dir, "step_0005"));
  fs.writeFileSync(path.join(dir, "step_0005/DONE"), "");
  fs.mkdirSync(path.join(dir, "step_99"));
  await place.start();
  t.same(
    stepsOf(place, 2)
      .map(({ step }) => step)
      .sort(),
    [2, 5],
  );
  t.match(
    outputsOf(place, 2).map(({ step }) => step),
    [2, 5],
    "in their order, without step 1",
  );
  await place.start();
  t.match(exitOf(place, 3), { reason: "superseded", message: /attempt 2 has succeeded/ });
});

t.test("kill -9 of the runtime ends the command too, and leaves nothing on the node", async (t) => {
  const place = jobPlace({ command: ["sh", "-c", 'sleep 1000 & echo "ready $$ $!"; wait'] });
  const { running, tmp, kill } = begin(place);
  await until("it is ready", () => log(place).includes("ready"));
  const pids = /ready (\d+) (\d+)/.exec(log(place))?.slice(1).map(Number) ?? [];
  kill("SIGKILL");
  await running;
  await until("its processes are gone", () => pids.every((pid) => !fs.existsSync(`/proc/${pid}`)));
  await until("its directory is gone", () => fs.readdirSync(tmp).length === 0);
  t.notOk(exitOf(place), "no exit record: the scheduler's word counts");
});

t.test("kill -9 of the runtime while it makes digests leaves nothing on the node either", async (t) => {
  const base = t.testdir({ result: { me: {} } });
  const result = { role: "model", type: "result", path: `${base}/result/me/x`, digest: "sha256", stream: false };
  const command = 'cd "$LAB_OUTPUT_MODEL" && mkdir step_3 && echo w >step_3/slow && echo d >step_3/DONE';
  for (const output of [result, stream(base, "sha256")]) {
    const place = jobPlace({ command: ["sh", "-c", command], context: { outputs: [output] } });
    const slow = slowSum();
    const { tmp, kill, running } = begin(place, slow.env);
    await until("the digest is being made", slow.begun);
    kill("SIGKILL");
    await running;
    await until("its directory is gone", () => fs.readdirSync(tmp).length === 0);
    await until("its processes are gone", () => !place.runs());
  }
});

t.test("a failed run's outputs are described too, without digests", async (t) => {
  const base = t.testdir({ result: { me: {} } });
  const output = (role: string, more: object) => ({
    role,
    type: "result",
    path: path.join(base, "result/me", role),
    digest: "sha256",
    stream: false,
    ...more,
  });
  const place = jobPlace({
    command: ["sh", "-c", 'echo x >"$LAB_OUTPUT_A/m"; exit 9'],
    context: { outputs: [output("a", { marker: "m" }), output("b", { marker: "m" }), output("c", { type: "file" })] },
  });
  t.equal((await place.start()).code, 9);
  t.same(exitOf(place)?.["outputs"], [
    { role: "a", path: path.join(base, "result/me/a"), complete: true },
    { role: "b", path: path.join(base, "result/me/b"), complete: false },
    { role: "c", path: path.join(base, "result/me/c"), complete: false },
  ]);
});
