import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import t from "tap";
import type { SchedulerFact } from "../../../lib/record/facts.js";
import { envelope, runDirectory } from "../../../lib/registry/layout.js";
import { openRun } from "../../../lib/registry/runs.js";
import {
  linkIntent,
  nextSubmission,
  processStart,
  submissionFiles,
  withdrawIntent,
  writeOutcome,
  writeReceipt,
  writeRequest,
  writerAlive,
  writeSchedulerFact,
  writeSubmissionFiles,
} from "../../../lib/registry/submissions.js";
import { sampleRun } from "../record/sample.js";
import { putRun } from "./put-run.js";
import { atOnce, modeOf, smallRegistry, user } from "./support.js";

const id = "20261120-201455-k7q3mz";
const at = "2026-11-20T20:15:00.000Z";

function fresh(t: Parameters<typeof smallRegistry>[0], more: object = {}) {
  const registry = smallRegistry(t, more);
  putRun(registry, sampleRun({ id, user }), "");
  const dir = runDirectory(registry.base, user, id);
  return { registry, dir, lab: envelope(dir), facts: () => openRun(registry, user, id)?.facts };
}

t.test("submissions are numbered from 1, each its own directory", async (t) => {
  const { registry, dir, lab } = fresh(t);
  t.same(nextSubmission(registry, dir), { n: 1, dir: path.join(lab, "submit-1") });
  fs.mkdirSync(path.join(lab, "submit-7"));
  t.equal(nextSubmission(registry, dir).n, 8);
  fs.writeFileSync(path.join(lab, "submit-9"), "");
  t.equal(nextSubmission(registry, dir).n, 10, "whatever is in the way");
});

t.test("a submission's files are written once; the script can be run, by whom may read it", async (t) => {
  for (const [more, modes] of [
    [{}, ["754", "644"]],
    [{ shared_group: "lab" }, ["750", "640"]],
  ] as const) {
    const { registry, dir } = fresh(t, more);
    const { n, dir: place } = nextSubmission(registry, dir);
    await writeSubmissionFiles(registry, place, { "script.sh": "#!/bin/bash\n", "context.json": "{}\n" });
    const [script, context] = [path.join(place, "script.sh"), path.join(place, "context.json")];
    t.same([modeOf(script), modeOf(context)], modes);
    t.same(submissionFiles(dir, n), {
      dir: place,
      script,
      context,
      params: path.join(place, "params.json"),
      points: path.join(place, "points.ndjson"),
    });
    await t.rejects(writeSubmissionFiles(registry, place, { "script.sh": "other" }), {
      code: "cantcreat",
      message: /is there already$/,
    });
    t.equal(fs.readFileSync(script, "utf8"), "#!/bin/bash\n");
  }
});

t.test("of those who want to decide about a submission, one does", async (t) => {
  const { registry, dir, facts } = fresh(t);
  const first = linkIntent(registry, dir, id, 1, "submit", false);
  t.match(first, { ours: true, intent: { by: "submit", user, host: os.hostname(), pid: process.pid } });
  t.notOk(first.intent.void);
  t.match(linkIntent(registry, dir, id, 1, "cancel", true), { ours: false, intent: { token: first.intent.token } });
  t.same(facts()?.submissions, [{ n: 1, intent: first.intent }]);
  withdrawIntent(dir, 1);
  withdrawIntent(dir, 1);
  t.match(linkIntent(registry, dir, id, 1, "reconcile", true), { ours: true, intent: { void: true } });
  fs.writeFileSync(path.join(submissionFiles(dir, 1).dir, "intent.json"), "{");
  t.throws(
    () => linkIntent(registry, dir, id, 1, "submit", false),
    { code: "dataerr" },
    "one that cannot be read decides all the same",
  );
});

t.test("an intent that is taken back in the instant between says so", async (t) => {
  const { registry, dir } = fresh(t);
  linkIntent(registry, dir, id, 1, "submit", false);
  const { openSync } = fs;
  t.teardown(() => {
    fs.openSync = openSync;
  });
  fs.openSync = ((file: string, ...rest: [number]) => {
    if (String(file).endsWith("intent.json")) withdrawIntent(dir, 1);
    return openSync(file, ...rest);
  }) as typeof fs.openSync;
  t.throws(() => linkIntent(registry, dir, id, 1, "submit", false), { code: "tempfail" });
});

t.test("receipt, outcome and the owner's wishes: the first one stays", async (t) => {
  const { registry, dir, facts } = fresh(t);
  linkIntent(registry, dir, id, 1, "submit", false);
  const receipt = {
    type: "receipt" as const,
    v: 1 as const,
    run: id,
    submission: 1,
    scheduler: "slurm",
    job: "10",
    at,
  };
  t.same(
    [writeReceipt(registry, dir, receipt), writeReceipt(registry, dir, { ...receipt, job: "11" })],
    ["made", "exists"],
  );
  const outcome = { type: "outcome" as const, v: 1 as const, run: id, state: "failed" as const, at };
  t.same(
    [writeOutcome(registry, dir, outcome), writeOutcome(registry, dir, { ...outcome, state: "succeeded" })],
    ["made", "exists"],
  );
  t.same(
    [writeRequest(registry, dir, "cancel", id, "why"), writeRequest(registry, dir, "cancel", id, undefined)],
    ["made", "exists"],
  );
  t.equal(writeRequest(registry, dir, "forget", id, undefined), "made");
  t.match(facts(), {
    submissions: [{ receipt: { job: "10" } }],
    outcome: { state: "failed" },
    cancel: { reason: "why", user },
    forget: { user },
  });
  t.notOk("reason" in (facts()?.forget ?? {}));
});

t.test("an older view never replaces a newer one", async (t) => {
  const { registry, dir, lab, facts } = fresh(t);
  const fact = (observed_at: string): SchedulerFact => ({ type: "scheduler", v: 1, run: id, observed_at });
  for (const [given, kept] of [
    ["2026-11-20T12:00:05Z", "2026-11-20T12:00:05Z"],
    ["2026-11-20T12:00:04.999Z", "2026-11-20T12:00:05Z"],
    ["2026-11-20T12:00:05.001Z", "2026-11-20T12:00:05.001Z"],
  ] as const) {
    writeSchedulerFact(registry, dir, fact(given));
    t.equal(facts()?.scheduler?.observed_at, kept);
  }
  fs.writeFileSync(path.join(lab, "scheduler.json"), "half a fi");
  writeSchedulerFact(registry, dir, fact("2026-11-20T12:00:00Z"));
  t.equal(facts()?.scheduler?.observed_at, "2026-11-20T12:00:00Z", "what cannot be read is replaced");
  fs.unlinkSync(path.join(lab, "scheduler.json"));
  fs.symlinkSync("run.json", path.join(lab, "scheduler.json"));
  writeSchedulerFact(registry, dir, fact("2026-11-20T12:00:00Z"));
  t.match(openRun(registry, user, id), { run: { id }, problems: [] }, "a link is replaced, not followed");
});

t.test("a process is known for good by its start", async (t) => {
  const own = processStart(process.pid);
  t.match(own, /^\d+$/);
  t.equal(processStart(2 ** 22 + 1), undefined);
  const sleeper = spawn("sleep", ["60"]);
  const pid = sleeper.pid ?? 0;
  const intent = {
    type: "intent" as const,
    v: 1 as const,
    run: id,
    submission: 1,
    token: "t",
    by: "submit" as const,
    user,
    host: os.hostname(),
    pid,
    pid_start: processStart(pid) ?? "",
    at,
  };
  t.equal(writerAlive(intent), true);
  t.equal(writerAlive({ ...intent, pid_start: "1" }), false, "another process of that number");
  t.equal(writerAlive({ ...intent, host: "elsewhere" }), undefined, "of another host nobody knows");
  const { pid: _, ...unknown } = intent;
  t.equal(writerAlive(unknown), undefined);
  sleeper.kill("SIGKILL");
  await new Promise((resolve) => sleeper.once("exit", resolve));
  t.equal(writerAlive(intent), false);
});

t.test("processes that write their receipts at once", async (t) => {
  const { lab } = fresh(t);
  const file = path.join(lab, "outcome.json");
  const answers = await atOnce(Array.from({ length: 8 }, (_, i) => ["writeOnce", [file, String(i)]]));
  t.equal(answers.filter((answer) => "value" in answer && answer.value === "made").length, 1);
});
