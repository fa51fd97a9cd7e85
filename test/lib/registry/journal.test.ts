import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import t from "tap";
import type { Fault } from "../../../lib/record/fault.js";
import { type Cursor, note, readEvents } from "../../../lib/registry/journal.js";
import { journalFile } from "../../../lib/registry/layout.js";
import { ownDirectory } from "../../../lib/registry/open.js";
import { answer, atOnce, modeOf, people, smallRegistry, user } from "./support.js";

t.setTimeout(300_000);

function fresh(t: Parameters<typeof smallRegistry>[0]) {
  const registry = smallRegistry(t);
  const directory = ownDirectory(registry, "events");
  const cursor: Cursor = new Map();
  const bad: string[] = [];
  const read = (since = 0, users = [user]) =>
    readEvents(registry, users, cursor, (message) => bad.push(message), { since });
  return { registry, directory, file: journalFile(registry.base, user, os.hostname(), Date.now()), read, bad };
}

const line = (event: string, at = new Date().toISOString(), more: object = {}) =>
  `${JSON.stringify({ type: "event", v: 1, event, user, at, ...more })}\n`;

t.test("what happened is noted and read, once", async (t) => {
  const { registry, read, bad, file } = fresh(t);
  t.same(read(), []);
  t.equal(note(registry, "run_created", "20261120-201455-k7q3mz", { name: "train\n2" }), undefined);
  t.match(read(), [
    { type: "event", event: "run_created", run: "20261120-201455-k7q3mz", user, host: os.hostname(), name: "train\n2" },
  ]);
  t.same(read(), []);
  note(registry, "pass", undefined);
  t.match(read(), [{ event: "pass" }]);
  t.same(bad, []);
  t.equal(modeOf(file), "644");
});

t.test("a journal that cannot be written stops nothing", async (t) => {
  const { registry, directory } = fresh(t);
  fs.rmdirSync(directory);
  fs.symlinkSync("/tmp", directory);
  const heard: Fault[] = [];
  t.match(note({ ...registry, unnoted: (trouble) => heard.push(trouble) }, "x", undefined), { code: "noperm" });
  t.match(heard, [{ code: "noperm" }]);
  t.match(note({ ...registry, base: "/nonexistent" }, "x", undefined), { code: "config" });
});

t.test("processes that append at once lose and mix nothing", async (t) => {
  const { registry, read, bad } = fresh(t);
  const answers = await atOnce(Array.from({ length: 8 }, (_, i) => ["note", [registry.base, `by-${i}`, 100]]));
  t.same(
    answers,
    answers.map(() => ({ value: null })),
  );
  const events = read();
  t.equal(events.length, 800);
  for (let i = 0; i < 8; i += 1) {
    const mine = events.filter(({ event }) => event === `by-${i}`).map((event) => (event as { i?: number }).i);
    t.same(
      mine,
      Array.from({ length: 100 }, (_, n) => n),
      "each process's in its order",
    );
  }
  t.same(bad, []);
});

t.test("a line is read when it has its end", async (t) => {
  const { file, read, bad } = fresh(t);
  const whole = line("late");
  fs.writeFileSync(file, line("early") + whole.slice(0, 20));
  t.match(read(), [{ event: "early" }]);
  t.same(read(), []);
  fs.appendFileSync(file, whole.slice(20, -1));
  t.same(read(), []);
  fs.appendFileSync(file, "\n");
  t.match(read(), [{ event: "late" }]);
  t.same(bad, []);
});

t.test("what a killed writer left is reported once, and spoils no line after it", async (t) => {
  const { registry, file, read, bad } = fresh(t);
  fs.writeFileSync(file, line("a").slice(0, 30));
  note(registry, "b", undefined);
  t.match(read(), [{ event: "b" }]);
  t.match(bad, [/a line is not JSON$/]);
  note(registry, "c", undefined);
  t.match(read(), [{ event: "c" }]);
  t.equal(bad.length, 1);
});

t.test("malformed lines are reported once and passed over", async (t) => {
  const { file, read, bad } = fresh(t);
  fs.writeFileSync(
    file,
    `nonsense\n\n[]\n{"type":"event"}\n${line("good")}${line("hers", undefined, { user: "somebody" })}\u0000\n${line("also")}`,
  );
  t.match(
    read().map(({ event }) => event),
    ["good", "also"],
  );
  t.match(bad, [/is not JSON$/, /is no event$/, /is no event$/, /an event calls itself somebody's$/, /is not JSON$/]);
  t.same(read(), []);
  t.equal(bad.length, 5);
});

t.test("a line of megabytes is reported once, also while it is being written", async (t) => {
  const { file, read, bad } = fresh(t);
  fs.writeFileSync(file, line("before") + "x".repeat(3 * 2 ** 20));
  t.match(read(), [{ event: "before" }]);
  t.same(bad, [], "it has no end yet");
  fs.appendFileSync(file, `x\n${line("after")}`);
  t.match(read(), [{ event: "after" }]);
  t.match(bad, [/a line is longer than 1048576 bytes$/]);
  t.same(read(), []);
});

t.test("more than is read at once", async (t) => {
  const { file, read, bad } = fresh(t);
  const text = Array.from({ length: 12_000 }, (_, i) => line(`e${i}`, undefined, { filler: "é".repeat(50) })).join("");
  t.ok(Buffer.byteLength(text) > 2 ** 21);
  fs.writeFileSync(file, text);
  t.equal(read().length, 12_000);
  t.same(bad, []);
});

t.test("events of all users, in the order of time, since a time", async (t) => {
  const { registry, directory, read } = fresh(t);
  fs.writeFileSync(path.join(directory, "20261119-h.ndjson"), line("old", "2026-11-19T23:59:59Z"));
  fs.writeFileSync(
    path.join(directory, "20261120-a.ndjson"),
    line("third", "2026-11-20T10:00:01Z") + line("first", "2026-11-20T10:00:00Z"),
  );
  fs.writeFileSync(path.join(directory, "20261120-b.ndjson"), line("second", "2026-11-20T10:00:00.500Z"));
  fs.writeFileSync(path.join(directory, "notes.txt"), "x\n");
  fs.mkdirSync(path.join(registry.base, "events/no-events"));
  const events = read(Date.parse("2026-11-20T00:00:00Z"), [user, "no-events", "nobody-here", "../runs"]);
  t.same(
    events.map(({ event }) => event),
    ["first", "second", "third"],
    "half a second is later than none",
  );
});

t.test("what is no journal is told of once, and stops no other", async (t) => {
  const { directory, read, bad } = fresh(t);
  spawnSync("mkfifo", [path.join(directory, "20261120-pipe.ndjson")]);
  fs.symlinkSync("/etc/passwd", path.join(directory, "20261120-link.ndjson"));
  fs.mkdirSync(path.join(directory, "20261120-directory.ndjson"));
  fs.writeFileSync(path.join(directory, "20261120-z.ndjson"), line("good", "2026-11-20T10:00:00Z"));
  t.match(read(), [{ event: "good" }]);
  t.match(bad.sort(), [
    /directory.ndjson': not a regular file/,
    /link.ndjson': is a symbolic link/,
    /pipe.ndjson': not a regular file/,
  ]);
  t.same(read(), []);
  t.equal(bad.length, 3);
});

t.test("of a long journal parts, of one run its lines, and of one without an end of a line nothing", async (t) => {
  const { registry, directory } = fresh(t);
  const padded = (event: string, run: string) => line(event, "2026-11-20T10:00:00Z", { run, pad: "x".repeat(1000) });
  const runs = ["20261120-201455-k7q3mz", "20261120-201455-aaaaaa"] as const;
  const file = path.join(directory, "20261120-a.ndjson");
  fs.writeFileSync(file, Array.from({ length: 4000 }, (_, i) => padded(`e${i}`, runs[i % 2] ?? "")).join(""));
  fs.writeFileSync(path.join(directory, "20261120-b.ndjson"), line("before", "2026-11-20T09:00:00Z", { run: runs[0] }));
  fs.truncateSync(path.join(directory, "20261120-b.ndjson"), 2 ** 42);
  const cursor: Cursor = new Map();
  const bad: string[] = [];
  const some = () =>
    readEvents(registry, [user], cursor, (message) => bad.push(message), { most: 1 << 20, run: runs[0] }).length;
  const began = performance.now();
  const counts = [some(), some(), some(), some(), some(), some(), some()];
  t.ok(performance.now() - began < 3000);
  t.equal(
    counts.reduce((sum, one) => sum + one, 0),
    2001,
  );
  t.ok(counts.filter((one) => one > 0).length >= 3, counts.join(" "));
  t.match(bad, [/a line is longer/]);
});

t.test("what another wrote, or closed, is told of and passed over", async (t) => {
  const lab = people(t);
  if (!lab) return;
  const { registry, read, bad, file } = fresh(t);
  t.match(answer("note", [registry.base, "hers", 1], { as: lab.alice }), { value: null });
  t.match(read(0, [user, lab.alice]), [{ event: "hers", user: lab.alice }]);
  fs.writeFileSync(file, line("planted"));
  fs.chownSync(file, 12_345, -1);
  t.same(read(), []);
  t.same(read(), []);
  t.match(bad, [/cannot trust '.*': it belongs to uid 12345/]);
  fs.chmodSync(path.join(registry.base, "events", lab.alice), 0);
  t.match(answer("note", [registry.base, "x", 1], { as: lab.alice }), { code: "noperm" });
});
