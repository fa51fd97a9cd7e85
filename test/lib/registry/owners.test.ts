import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import t from "tap";
import { readEvents } from "../../../lib/registry/journal.js";
import { userDirectory } from "../../../lib/registry/layout.js";
import { ownerOfUser } from "../../../lib/registry/owners.js";
import { marked, openRun, usersWith } from "../../../lib/registry/runs.js";
import { isRoot, possible, smallRegistry } from "./support.js";

// Users that every machine has, by names and uids that are no secret.
const passwd = fs
  .readFileSync("/etc/passwd", "utf8")
  .split("\n")
  .map((line) => line.split(":"));
const uidOf = (name: string) => Number(passwd.find(([user]) => user === name)?.[2]);
const id = "20261120-201455-k7q3mz";

t.test("a directory is its user's where the file system says so", async (t) => {
  if (!possible(t, isRoot, "directories of several users (root)")) return;
  const registry = { ...smallRegistry(t), uid: 4_000_000, user: "somebody" };
  const make = (area: "runs" | "loose" | "active" | "events", user: string, uid: number) => {
    const directory = userDirectory(registry.base, area, user);
    fs.mkdirSync(directory);
    fs.chownSync(directory, uid, 0);
    return directory;
  };
  const [daemon, bin] = [make("runs", "daemon", uidOf("daemon")), make("runs", "bin", uidOf("daemon"))];
  t.equal(ownerOfUser(registry, daemon, "daemon"), uidOf("daemon"));
  t.throws(() => ownerOfUser(registry, bin, "bin"), {
    code: "dataerr",
    message: `cannot trust '${bin}': it belongs to uid ${uidOf("daemon")}, not to bin`,
  });
  t.equal(ownerOfUser({ ...registry, uid: uidOf("daemon") }, bin, "bin"), uidOf("daemon"), "whose copy it is knows it");
  const elsewhere = make("runs", "no-such-user-here", uidOf("daemon"));
  t.equal(ownerOfUser(registry, elsewhere, "no-such-user-here"), uidOf("daemon"), "who is not known cannot be told");
  t.equal(ownerOfUser(registry, path.join(registry.base, "runs/sys"), "sys"), undefined);

  const told: string[] = [];
  t.same(
    usersWith(registry, "runs", ({ message }) => told.push(message)),
    ["daemon", "no-such-user-here"],
  );
  t.match(told, [/^cannot trust '.*runs\/bin'/]);
  for (const area of ["loose", "active"] as const) {
    fs.writeFileSync(path.join(make(area, "bin", uidOf("daemon")), id), "");
    t.same(marked(registry, area, "bin"), []);
  }
  t.throws(() => openRun(registry, "bin", id), { code: "dataerr", message: /^cannot trust/ });
  const at = new Date().toISOString();
  const event = { type: "event", v: 1, event: "run_failed", user: "bin", at };
  const journal = path.join(make("events", "bin", uidOf("daemon")), `${at.slice(0, 10).replaceAll("-", "")}-h.ndjson`);
  fs.writeFileSync(journal, `${JSON.stringify(event)}\n`);
  fs.chownSync(journal, uidOf("daemon"), 0);
  const bad: string[] = [];
  t.same(
    readEvents(registry, ["bin"], new Map(), (message) => bad.push(message)),
    [],
  );
  t.match(bad, [/^cannot trust '.*events\/bin'/]);
});

t.test("one's own needs nobody to be asked", async (t) => {
  const registry = smallRegistry(t);
  const directory = userDirectory(registry.base, "runs", registry.user);
  fs.mkdirSync(directory);
  t.equal(ownerOfUser(registry, directory, registry.user), os.userInfo().uid);
  fs.rmdirSync(directory);
  fs.writeFileSync(directory, "");
  t.equal(ownerOfUser(registry, directory, registry.user), undefined, "what is no directory is nobody's");
});
