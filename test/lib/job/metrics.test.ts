// Printed metrics as the runtime gathers them, by the rules of lib/registry/metrics.ts.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import t from "tap";
import record from "../../../lib/job/runtime/record.sh";
import { wordOf } from "../../../lib/record/point.js";
import { printedIn } from "../../../lib/registry/metrics.js";
import { root } from "../../support/sandbox.js";

const cases: [string, object[]][] = JSON.parse(
  fs.readFileSync(path.join(root, "test/support/printed-metrics.json"), "utf8"),
);

/** What the runtime makes of a log, line by line. */
function gathered(log: string | Buffer): object[] {
  const script = `export LC_ALL=C\n${record}\nlab_printed_metrics`;
  const { stdout, stderr } = spawnSync("bash", ["-c", script], { input: log, encoding: "utf8", maxBuffer: 1 << 26 });
  if (stderr) throw new Error(stderr);
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

t.test("each printed line gives its metrics", async (t) => {
  for (const [line, metrics] of cases) t.same(gathered(`before\n${line}\nafter\n`), metrics, line);
});

t.test("both readers make the same of any words", async (t) => {
  const part = fc.constantFrom(
    ...'0123456789+-.eEnaif=\\"\t\r\u0001\u007fné{ '.split(""),
    "step=",
    "nan",
    "-inf",
    "a=",
    "b=",
    "=1",
    " ",
  );
  const words = fc.array(part, { maxLength: 30 }).map((parts) => `lab-metric ~${parts.join("")}`);
  const log = path.join(t.testdir({}), "job.log");
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 200 }), (lines) => {
        fs.writeFileSync(log, `${lines.join("\n")}\n`);
        const read = [...printedIn(log)].map(({ value, ...more }) => ({ ...more, value: wordOf(value) }));
        t.same(gathered(`${lines.join("\n")}\n`), read);
      }),
      { numRuns: 30 },
    ),
  );
});

t.test("bytes that are no text harm no line but their own", async (t) => {
  const line = (bytes: string) => Buffer.concat([Buffer.from(`lab-metric ${bytes}`, "latin1"), Buffer.from(" b=2\n")]);
  const log = Buffer.concat([line("a\xff=1"), line("a\0=1"), line("a=1\0"), Buffer.from("lab-metric c=3\n")]);
  t.same(gathered(log), [
    { name: "a\ufffd", value: 1 },
    { name: "b", value: 2 },
    { name: "b", value: 2 },
    { name: "b", value: 2 },
    { name: "c", value: 3 },
  ]);
});
