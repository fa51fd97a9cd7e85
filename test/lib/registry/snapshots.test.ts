import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import t from "tap";
import type { SnapshotRecord } from "../../../lib/record/snapshot.js";
import { spoolFile, storedSnapshot, storeSnapshot } from "../../../lib/registry/snapshots.js";
import { modeOf, smallRegistry } from "./support.js";

const sha = (digit: string) => `sha256:${digit.repeat(64)}`;
const record = (id: string): SnapshotRecord => ({
  type: "snapshot",
  v: 1,
  id,
  kind: "directory",
  root: "/src",
  files: 1,
  bytes: 3,
  tar_digest: sha("e"),
  tar_bytes: 3,
  left_out: [],
  created_at: "2026-11-20T12:00:00.000Z",
});

t.test("a snapshot is stored once, readable by the lab, and its spool is gone", async (t) => {
  const registry = smallRegistry(t, { shared_group: "lab" });
  t.equal(storedSnapshot(registry, sha("a")), undefined);
  for (const text of ["tar", "tar"]) {
    const spool = spoolFile(registry);
    fs.writeFileSync(spool, text, { mode: 0o600, flag: "wx" });
    const stored = storeSnapshot(registry, record(sha("a")), spool);
    t.equal(fs.readFileSync(stored.tar, "utf8"), "tar");
    t.equal(modeOf(stored.tar), "640");
    t.strictSame(storedSnapshot(registry, sha("a")), stored);
    const names = fs.readdirSync(path.dirname(stored.tar)).sort();
    t.strictSame(names, [`${"a".repeat(64)}.json`, `${"a".repeat(64)}.tar`]);
  }
});

t.test("what killed snapshots left for a day goes with the next one; not what somebody still writes", async (t) => {
  const registry = smallRegistry(t);
  const spool = spoolFile(registry);
  const dir = path.dirname(spool);
  const alive = spawn("sleep", ["600"]);
  const gone = once(alive, "exit");
  t.teardown(async () => {
    alive.kill("SIGKILL");
    await gone;
  });
  // No process has so high a number.
  const dead = { pid: 2 ** 22 + 1 };
  const host = os.hostname();
  const old = new Date(Date.now() - 25 * 3_600_000);
  const make = (name: string, isOld: boolean) => {
    fs.writeFileSync(path.join(dir, name), "");
    if (isOld) fs.utimesSync(path.join(dir, name), old, old);
    return name;
  };
  const kept = [
    make(`.tmp-${host}-${alive.pid}-abc.tar`, true),
    make(`.tmp-${host}-${dead.pid}-abc.tar`, false),
    make(`.tmp-an-other-host-${alive.pid}-abc.tar`, false),
    make("notes", true),
  ];
  make(`.tmp-${host}-${dead.pid}-def.tar`, true);
  make(`.tmp-an-other-host-${alive.pid}-def.tar`, true);
  make(`.tmp-${dead.pid}-def.tar`, true);
  make(`.tmp-${host}-${dead.pid}-def`, true);
  fs.writeFileSync(spool, "tar", { flag: "wx" });
  storeSnapshot(registry, record(sha("b")), spool);
  const left = fs.readdirSync(dir).filter((name) => !name.startsWith("bbb"));
  t.strictSame(left.sort(), kept.sort());
});
