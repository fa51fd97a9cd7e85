import t from "tap";
import { readAccounting } from "../../../../lib/scheduler/slurm/accounting-rows.js";
import { accountsRow as row, table } from "./fake-slurm.js";

const views = (rows: (string | number)[][]) => readAccounting(table(rows)).map(({ view }) => view);

t.test("ends, as accounted", (t) => {
  const [completed, failed, signalled, cancelled, kept] = views([
    row("1", "COMPLETED"),
    row("2", "FAILED", { exit: "3:0", derived: "2:0" }),
    row("3", "FAILED", { exit: "0:9" }),
    row("5", "CANCELLED by 1001", { reason: "JobHeldUser", start: "None", nodes: "None assigned" }),
    row("6", "COMPLETED", { reason: "Dependency" }),
  ]);
  t.same(completed, {
    job: "1",
    phase: "ended",
    verdict: "completed",
    word: "COMPLETED",
    exit_code: 0,
    nodes: "n1",
    submitted_at: "2026-11-21T03:52:21.000Z",
    started_at: "2026-11-21T03:52:22.000Z",
    ended_at: "2026-11-21T03:52:35.000Z",
    source: "accounting",
  });
  t.match(failed, { verdict: "failed", exit_code: 3, derived_exit_code: 2 });
  t.match(signalled, { verdict: "failed", signal: 9 });
  t.match(cancelled, { verdict: "cancelled", cancelled_by_uid: 1001, word: "CANCELLED" });
  t.notMatch(cancelled, { started_at: String });
  t.notMatch(cancelled, { nodes: String });
  t.equal(kept?.reason, undefined, "a job that ran keeps its old reason in the accounts");
  t.end();
});

t.test("a dependency that could not be met", (t) => {
  const [killed, byHand, waiting] = views([
    row("18", "CANCELLED", { reason: "Dependency", start: "None", nodes: "None assigned" }),
    row("19", "CANCELLED by 1001", { reason: "Dependency", start: "None" }),
    row("17", "PENDING", { reason: "DependencyNeverSatisfied", start: "Unknown", end: "Unknown" }),
  ]);
  t.match(killed, { verdict: "dependency", reason: "Dependency" });
  t.match(byHand, { verdict: "cancelled", cancelled_by_uid: 1001 });
  t.match(waiting, { phase: "pending", reason: "DependencyNeverSatisfied" });
  t.end();
});

t.test("rows that are not complete yet: an end counts, nothing else does", (t) => {
  const found = readAccounting(
    table([
      row("31", "PENDING", { partition: "", workdir: "", end: "Unknown" }),
      row("32", "FAILED", { partition: "", workdir: "", exit: "4:0" }),
      row("33", "PENDING", { end: "Unknown" }),
    ]),
  );
  t.match(found, [
    { told: false, name: undefined, view: { job: "31" } },
    { told: true, name: undefined, view: { job: "32", verdict: "failed", exit_code: 4 } },
    { told: true, name: "digits.abc123", view: { job: "33", phase: "pending" } },
  ]);
  t.end();
});

t.test("steps say what the job does not", (t) => {
  const [ok, failed, oom] = views([
    row("1", "COMPLETED", { derived: "0:125" }),
    row("1.batch", "COMPLETED", { raw: "1.batch", rss: "3208K" }),
    row("1.extern", "COMPLETED", { raw: "1.extern" }),
    row("1.0", "OUT_OF_MEMORY", { raw: "1.0", exit: "0:125", rss: "1.5M" }),
    row("2", "FAILED", { exit: "1:0" }),
    row("2.batch", "FAILED", { exit: "1:0", rss: "20G" }),
    row("2.0", "OUT_OF_MEMORY", { exit: "0:125", rss: "0" }),
    row("3", "OUT_OF_MEMORY", { exit: "0:125" }),
    row("3.batch", "OUT_OF_MEMORY", { exit: "0:125" }),
  ]);
  t.match(ok, {
    verdict: "completed",
    max_rss_bytes: 3208 * 1024,
    steps: [
      { step: "batch", word: "COMPLETED", exit_code: 0 },
      { step: "extern", word: "COMPLETED", exit_code: 0 },
      { step: "0", word: "OUT_OF_MEMORY", signal: 125 },
    ],
  });
  t.match(failed, { verdict: "oom", exit_code: 1, max_rss_bytes: 20 * 2 ** 30 });
  t.match(oom, { verdict: "oom", max_rss_bytes: undefined });
  t.end();
});

t.test("arrays, heterogeneous jobs and their steps", (t) => {
  const found = readAccounting(
    table([
      row("77_3", "FAILED", { raw: "92", exit: "1:0" }),
      row("77_3.batch", "FAILED", { raw: "92.batch", exit: "1:0" }),
      row("77_5", "COMPLETED", { raw: "77" }),
      row("21_[1,3-4]", "CANCELLED by 1001", { raw: "21", start: "None" }),
      row("58+0", "COMPLETED", { raw: "58" }),
      row("58+0.batch", "COMPLETED", { raw: "58.batch", rss: "10M" }),
      row("58+1", "COMPLETED", { raw: "59" }),
      row("58+1.0", "COMPLETED", { raw: "59.0", rss: "20M" }),
    ]),
  );
  t.same(
    found.map(({ view, raw }) => [view.job, raw, view.steps?.length ?? 0]),
    [
      ["77_3", "92", 1],
      ["77_5", "77", 0],
      ["21_1", "21", 0],
      ["21_3", "21", 0],
      ["21_4", "21", 0],
      ["58", "58", 2],
    ],
  );
  t.equal(found.at(-1)?.view.max_rss_bytes, 20 * 2 ** 20);
  t.end();
});

t.test("an id that is listed more than once, each with its own steps", (t) => {
  const found = readAccounting(
    table([
      row("7", "CANCELLED", { submit: 1 }),
      row("7.batch", "CANCELLED"),
      row("7", "COMPLETED", { submit: 2 }),
      row("7.batch", "COMPLETED"),
      row("7.0", "COMPLETED"),
      row("58+0", "COMPLETED", { raw: "58", submit: 1 }),
      row("58+1", "COMPLETED", { raw: "59", submit: 1 }),
      row("58+0", "RUNNING", { raw: "58", submit: 2 }),
      row("58+1", "RUNNING", { raw: "59", submit: 2 }),
    ]),
  );
  t.same(
    found.map(({ view }) => [view.job, view.word, view.steps?.length ?? 0]),
    [
      ["7", "CANCELLED", 1],
      ["7", "COMPLETED", 2],
      ["58", "COMPLETED", 0],
      ["58", "RUNNING", 0],
    ],
  );
  t.end();
});
