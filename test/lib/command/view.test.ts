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

t.test("--columns names them by key or title, in their order, also those of no declaration", async (t) => {
  const columns = "state, ran,nothing,error.code";
  t.equal(
    await shown(t, table, { columns }, pipe, all),
    "state      ran  nothing  error.code\nfailed  1m 01s\n                         refused\n",
  );
});

t.test("a column that only one kind of the command's records has is left out where there is none of it", async (t) => {
  const two: Spec = { ...base, columns: ["id", { key: "why", seldom: true }, { key: "for.policy", seldom: true }] };
  t.equal(await shown(t, two, { table: true }, pipe, [{ type: "run", id: "a" }]), "id\na\n");
  t.equal(await shown(t, two, { table: true }, pipe, [{ type: "run", id: "a", why: "due" }]), "id  why\na   due\n");
  t.equal(await shown(t, two, { columns: "id,why" }, pipe, [{ type: "run", id: "a" }]), "id  why\na\n");
});

t.test("a column of no record that is nearly one of theirs, or of the command's, is told of", async (t) => {
  const doubts = async (columns: string, records: object[]) => {
    const fd = fs.openSync("/dev/null", "w");
    const output = await openOutput(table, { columns }, pipe, fd, now);
    for (const record of records) await output.write(record);
    await output.end();
    fs.closeSync(fd);
    return output.doubts?.();
  };
  t.same(await doubts("id,stat,erorr", all), [
    "no record has 'stat': did you mean state?",
    "no record has 'erorr': did you mean error?",
  ]);
  t.same(await doubts("ran,planed", []), ["no record has 'planed': did you mean planned?"], "a heading will do");
  t.same(await doubts("state,elapsed_s,planned_at", []), [], "a declared one may be empty");
  t.same(await doubts("error.code,params.lr,nothing,typ", [...all, { typ: 1 }]), []);
});

t.test("an error has its place in the row: the column of messages, or one of its own", async (t) => {
  const with_ = (columns: string[]): Spec => ({ ...base, columns });
  t.equal(await shown(t, with_(["id"]), {}, person, all), "id  error\na\nb   no\n");
  t.equal(await shown(t, with_(["id"]), {}, person, [status]), "id\na\n");
  t.equal(
    await shown(t, with_(["id", "message"]), {}, person, [{ ...status, message: "m" }, failed]),
    "id  message\na   m\nb   no\n",
  );
  t.equal(
    await shown(t, with_(["id"]), { columns: "id" }, person, all),
    "id\na\nb\n",
    "what is asked for is what comes",
  );
});

t.test("a command without columns shows type and id", async (t) => {
  t.equal(await shown(t, base, { table: true }, pipe, [status]), "type    id\nstatus  a\n");
});

t.test("a view, of what the command writes; what passes by as it is; nothing of failures", async (t) => {
  const spec: Spec = { ...base, view: ({ id }) => `<${id}>\n`, writes: ["status"] };
  t.equal(
    await shown(t, spec, {}, person, [...all, { type: "other", s: "\u001b[2Jx\n" }]),
    '<a>\n{"type":"other","s":"\\u001b[2Jx\\n"}\n',
  );
  t.equal(await shown(t, spec, { columns: "id" }, pipe, [status]), "id\na\n");
  const plain: Spec = { ...spec, plainWith: "text" };
  t.equal(await shown(t, plain, { text: true }, pipe, [status]), "<a>\n");
});

t.test("below a list, how they stand; of many the first on a terminal", async (t) => {
  const tally = {
    option: "summary",
    key: "state",
    order: ["running", "failed"],
    noun: "run",
    most: 2,
    unless: "limit",
  };
  const spec: Spec = { ...base, columns: ["id"], tally };
  const runs = ["failed", "running", "odd", "failed"].map((state, i) => ({ type: "status", id: `r${i}`, state }));
  const options = { summary: true };
  const counted = "4 runs: 1 running, 2 failed, 1 odd";
  t.equal(await shown(t, spec, options, person, runs), `id\nr0\nr1\n\n${counted}; the first 2 are shown\n`);
  t.equal(await shown(t, spec, { ...options, limit: 9 }, person, runs), `id\nr0\nr1\nr2\nr3\n\n${counted}\n`);
  t.equal(await shown(t, spec, { ...options, table: true }, pipe, runs.slice(0, 1)), "id\nr0\n\n1 run: 1 failed\n");
  t.equal(await shown(t, spec, options, person, []), "no runs\n");
  t.equal(await shown(t, spec, {}, person, []), "", "only where it is asked for");
  for (const rows of [{ columns: "id" }, { "no-header": true, table: true }])
    t.notMatch(await shown(t, spec, { ...options, ...rows }, pipe, runs), /runs/, "rows for a program");
  t.notMatch(await shown(t, spec, options, pipe, runs), /runs:/, "and none in records");
});

t.test("a view of all at once, in the form that an option asks for; nothing of nothing", async (t) => {
  const spec: Spec = {
    ...base,
    writes: ["status"],
    plainWith: ["list", "count"],
    whole: (records, { user }, { count }) =>
      count ? `${records.length}\n` : `${records.map(({ id }) => id).join()} ${typeof user}\n`,
  };
  t.equal(
    await shown(t, spec, {}, person, [status, failed, failure, { type: "other" }, { ...status, id: "c" }]),
    "a,c string\n",
  );
  t.equal(await shown(t, spec, { count: true }, pipe, [status, status]), "2\n");
  t.equal(await shown(t, spec, { list: true }, pipe, []), "");
  t.equal(await shown(t, spec, {}, pipe, [status]), `${JSON.stringify(status)}\n`, "records into a pipe");
  t.equal(await shown(t, spec, { columns: "id" }, pipe, [status]), "id\na\n");
});

t.test(
  "what gathers sees each record once, and its text comes at the end; what draws does so into a pipe too",
  async (t) => {
    const gather: Spec["gather"] = ({ colour }, { all }) => {
      const ids: unknown[] = [];
      return { add: ({ id }) => void ids.push(id), text: () => `${ids.join("")} ${all} ${colour}\n` };
    };
    const spec: Spec = { ...base, writes: ["status"], gather };
    const records = [status, failed, failure, { type: "other", id: "o" }, { ...status, id: "c" }];
    t.equal(await shown(t, spec, { all: true }, person, records), "ac true false\n");
    t.equal(await shown(t, spec, { table: true }, pipe, [status]), "a undefined false\n");
    t.equal(await shown(t, spec, {}, pipe, [status]), `${JSON.stringify(status)}\n`);
    t.equal(await shown(t, { ...spec, drawn: true }, {}, pipe, [status]), "a undefined false\n");
    t.equal(await shown(t, { ...spec, drawn: true }, { json: true }, pipe, [status]), `${JSON.stringify(status)}\n`);
  },
);

t.test("a table does not wait for the end of a slow stream", async (t) => {
  const file = path.join(t.testdir(), "out");
  const fd = fs.openSync(file, "w");
  t.teardown(() => fs.closeSync(fd));
  const output = await openOutput(table, {}, person, fd, now);
  output.write(status);
  while (!fs.readFileSync(file, "utf8").includes("failed")) await new Promise((resolve) => setTimeout(resolve, 10));
  output.write({ ...status, id: "a longer id", state: "lost" });
  await output.end();
  t.equal(fs.readFileSync(file, "utf8").split("\n").length, 4, "and has one header");
});
