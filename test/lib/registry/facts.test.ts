import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { readRun } from "../../../lib/registry/facts.js";
import { envelope, runDirectory } from "../../../lib/registry/layout.js";
import { recordText } from "../../../lib/registry/write.js";
import { sampleRun } from "../record/sample.js";
import { putRun } from "./put-run.js";
import { isRoot, possible, smallRegistry, uid, user } from "./support.js";

const id = "20261120-201455-k7q3mz";
const at = "2026-11-20T20:15:00Z";
const base = { v: 1, run: id, at };

function fresh(t: Parameters<typeof smallRegistry>[0]) {
  const registry = smallRegistry(t);
  putRun(registry, sampleRun({ id, user }), "");
  const dir = runDirectory(registry.base, user, id);
  const lab = envelope(dir);
  const write = (name: string, content: object | string) => {
    fs.mkdirSync(path.dirname(path.join(lab, name)), { recursive: true });
    fs.writeFileSync(path.join(lab, name), typeof content === "string" ? content : recordText(content));
  };
  return { dir, lab, write, read: () => readRun(dir, uid) };
}

const intent = (n: number) => ({ type: "intent", ...base, submission: n, token: "t", by: "submit", user, host: "h" });
const receipt = (n: number) => ({ type: "receipt", ...base, submission: n, scheduler: "slurm", job: `${n}` });
const start = (n: number) => ({ type: "start", ...base, submission: 1, attempt: n, host: "n1" });
const exit = (n: number) => ({ type: "exit", ...base, attempt: n, reason: "command", code: 0 });

t.test("all facts of a run, in the order of their numbers", async (t) => {
  const { dir, lab, write, read } = fresh(t);
  t.same(read()?.facts, { run: id, planned_at: "2026-11-20T20:14:55.000Z", submissions: [], attempts: [] });
  for (const n of [10, 9, 2]) {
    write(`submit-${n}/intent.json`, intent(n));
    write(`attempt-${n}/start.json`, start(n));
  }
  write("submit-9/receipt.json", receipt(9));
  write("attempt-9/exit.json", exit(9));
  write("attempt-10/beat", "");
  fs.utimesSync(path.join(lab, "attempt-10/beat"), 1e9, 1_763_669_700);
  write("scheduler.json", { type: "scheduler", v: 1, run: id, observed_at: at });
  write("cancel.json", { type: "cancel", ...base, user });
  write("forget.json", { type: "forget", ...base, user });
  write("outcome.json", { type: "outcome", ...base, state: "lost" });
  for (const [n, decision] of [
    [1, "claimed"],
    [2, "hit"],
    [10, "follows"],
  ] as const)
    write(`decision-${n}.json`, { type: "decision", ...base, decision });
  const disk = read();
  t.same(
    disk?.facts.submissions.map(({ n }) => n),
    [2, 9, 10],
  );
  t.same(
    disk?.facts.attempts.map(({ n }) => n),
    [2, 9, 10],
  );
  t.match(disk?.facts, {
    submissions: [{ intent: { submission: 2 } }, { receipt: { job: "9" } }, {}],
    attempts: [{}, { start: { attempt: 9 }, exit: { code: 0 } }, { beat_at: "2025-11-20T20:15:00.000Z" }],
    scheduler: { observed_at: at },
    cancel: { user },
    forget: { user },
    outcome: { state: "lost" },
    decision: { decision: "follows" },
  });
  t.same(disk?.problems, []);
  t.equal(disk?.run.run_dir, dir);
});

t.test("what is no fact is none: temp files, other names, empty directories", async (t) => {
  const { write, read, lab } = fresh(t);
  write(".tmp-h-1-abc", recordText({ type: "outcome", ...base, state: "failed" }));
  write("submit-1/.tmp-h-1-abc", recordText(intent(1)));
  write(".tmp-attempt-XXXX/start.json", start(1));
  for (const name of ["submit-0", "submit-01", "submit-x", "attempt-", "attempt-1.5"])
    fs.mkdirSync(path.join(lab, name));
  write("outcome.json.bak", recordText({ type: "outcome", ...base, state: "failed" }));
  t.same(read()?.facts, { run: id, planned_at: "2026-11-20T20:14:55.000Z", submissions: [{ n: 1 }], attempts: [] });
});

t.test("a bad fact is reported and left out, and the rest goes on", async (t) => {
  const { write, read, lab } = fresh(t);
  write("submit-1/intent.json", intent(1));
  write("submit-1/receipt.json", "{");
  write("attempt-1/start.json", { ...start(1), host: 7 });
  write("attempt-1/exit.json", { ...exit(1), v: 2 });
  fs.symlinkSync("submit-1/intent.json", path.join(lab, "cancel.json"));
  spawnSync("mkfifo", [path.join(lab, "forget.json")]);
  fs.mkdirSync(path.join(lab, "outcome.json"));
  write("scheduler.json", { type: "scheduler", v: 1, run: "20261120-201455-other0", observed_at: at });
  const disk = read();
  t.match(disk?.facts, { submissions: [{ n: 1, intent: { submission: 1 } }], attempts: [{ n: 1 }] });
  t.same(Object.keys(disk?.facts ?? {}), ["run", "planned_at", "submissions", "attempts"]);
  t.match(disk?.problems.sort(), [
    /attempt-1\/exit.json': version 2 of its format is newer/,
    /attempt-1\/start.json': host is 7, expected string/,
    /cancel.json': is a symbolic link/,
    /forget.json': not a regular file/,
    /outcome.json': (not a regular file|is a directory)/,
    /scheduler.json': run is not a run id/,
    /submit-1\/receipt.json': it is not JSON/,
  ]);
  write("scheduler.json", { type: "scheduler", v: 1, run: "20261120-201455-zzzzzz", observed_at: at });
  const about = "it is about '20261120-201455-zzzzzz'";
  t.ok(read()?.problems.some((problem) => problem.includes("scheduler.json") && problem.endsWith(about)));
  t.equal(read()?.facts.scheduler, undefined, "a fact about another run");
});

t.test("a fact of another's is no fact", async (t) => {
  if (!possible(t, isRoot, "a fact that another planted (chown needs root)")) return;
  const { write, read, lab } = fresh(t);
  write("outcome.json", { type: "outcome", ...base, state: "succeeded" });
  fs.chownSync(path.join(lab, "outcome.json"), 12_345, -1);
  t.equal(read()?.facts.outcome, undefined);
  t.match(read()?.problems, [/cannot trust '.*outcome.json': it belongs to uid 12345/]);
});

t.test("a run without run.json does not exist, a bad one is an error", async (t) => {
  const { write, read, lab, dir } = fresh(t);
  const run = fs.readFileSync(path.join(lab, "run.json"), "utf8");
  for (const content of ["", "{", '{"type":"run","v":1}', run.replace('"v": 1', '"v": 2')]) {
    write("run.json", content);
    t.throws(read, { code: "dataerr", message: /run.json'/ });
  }
  write("run.json", run.replaceAll(id, "20261120-201455-aaaaaa"));
  t.throws(read, {
    code: "dataerr",
    message: `cannot read the run in '${dir}': it is '20261120-201455-aaaaaa' of ${user}`,
  });
  write("run.json", run);
  t.throws(() => readRun(dir, uid + 1), { code: "dataerr", message: /cannot trust/ });
  fs.unlinkSync(path.join(lab, "run.json"));
  t.equal(read(), undefined);
  fs.rmSync(dir, { recursive: true });
  t.equal(read(), undefined);
});

t.test("an exit that appears while we read is not seen without its start", async (t) => {
  const { write, read, lab } = fresh(t);
  const { readdirSync } = fs;
  t.teardown(() => {
    fs.readdirSync = readdirSync;
  });
  // The job writes both between our looks.
  fs.mkdirSync(path.join(lab, "attempt-1"));
  let looked = false;
  fs.readdirSync = ((directory: string) => {
    const names = readdirSync(directory);
    if (!looked && directory.endsWith("attempt-1")) {
      looked = true;
      write("attempt-1/start.json", start(1));
      write("attempt-1/exit.json", exit(1));
    }
    return names;
  }) as typeof fs.readdirSync;
  t.same(read()?.facts.attempts, [{ n: 1 }]);
  t.ok(looked);
  t.match(read()?.facts.attempts, [{ n: 1, start: { attempt: 1 }, exit: { code: 0 } }]);
});

t.test("nothing is looked for that is not listed: on a network that would hide it for a while", async (t) => {
  const { write, read, lab } = fresh(t);
  write("submit-1/intent.json", intent(1));
  write("attempt-1/start.json", start(1));
  const { openSync } = fs;
  t.teardown(() => {
    fs.openSync = openSync;
  });
  const opened: string[] = [];
  fs.openSync = ((file: string, ...rest: [number]) => {
    opened.push(path.relative(lab, file));
    return openSync(file, ...rest);
  }) as typeof fs.openSync;
  read();
  t.same(opened.sort(), ["attempt-1/start.json", "run.json", "submit-1/intent.json"]);
});
