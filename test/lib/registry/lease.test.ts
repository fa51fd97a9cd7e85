import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import t, { type Test } from "tap";
import type { Lease } from "../../../lib/record/queue.js";
import { type LeaseFiles, leaseFiles } from "../../../lib/registry/lease.js";
import { onWrite } from "../../../lib/registry/write.js";

const uid = os.userInfo().uid;
const lease = (token: string): Lease => ({
  type: "lease",
  v: 1,
  host: "h",
  boot: "b",
  pid: 1,
  pid_start: "1",
  token,
  at: "2026-01-01T00:00:00Z",
});
const alive = () => true;
const dead = () => false;

function fresh(t: Test): { directory: string; files: LeaseFiles } {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "lab-lease-"));
  t.teardown(() => fs.rmSync(directory, { recursive: true }));
  return { directory, files: leaseFiles(directory, "worker-h", uid) };
}

/** Does `act` once, in the instant between somebody's look and her link. */
function meanwhile(t: Test, act: () => void): void {
  t.teardown(() => onWrite(undefined));
  onWrite((step) => {
    if (step !== "link") return;
    onWrite(undefined);
    act();
  });
}

t.test("taken, kept, given back, taken again", async (t) => {
  const { directory, files } = fresh(t);
  t.equal(files.current(), undefined);
  t.ok(files.take(lease("a"), alive));
  t.equal(files.current()?.token, "a");
  t.notOk(files.take(lease("b"), alive));
  files.release(lease("b"));
  t.equal(files.current()?.token, "a", "only its holder gives it back");
  files.release(lease("a"));
  files.release(lease("a"));
  t.equal(files.current(), undefined);
  t.ok(files.take(lease("b"), alive));
  t.ok(files.take(lease("c"), dead), "a dead holder's is taken");
  t.same(fs.readdirSync(directory), ["worker-h.3.json"], "what no longer counts is gone");
});

t.test("two that see the same dead holder: the first link counts", async (t) => {
  const { files } = fresh(t);
  files.take(lease("dead"), dead);
  const isAlive = ({ token }: Lease) => token !== "dead";
  let first = false;
  meanwhile(t, () => {
    first = files.take(lease("first"), isAlive);
  });
  t.notOk(files.take(lease("second"), isAlive));
  t.ok(first);
  t.equal(files.current()?.token, "first");
});

t.test("one that looked long ago gives way, though the name it saw free is free again", async (t) => {
  const { directory, files } = fresh(t);
  files.take(lease("dead"), dead);
  meanwhile(t, () => {
    files.take(lease("x"), dead);
    files.release(lease("x"));
    files.take(lease("y"), dead);
  });
  t.notOk(files.take(lease("late"), ({ token }) => token === "y"));
  t.equal(files.current()?.token, "y");
  t.same(fs.readdirSync(directory), ["worker-h.3.json"]);
});

t.test("other leases and other hosts beside it, and a file that is none", async (t) => {
  const { directory, files } = fresh(t);
  const other = leaseFiles(directory, "worker-h.1", uid);
  t.ok(other.take(lease("other"), alive));
  t.ok(files.take(lease("mine"), alive));
  t.equal(other.current()?.token, "other");
  fs.writeFileSync(path.join(directory, "worker-h.2.json"), "{");
  t.equal(files.current(), undefined);
  t.ok(files.take(lease("next"), alive));
  t.equal(files.current()?.token, "next");
});
