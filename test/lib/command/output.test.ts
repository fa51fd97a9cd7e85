import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import type { Terminal } from "../../../lib/command/context.js";
import { openOutput } from "../../../lib/command/output.js";
import type { Spec } from "../../../lib/command/spec.js";

const base = { name: "lab-test", usage: [""], options: {}, input: "none" } as const;
const table: Spec = {
  ...base,
  columns: ["id", { key: "elapsed_s", title: "ran" }, "planned_at", "size_bytes", "state"],
};
const pipe: Terminal = { out: false, in: false, err: false, columns: undefined, colour: false };
const person: Terminal = { ...pipe, out: true, columns: 60 };
const now = Date.parse("2026-11-20T12:00:00Z");

async function shown(t: Test, spec: Spec, options: Record<string, unknown>, terminal: Terminal, records: object[]) {
  const file = path.join(t.testdir(), "out");
  const fd = fs.openSync(file, "w");
  const output = await openOutput(spec, options, terminal, fd, now);
  for (const record of records) await output.write(record);
  await output.end();
  fs.closeSync(fd);
  return fs.readFileSync(file, "utf8");
}

const status = { type: "status", id: "a", elapsed_s: 61, planned_at: "nonsense", size_bytes: 2048, state: "failed" };
const failed = { type: "status", id: "b", error: { code: "refused", message: "no" } };
const failure = { type: "failure", v: 1, command: "lab-other", code: "noperm", message: "no" };
const all = [status, failed, failure];

t.test("records into a pipe, a table for eyes; --json and --table turn it round", async (t) => {
  const lines = `${all.map((record) => JSON.stringify(record)).join("\n")}\n`;
  const rows = [
    "id     ran  planned      size  state   error",
    "a   1m 01s  nonsense  2.0 KiB  failed",
    "b                                      no\n",
  ].join("\n");
  t.equal(await shown(t, table, {}, pipe, all), lines);
  t.equal(await shown(t, table, { json: true }, person, all), lines);
  t.equal(await shown(t, table, {}, person, all), rows);
  t.equal(await shown(t, table, { table: true }, pipe, all), rows);
  t.equal(
    await shown(t, table, { table: true, "no-header": true }, pipe, all),
    rows.replace(/^.*\n/, "").replace(/^([ab]) /gm, "$1"),
  );
});

t.test("-q gives the ids in a record, each once, where a command says which these are", async (t) => {
  const spec: Spec = { ...base, ids: ({ from, to }) => [String(from), String(to)] };
  const edges = [
    { from: "a", to: "b" },
    { from: "b", to: "c" },
    { from: "x", to: "y", error: { code: "refused", message: "no" } },
  ];
  t.equal(await shown(t, spec, { quiet: true }, pipe, edges), "a\nb\nc\n");
});

t.test("-q gives ids, of what went well", async (t) => {
  t.equal(
    await shown(t, table, { quiet: true }, pipe, [...all, { type: "metric", run: "c" }, { type: "x" }]),
    "a\nc\n",
  );
});
