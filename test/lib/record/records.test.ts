import { toJsonSchema } from "@valibot/to-json-schema";
import t from "tap";
import * as v from "valibot";
import { records } from "../../../lib/record/records.js";
import { sampleId, sampleRun } from "./sample.js";

t.test("each type of record is declared under its own name, and open to fields that are not known", async (t) => {
  for (const [type, schema] of Object.entries(records)) {
    t.equal(schema.entries.type.literal, type);
    t.equal(schema.entries.v.literal, 1, type);
    t.equal(schema.type, "loose_object", type);
  }
});

t.test("each type becomes a JSON Schema that says the same", async (t) => {
  for (const [type, schema] of Object.entries(records)) {
    const json = toJsonSchema(schema);
    t.match(json, { type: "object", properties: { type: { const: type }, v: { const: 1 } } }, type);
    t.ok(json.required?.includes("type") && json.required.includes("v"), type);
    t.not(json.additionalProperties, false, type);
  }
});

t.test("samples", async (t) => {
  const at = "2026-11-20T20:14:55Z";
  const samples = [
    sampleRun(),
    { type: "status", v: 1, id: sampleId, name: "x", user: "alice", state: "queued", planned_at: at, run_dir: "/r" },
    { type: "metric", v: 1, run: sampleId, name: "loss", value: "NaN", step: 3 },
    { type: "event", v: 1, event: "run_created", run: sampleId, user: "alice", at },
    { type: "line", v: 1, text: "" },
    { type: "problem", v: 1, message: "m", severity: "error", line: 3 },
    { type: "check", v: 1, name: "x", ok: true },
    { type: "setting", v: 1, key: "a.b", value: null, from: "default" },
    { type: "reason", v: 1, run: sampleId, state: "failed", message: "m" },
    { type: "failure", v: 1, command: "lab-ls", code: "unavailable", message: "m" },
  ];
  for (const sample of samples) t.ok(v.is(records[sample.type as keyof typeof records], sample), sample.type);
  t.notOk(v.is(records.metric, { ...samples[2], value: "many" }));
  t.notOk(v.is(records.metric, { ...samples[2], value: Number.NaN }), "JSON has no NaN: it is a word");
});
