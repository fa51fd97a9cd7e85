import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { annotatedRuns, mostNotes, notesOf, writeNote } from "../../../lib/registry/notes.js";
import { newRegistry } from "../pass/fake-scheduler.js";

const run = "20261120-201455-k7q3mz";

t.test("notes are kept in order; what is not what its place says is told of, and stops nothing", async (t) => {
  const { registry, remove } = newRegistry();
  t.teardown(remove);
  const now = Date.parse("2026-11-21T10:00:00Z");
  writeNote(registry, { run, text: "second" }, now + 1000);
  const first = writeNote(registry, { run, lesson: "first", outcome: "partial" }, now);
  const told: string[] = [];
  const read = () => notesOf(registry, run, (message) => void told.push(message));
  t.strictSame(
    read().map(({ text, lesson, author }) => [text ?? lesson, author]),
    [
      ["first", registry.user],
      ["second", registry.user],
    ],
  );
  t.strictSame([...annotatedRuns(registry, t.fail)], [run]);
  t.strictSame(notesOf(registry, "20261120-201455-zzzzzz", t.fail), []);

  const directory = path.join(registry.base, "notes", registry.user, run);
  const other = "20261121-100000-aaaaaa";
  fs.writeFileSync(path.join(directory, `${other}.json`), JSON.stringify(first));
  fs.writeFileSync(path.join(directory, "20261121-100000-bbbbbb.json"), "{");
  fs.symlinkSync("/etc/passwd", path.join(directory, "20261121-100000-cccccc.json"));
  fs.writeFileSync(path.join(directory, "20261121-100000-dddddd.json"), `"${"x".repeat(70_000)}"`);
  t.equal(read().length, 2);
  t.equal(told.length, 4);
  t.ok(told.some((message) => message.includes("cannot trust")));
});

t.test(
  "of one author the newest notes are read, however many there are, and few words are made of bad ones",
  async (t) => {
    const { registry, remove } = newRegistry();
    t.teardown(remove);
    const last = writeNote(registry, { run, text: "last" }, Date.parse("2026-11-21T10:00:00Z"));
    const directory = path.join(registry.base, "notes", registry.user, run);
    const id = (i: number) => `20260101-000000-${String(i).padStart(6, "0")}`;
    for (let i = 0; i < mostNotes + 20; i += 1)
      fs.writeFileSync(
        path.join(directory, `${id(i)}.json`),
        i % 20 === 0 ? "{" : JSON.stringify({ ...last, id: id(i) }),
      );
    const told: string[] = [];
    const notes = notesOf(registry, run, (message) => void told.push(message));
    t.match([notes.length, notes.at(-1)?.text], [951, "last"]);
    t.equal(told.length, 11);
    t.match(told.at(-1), "39 more notes cannot be read");
  },
);
