import t from "tap";
import {
  exitStatus,
  slurmStates,
  standing,
  stateWord,
  verdictWithSteps,
} from "../../../../lib/scheduler/slurm/states.js";

const queue = { source: "queue" } as const;
const accounting = { source: "accounting" } as const;

t.test("only ends have a verdict, and every end has one", (t) => {
  for (const [word, { phase, verdict }] of Object.entries(slurmStates)) {
    t.equal(phase === "ended", verdict !== undefined, word);
  }
  t.end();
});

t.test("what was requeued, held, stopped or suspended has not ended", (t) => {
  for (const word of [
    "PENDING REQUEUED REQUEUE_FED REQUEUE_HOLD SPECIAL_EXIT RESV_DEL_HOLD CONFIGURING RUNNING RESIZING SIGNALING STOPPED",
    "SUSPENDED COMPLETING STAGE_OUT REVOKED EXPEDITING",
  ]
    .join(" ")
    .split(" ")) {
    t.ok(Object.hasOwn(slurmStates, word), word);
    t.not(standing(word, queue).phase, "ended", word);
  }
  t.end();
});

t.test("a word that is not known is no end", (t) => {
  for (const word of ["", "?", "NEW_STATE", "completed", "constructor", "__proto__"]) {
    t.same(standing(word, accounting), { phase: "unknown" }, word);
  }
  t.end();
});

t.test("a job cancelled for its dependency is told from one cancelled by somebody", (t) => {
  const verdict = (told: Parameters<typeof standing>[1]) => standing("CANCELLED", told).verdict;
  t.equal(verdict({ ...queue, reason: "DependencyNeverSatisfied" }), "dependency");
  t.equal(verdict({ ...queue, reason: "Dependency" }), "cancelled", "its owner did while it waited");
  t.equal(verdict({ ...accounting, reason: "Dependency" }), "dependency");
  t.equal(verdict({ ...accounting, reason: "DependencyNeverSatisfied" }), "dependency");
  t.equal(verdict({ ...accounting, reason: "Dependency", by: 1001 }), "cancelled");
  t.equal(verdict({ ...accounting, reason: "Dependency", by: 0 }), "cancelled", "root is somebody");
  t.equal(verdict(queue), "cancelled");
  t.equal(
    standing("COMPLETED", { ...accounting, reason: "Dependency" }).verdict,
    "completed",
    "the reason is an old one",
  );
  t.end();
});

t.test("states as printed", (t) => {
  t.same(stateWord("CANCELLED by 1001"), { word: "CANCELLED", by: 1001 });
  t.same(stateWord("COMPLETED"), { word: "COMPLETED" });
  t.same(stateWord("CANCELLED+"), { word: "CANCELLED" }, "cut short by a width");
  t.same(stateWord("NODE_FAIL,LAUNCH_FAILED"), { word: "NODE_FAIL" }, "with flags, as JSON prints them");
  t.same(stateWord("odd words"), { word: "odd words" });
  t.end();
});

t.test("exit codes of sacct, and raw ones of squeue", (t) => {
  t.same(exitStatus("3:0"), { exit_code: 3 });
  t.same(exitStatus("0:9"), { signal: 9 });
  t.same(exitStatus("1:15"), { exit_code: 1, signal: 15 });
  t.same(exitStatus("0:125"), { signal: 125 });
  t.same(exitStatus("768"), { exit_code: 3 });
  t.same(exitStatus("9"), { signal: 9 });
  t.same(exitStatus("253"), { signal: 125 }, "out of memory");
  t.same(exitStatus("4021"), { signal: 53 }, "its output could not be opened");
  t.same(exitStatus("32512"), { exit_code: 127 });
  t.same(exitStatus("0"), { exit_code: 0 });
  t.same(exitStatus(""), {});
  t.same(exitStatus("N/A"), {});
  t.end();
});

t.test("memory that a step ran out of explains a failure, and does not undo a success", (t) => {
  t.equal(verdictWithSteps("failed", ["FAILED", "OUT_OF_MEMORY"]), "oom");
  t.equal(verdictWithSteps("completed", ["COMPLETED", "OUT_OF_MEMORY"]), "completed");
  t.equal(verdictWithSteps("failed", ["FAILED", "COMPLETED"]), "failed");
  t.equal(verdictWithSteps("timeout", ["OUT_OF_MEMORY"]), "timeout");
  t.end();
});
