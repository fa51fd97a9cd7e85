import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { decide } from "../../../lib/registry/decisions.js";
import { envelope } from "../../../lib/registry/layout.js";
import { openRun } from "../../../lib/registry/runs.js";
import { onWrite } from "../../../lib/registry/write.js";
import { at, makeRun, registryFor } from "./artifact-support.js";
import { user } from "./support.js";

const id = "20261120-201455-k7q3mz";
const other = "20261120-201456-m2x9ta";

t.test("decisions are written once each, the highest counts, and saying the same again is none", async (t) => {
  const registry = registryFor(t);
  makeRun(registry, id);
  const disk = () => openRun(registry, user, id) as NonNullable<ReturnType<typeof openRun>>;
  const blocked = { decision: "blocked" as const, runs: [other, id], message: "waits", at };
  t.equal(decide(registry, disk(), blocked), "made");
  t.equal(decide(registry, disk(), { ...blocked, runs: [id, other], at: "2026-11-21T00:00:00Z" }), "exists");
  t.match(disk().facts.decision, { decision: "blocked", runs: [other, id], at });
  t.equal(decide(registry, disk(), { ...blocked, runs: [id] }), "made");
  t.match(disk().facts.decision, { runs: [id] });
  t.teardown(() => onWrite(undefined));
  onWrite((step, file) => {
    if (step !== "link" || !file.endsWith("decision-3.json")) return;
    onWrite(undefined);
    decide(registry, disk(), { decision: "unclaimed", at });
  });
  t.equal(decide(registry, disk(), blocked), "made", "another one came first: then it is the next");
  t.match(disk().facts.decision, blocked);
  const names = fs.readdirSync(envelope(disk().dir)).filter((name) => name.startsWith("decision-"));
  t.same(names.sort(), ["decision-1.json", "decision-2.json", "decision-3.json", "decision-4.json"]);
  fs.writeFileSync(path.join(envelope(disk().dir), "decision-9.json"), "{");
  t.match(disk().problems, [/decision-9.json/], "one that cannot be read is told of");
});
