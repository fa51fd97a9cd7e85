import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import t, { type Test } from "tap";
import type { Reservation } from "../../../lib/record/queue.js";
import { hostFiles } from "../../../lib/registry/hosts.js";
import { openRegistry } from "../../../lib/registry/open.js";
import { child, isRoot, people, possible, smallRegistry, uid, user } from "./support.js";

const at = "2026-01-01T00:00:00Z";

function fresh(t: Test, more: object = {}) {
  const registry = smallRegistry(t, more);
  const directory = path.join(registry.base, "hosts");
  fs.mkdirSync(path.join(registry.base, "queue", user));
  const reports: string[] = [];
  const log = hostFiles(registry, "here");
  const read = () => log.read((message) => reports.push(message));
  return { registry, directory, reports, log, read };
}

function reservation(more: Partial<Reservation> = {}): Reservation {
  const process = { pid: 1, pid_start: "1" };
  const takes = { gpus: [0], cpus: 1, mem_bytes: 0 };
  return {
    type: "reservation",
    v: 1,
    host: "here",
    boot: "b",
    user,
    uid,
    job: "local-abcdef-1",
    ...takes,
    ...process,
    at,
    ...more,
  };
}

const numbersIn = (entries: { number: number }[]) => entries.map(({ number }) => number);

t.test("numbers one after the other, each given once", async (t) => {
  const { directory, log, read } = fresh(t);
  t.same(read(), { entries: [], next: 1 });
  t.equal(log.link(1, reservation()), "made");
  t.equal(log.link(1, reservation({ gpus: [1] })), "exists");
  t.equal(log.link(2, reservation({ gpus: [1] })), "made");
  t.match(read(), { entries: [{ number: 1, ended: false, reservation: { gpus: [0] } }, { number: 2 }], next: 3 });
  t.same(fs.readdirSync(directory).sort(), ["here.1.json", "here.2.json"], "files of the one directory that is shared");
  t.equal(fs.statSync(path.join(directory, "here.1.json")).mode & 0o777, 0o644);
});

t.test("what is over goes, save the highest number, which says so until it is not the highest", async (t) => {
  const { directory, log, read } = fresh(t);
  for (const number of [1, 2, 3]) log.link(number, reservation());
  log.end([1, 3]);
  t.same(fs.readdirSync(directory).sort(), ["here.2.json", "here.3.end", "here.3.json"]);
  t.match(read(), {
    entries: [
      { number: 2, ended: false },
      { number: 3, ended: true },
    ],
    next: 4,
  });
  log.end([3]);
  log.link(4, reservation());
  log.end([2, 3]);
  t.same(fs.readdirSync(directory), ["here.4.json"]);
  log.end([]);
  t.match(read(), { entries: [{ number: 4 }], next: 5 });
});

t.test("an end without its entry ends no other entry, and is removed by its owner", async (t) => {
  const { directory, log, read } = fresh(t);
  for (const number of [1, 2]) fs.writeFileSync(path.join(directory, `here.${number}.end`), "");
  t.same(read(), { entries: [], next: 3 }, "its number is nobody's");
  log.link(3, reservation());
  log.end([]);
  t.same(fs.readdirSync(directory), ["here.3.json"]);
});

t.test("each host has numbers of its own, whatever its name is, and all see all entries", async (t) => {
  const { registry, log, read, reports } = fresh(t);
  for (const [name, number] of [
    ["here.2", 5],
    ["here.2.json", 6],
    ["there", 7],
  ] as const) {
    const other = hostFiles(registry, name);
    t.equal(other.read(t.fail).next, 1, name);
    other.link(number, reservation({ host: name }));
    t.equal(other.read(t.fail).next, number + 1, name);
  }
  t.match(read(), { next: 1 });
  t.equal(read().entries.length, 3);
  log.link(1, reservation());
  log.end([5, 6, 7]);
  t.match(read(), { next: 2 });
  t.equal(read().entries.length, 4, "others' are others' to end");
  fs.writeFileSync(path.join(registry.base, "hosts", "there.8.json"), "{");
  t.equal(read().entries.length, 4);
  t.same(reports, [], "and to complain about");
});

t.test("junk is reported, takes its number and nothing else", async (t) => {
  const { directory, reports, read, log } = fresh(t);
  const file = (name: string) => path.join(directory, name);
  fs.writeFileSync(file("here.1.json"), "{");
  fs.mkdirSync(file("here.2.json"));
  fs.symlinkSync("/etc/passwd", file("here.3.json"));
  fs.writeFileSync(file("here.4.json"), "x".repeat(70_000));
  fs.writeFileSync(file("here.5.json"), JSON.stringify(reservation({ host: "there" })));
  fs.writeFileSync(file("here.6.json"), JSON.stringify(reservation({ uid: uid + 1 })));
  fs.writeFileSync(file("here.7.json"), JSON.stringify(reservation({ user: "somebody" })));
  fs.writeFileSync(file("here.8.json"), JSON.stringify(reservation({ user: "../queue" })));
  fs.writeFileSync(file("here.9.json"), JSON.stringify({ ...reservation(), gpus: ["0"] }));
  for (const name of [
    "README",
    ".tmp-x",
    "here",
    "here.0.json",
    "here.01.json",
    "here.-1.json",
    "here.1e3.json",
    "here.10",
    "here.1.end.json",
  ])
    fs.writeFileSync(file(name), "");
  t.same(read(), { entries: [], next: 10 });
  t.equal(reports.length, 9, reports.join("\n"));
  for (const [index, why] of [
    /not JSON/,
    /not a regular file/,
    /symbolic link/,
    /70000 bytes/,
    /speaks of the host there/,
    /belongs to uid \d+ and speaks of/,
    /speaks of somebody/,
    /speaks of \.\.\/queue/,
    /gpus/,
  ].entries())
    t.match(reports[index], why);
  log.link(10, reservation());
  t.same(numbersIn(read().entries), [10]);
});

t.test("a number far beyond all others does not use the numbers up", async (t) => {
  const { directory, read, log } = fresh(t);
  fs.writeFileSync(path.join(directory, "here.999999999999999.json"), JSON.stringify(reservation()));
  fs.writeFileSync(path.join(directory, "here.9999999999999999.json"), JSON.stringify(reservation()));
  t.match(
    read(),
    { entries: [{ number: 999_999_999_999_999 }], next: 1 },
    "it takes what it says, and nothing follows it",
  );
  log.link(1, reservation());
  t.same(numbersIn(read().entries), [1, 999_999_999_999_999]);
  t.equal(read().next, 2);
});

t.test("who plants numbers and removes them again takes nobody's entry away with them", async (t) => {
  const { directory, read, log } = fresh(t);
  const planted = [1, 1e9, 2e9, 3e9].map((number) => path.join(directory, `here.${number}.json`));
  for (const file of planted) fs.writeFileSync(file, "junk");
  const first = read().next;
  log.link(first, reservation({ gpus: [0, 1] }));
  for (const file of planted) fs.rmSync(file);
  t.same(
    read().entries.map(({ reservation: { gpus } }) => gpus),
    [[0, 1]],
    "what is taken stays taken",
  );
  log.link(read().next, reservation({ gpus: [2] }));
  t.equal(read().entries.length, 2);
  const ladder = [9e8, 1.8e9, 2.7e9].map((number) => path.join(directory, `here.${number}.json`));
  for (const file of ladder) fs.writeFileSync(file, JSON.stringify(reservation({ gpus: [] })));
  log.link(read().next, reservation({ gpus: [3] }));
  for (const file of ladder) fs.rmSync(file);
  t.same(
    read().entries.flatMap(({ reservation: { gpus } }) => gpus),
    [0, 1, 2, 3],
    "valid ones likewise",
  );
});

t.test("a socket, or whatever else has such a name, stops nobody", async (t) => {
  const { directory, read, reports } = fresh(t);
  const socket = path.join(directory, "here.1.json");
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  t.teardown(() => server.close());
  t.match(read(), { entries: [], next: 2 });
  t.match(reports.join("\n"), /no regular file/);
});

t.test("a file that was put in another's place is read again", async (t) => {
  const { directory, read, log } = fresh(t);
  log.link(1, reservation({ gpus: [0] }));
  t.same(read().entries[0]?.reservation.gpus, [0]);
  fs.rmSync(path.join(directory, "here.1.json"));
  log.link(1, reservation({ gpus: [3] }));
  t.same(read().entries[0]?.reservation.gpus, [3]);
});

t.test("temporary files that a killed process left go after an hour", async (t) => {
  const { directory, log } = fresh(t);
  fs.writeFileSync(path.join(directory, ".tmp-old"), "");
  log.end([]);
  t.same(fs.readdirSync(directory), [".tmp-old"], "somebody may be about to link it");
  const now = Date.now();
  t.intercept(Date, "now", { value: () => now + 3_700_000 });
  log.end([]);
  t.same(fs.readdirSync(directory), []);
});

t.test("a directory that the founder did not make is not used", async (t) => {
  const { directory, registry, log, read } = fresh(t);
  const stranger = hostFiles({ ...registry, founder: uid + 1 }, "here");
  t.throws(() => stranger.read(t.fail), { code: "noperm", message: /belongs to uid \d+, not to its founder/ });
  fs.rmSync(directory, { recursive: true });
  t.throws(read, { code: "noperm", message: /there is no such directory/, hint: /lab init/ });
  t.throws(() => log.link(1, reservation()), { code: "noinput" });
});

t.test("a change is heard, one of another host is not", async (t) => {
  const { log, registry } = fresh(t);
  let heard = 0;
  const unwatch = log.watch(() => {
    heard += 1;
  });
  t.teardown(unwatch);
  hostFiles(registry, "there").link(1, reservation({ host: "there" }));
  log.link(1, reservation());
  for (let i = 0; i < 500 && heard === 0; i += 1) await setTimeout(20);
  t.equal(heard, 1);
});

t.test(
  "across users: only the owner's word ends an entry, nobody can remove another's, and who is named must have written it",
  async (t) => {
    const lab = people(t);
    if (!lab || !possible(t, isRoot, "root")) return;
    const { registry, directory, reports, log, read } = fresh(t, { shared_group: "lab-research" });
    fs.chownSync(path.join(registry.base, "hosts"), uid, lab.gid);
    for (const area of ["queue", "leases"]) fs.chownSync(path.join(registry.base, area), uid, lab.gid);
    const uidOf = (name: string) => fs.statSync(path.join(registry.base, "queue", name)).uid;
    for (const name of [lab.alice, lab.bob])
      child("makeDirectory", [path.join(registry.base, "queue", name), 0o750], { as: name });
    const [alice, bob] = [uidOf(lab.alice), uidOf(lab.bob)];
    const write = (as: string, name: string, record: object) =>
      child("writeOnce", [path.join(directory, name), JSON.stringify(record)], { as }).answer;
    write(lab.alice, "here.1.json", reservation({ user: lab.alice, uid: alice }));
    write(lab.bob, "here.2.json", reservation({ user: lab.alice, uid: alice }));
    write(lab.bob, "here.3.json", reservation({ user: lab.alice, uid: bob }));
    write(lab.bob, "here.1.end", {});
    t.match(read(), { entries: [{ number: 1, ended: false }], next: 4 });
    t.equal(read().entries.length, 1);
    t.match(reports.slice(0, 2), [/speaks of lab-alice/, /speaks of lab-alice/]);
    t.match(child("unmark", [path.join(directory, "here.1.json")], { as: lab.bob }).answer, { code: "noperm" });
    const herLog = hostFiles({ ...openRegistry(registry.base, uid), uid: alice, user: lab.alice }, "here");
    herLog.end([1]);
    t.same(
      fs.readdirSync(directory).sort(),
      ["here.1.end", "here.2.json", "here.3.json"],
      "bob's end is bob's to remove",
    );
    t.same(log.read(() => {}).entries, []);
  },
);
