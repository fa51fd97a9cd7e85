import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import type { RunOnDisk } from "../../../../lib/registry/facts.js";
import { errorLineOf, lastError } from "../../../../lib/verb/show/last-error.js";

/** A run whose only attempt wrote this log. */
function withLog(t: Test, log: string): RunOnDisk {
  const dir = t.testdir({ ".lab": { "attempt-1": { "job.log": log } } });
  const attempts = [{ n: 1, start: { submission: 1 } }];
  return { dir: fs.realpathSync(dir), run: {}, facts: { attempts, submissions: [{ n: 1 }] } } as unknown as RunOnDisk;
}

t.test("the last thing in a log that looks like an error, and what stands around it", async (t) => {
  const python = `epoch 1
Traceback (most recent call last):
  File "train.py", line 3, in <module>
    main()
ValueError: bad \u001b[31mshape\u001b[0m
`;
  t.strictSame(lastError(withLog(t, python)), [
    "Traceback (most recent call last):",
    '  File "train.py", line 3, in <module>',
    "    main()",
    "ValueError: bad shape",
  ]);
  const long = Array.from({ length: 100 }, (_, i) => `line ${i}`);
  t.strictSame(lastError(withLog(t, `${long.join("\n")}\n`)), long.slice(-8), "else simply its last lines");
  const early = [...long.slice(0, 50), "CUDA error: out of memory", ...long.slice(50)];
  const shown = lastError(withLog(t, `${early.join("\n")}\n`));
  t.ok(shown.includes("CUDA error: out of memory"), path.basename(shown.join()));
  t.strictSame(lastError(withLog(t, "")), []);
});

t.test("the one line that says it", async (t) => {
  const line = (log: string) => errorLineOf(withLog(t, log));
  t.equal(
    line(
      "Error: first\n  ValueError: \u001b[31mbad\u001b[0m shape  \nbye\nlab: r1: attempt 1: command, exit code 3 failed\n",
    ),
    "ValueError: bad shape",
  );
  t.equal(line("all went well\n"), undefined);
  t.equal(line(""), undefined);
  const long = line(`Error: ${"x".repeat(500)}\n`);
  t.match(long, /^Error: x+…$/);
  t.equal(long?.length, 200);
});
