// Which step is the best, whatever a program has logged, and whatever lies among its steps.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import t from "tap";
import { goalOf } from "../../../lib/record/goal.js";
import { scored } from "../../../lib/registry/best-step.js";
import { completeSteps } from "../../../lib/registry/checkpoints.js";
import type { RunOnDisk } from "../../../lib/registry/facts.js";

t.test("only numbers count, of equal ones the later; what is no complete step is none", async (t) => {
  const lines = [
    '1,"value":"NaN"',
    '2,"value":-1e999',
    '3,"value":0.5',
    '4,"value":0.5',
    '4.5,"value":0',
    '5,"value":NaN',
  ];
  const metrics = [...lines, '6,"value":0.1', '7,"value":0.1', '8,"value":0.1'].map(
    (line) => `{"name":"loss","step":${line}}\n`,
  );
  const steps = ["step1", "step2", "step3", "step4", "4.5", "step5"];
  const dir = t.testdir({
    ".lab": { "attempt-1": { "metrics-host-1.ndjson": `${metrics.join("")}{"name":"loss","step":3,"val` } },
    stream: Object.fromEntries([...steps, "step6", "step7", "step9"].map((name) => [name, { DONE: "" }])),
  });
  const stream = path.join(dir, "stream");
  const marker = path.join(stream, "step6", "DONE");
  fs.rmSync(marker);
  fs.symlinkSync("DONE", marker);
  fs.rmSync(path.join(stream, "step7", "DONE"));
  fs.symlinkSync("step3", path.join(stream, "step8"));
  const facts = { attempts: [{ n: 1, exit: {} }], outputs: [] };
  const run = { id: "20261120-201455-k7q3mz", inputs: {}, outputs: {} };
  const disk = { run, dir, owner: os.userInfo().uid, facts } as unknown as RunOnDisk;
  const complete = completeSteps("model", stream, "DONE");
  const best = (goal: string) =>
    scored(disk, complete, goalOf(goal), () => {}).best.map(({ one, value }) => [one.step, value]);
  t.strictSame(best("loss:min"), [
    [4, 0.5],
    [3, 0.5],
  ]);
  t.strictSame(best("loss:max"), [
    [4, 0.5],
    [3, 0.5],
  ]);
  t.strictSame(best("other:max"), []);
});
