import { spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import t from "tap";
import { record, text } from "../../../lib/record/schema.js";
import { list, readRecord, readText } from "../../../lib/registry/read.js";
import { answer, isRoot, people, place, possible, uid } from "./support.js";

const schema = record("thing", { name: text });

t.test("a record is no deeper than what reads it can go", async (t) => {
  const file = path.join(t.testdir({}), "thing.json");
  const deep = (n: number, name = "in the text: [[[[") =>
    fs.writeFileSync(
      file,
      JSON.stringify({ type: "thing", v: 1, name, more: "@" }).replace('"@"', `${"[".repeat(n)}${"]".repeat(n)}`),
    );
  deep(400, '\\"['.repeat(600));
  t.match(readRecord(file, schema), { type: "thing" });
  deep(100_000);
  t.throws(() => readRecord(file, schema), { code: "dataerr", message: /nested more than 500 deep/ });
});

t.test("a record may be held to a number of values, whatever its texts have in them", async (t) => {
  const file = path.join(t.testdir({}), "thing.json");
  const of = (count: number) =>
    fs.writeFileSync(
      file,
      JSON.stringify({ type: "thing", v: 1, name: ',\\",'.repeat(999), more: Array(count).fill(0) }),
    );
  of(96);
  t.match(readRecord(file, schema, { values: 100 }), { type: "thing" });
  of(98);
  t.throws(() => readRecord(file, schema, { values: 100 }), { code: "dataerr", message: /more than 100 values/ });
  t.match(readRecord(file, schema), { type: "thing" });
});

t.test("a file's text, or nothing where there is none", async (t) => {
  const directory = place(t);
  const file = path.join(directory, "x.json");
  t.equal(readText(file), undefined);
  t.equal(readText(path.join(file, "below")), undefined);
  fs.writeFileSync(file, "é\n");
  t.equal(readText(file), "é\n");
  t.equal(readText(file, { owner: uid }), "é\n");
  t.equal(readText(path.join(file, "below")), undefined);
  fs.writeFileSync(file, "");
  t.equal(readText(file), "");
});

t.test("a link in the place of a file is refused", async (t) => {
  const directory = place(t);
  fs.writeFileSync(path.join(directory, "secret"), "secret");
  fs.symlinkSync("secret", path.join(directory, "link"));
  fs.symlinkSync("link-to-itself", path.join(directory, "link-to-itself"));
  for (const name of ["link", "link-to-itself"])
    t.throws(() => readText(path.join(directory, name)), { code: "dataerr", message: /symbolic link/ }, name);
});

t.test("a pipe, a device, a socket, a directory: refused, and never waited for", async (t) => {
  const directory = place(t);
  const at = (name: string) => path.join(directory, name);
  spawnSync("mkfifo", [at("pipe")]);
  fs.mkdirSync(at("directory"));
  const server = net.createServer().listen(at("socket"));
  await new Promise((resolve) => server.once("listening", resolve));
  t.teardown(() => server.close());
  for (const name of [at("pipe"), at("directory"), "/dev/zero", "/dev/null"])
    t.throws(() => readText(name), { code: "dataerr", message: /not a regular file|is a directory/ }, name);
  t.throws(() => readText(at("socket")), { message: /^cannot read '/ });
});

t.test("a huge file is not read", async (t) => {
  const file = path.join(place(t), "huge.json");
  fs.writeFileSync(file, "");
  fs.truncateSync(file, 2 ** 40);
  t.throws(() => readText(file), { code: "dataerr", message: /1099511627776 bytes are more than it may have/ });
  fs.truncateSync(file, 11);
  t.throws(() => readText(file, { limit: 10 }), { code: "dataerr" });
  t.equal(readText(file, { limit: 11 })?.length, 11);
});

t.test("another's file is not trusted", async (t) => {
  const file = path.join(place(t), "x.json");
  fs.writeFileSync(file, "x");
  t.throws(() => readText(file, { owner: uid + 1 }), {
    code: "dataerr",
    message: `cannot trust '${file}': it belongs to uid ${uid}, not to uid ${uid + 1}`,
  });
  if (!possible(t, isRoot, "a file of another user (chown needs root)")) return;
  fs.chownSync(file, 12_345, -1);
  t.throws(() => readText(file, { owner: uid }), { code: "dataerr", message: /belongs to uid 12345/ });
  t.equal(readText(file, { owner: 12_345 }), "x");
});

t.test("what one may not read is not nothing", async (t) => {
  const lab = people(t);
  if (!lab) return;
  const directory = place(t);
  fs.writeFileSync(path.join(directory, "closed.json"), "x", { mode: 0o600 });
  const denied = { code: "noperm", message: `cannot read '${directory}/closed.json': permission denied` };
  t.match(answer("readText", [path.join(directory, "closed.json")], { as: lab.alice }), denied);
  fs.mkdirSync(path.join(directory, "closed"), { mode: 0o700 });
  t.match(answer("readText", [path.join(directory, "closed/x")], { as: lab.alice }), { code: "noperm" });
});

t.test("a record is what its schema says, or a fault that names the file", async (t) => {
  const file = path.join(place(t), "x.json");
  t.equal(readRecord(file, schema), undefined);
  for (const [content, message] of [
    ["", "it is not JSON"],
    ['{"type":"thing","v":1,"na', "it is not JSON"],
    ['{"type":"thing","v":1}', "name is missing"],
    ['{"type":"other","v":1,"name":"x"}', `type is "other", expected "thing"`],
    ['{"type":"thing","v":2}', "version 2 of its format is newer than this toolkit"],
    ["[]", /./],
    ["null", /null/],
  ] as const) {
    fs.writeFileSync(file, content);
    const expected = typeof message === "string" ? `cannot read '${file}': ${message}` : message;
    t.throws(() => readRecord(file, schema), { code: "dataerr", message: expected }, content);
  }
  fs.writeFileSync(file, '{"type":"thing","v":1,"name":"x","more":[1]}');
  t.same(readRecord(file, schema), { type: "thing", v: 1, name: "x", more: [1] });
});

t.test("the names in a directory", async (t) => {
  const directory = place(t);
  t.same(list(path.join(directory, "none")), []);
  fs.writeFileSync(path.join(directory, "b"), "");
  fs.writeFileSync(path.join(directory, ".a"), "");
  t.same(list(directory).sort(), [".a", "b"]);
  t.throws(() => list(path.join(directory, "b")), { code: "noinput", message: /^cannot list '/ });
});
