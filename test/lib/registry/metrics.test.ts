// The rules of printed metrics; the runtime's own reading of them is held to the same table.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { printed } from "../../../lib/registry/metrics.js";
import { root } from "../../support/sandbox.js";

const run = "20260102-030405-abc123";
const cases: [string, object[]][] = JSON.parse(
  fs.readFileSync(path.join(root, "test/support/printed-metrics.json"), "utf8"),
);

t.test("each printed line gives its metrics", async (t) => {
  const log = path.join(t.testdir({}), "job.log");
  for (const [line, metrics] of cases) {
    fs.writeFileSync(log, `${line}\n`);
    const want = metrics.map((metric) => ({ type: "metric", v: 1, run, ...metric, attempt: 2 }));
    t.same([...printed(log, run, 2)], want, line);
  }
});
