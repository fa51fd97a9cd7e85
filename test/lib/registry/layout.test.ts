import crypto from "node:crypto";
import path from "node:path";
import fc from "fast-check";
import t from "tap";
import {
  aliasDirectory,
  attemptDirectory,
  envelope,
  fanOut,
  journalFile,
  marker,
  numbered,
  otherAreas,
  registryFile,
  runDirectory,
  snapshotFiles,
  submissionDirectory,
  userAliasPart,
  userAreas,
  userDirectory,
} from "../../../lib/registry/layout.js";

const id = "20261120-201455-k7q3mz";
const hex = "ab".repeat(32);

t.test("every place is where lab-registry(5) says", async (t) => {
  const run = runDirectory("/base", "alice", id);
  t.equal(registryFile("/base"), "/base/REGISTRY.json");
  t.equal(run, `/base/runs/alice/${id}`);
  t.equal(envelope(run), `${run}/.lab`);
  t.equal(submissionDirectory(envelope(run), 3), `${run}/.lab/submit-3`);
  t.equal(attemptDirectory(envelope(run), 12), `${run}/.lab/attempt-12`);
  t.equal(marker("/base", "active", "alice", id), `/base/active/alice/${id}`);
  t.equal(marker("/base", "loose", "alice", id), `/base/loose/alice/${id}`);
  t.equal(userDirectory("/base", "events", "alice"), "/base/events/alice");
  t.equal(
    journalFile("/base", "alice", "n1", Date.parse("2026-11-20T23:59:59Z")),
    "/base/events/alice/20261120-n1.ndjson",
  );
  const stem = `/base/snapshots/alice/${hex}`;
  t.same(snapshotFiles("/base", "alice", `sha256:${hex}`), { tar: `${stem}.tar`, json: `${stem}.json` });
  const part = crypto.createHash("sha256").update("best").digest("hex").slice(0, 2);
  t.equal(aliasDirectory("/base", "best"), `/base/aliases/${part}`);
  t.equal(userAliasPart("/base", "alice", "best"), `/base/aliases/by-user/alice/${part}`);
  t.equal(new Set([...userAreas, ...otherAreas]).size, userAreas.length + otherAreas.length);
  t.equal(new Set(fanOut()).size, 256);
  t.match([fanOut()[0], fanOut()[255]], ["00", "ff"]);
});

t.test("what cannot be a user, an id or a digest is refused before it becomes a path", async (t) => {
  const bad = ["", ".", "..", "../../etc", "a/b", "/etc", "a\0", "a\nb", " ", ".hidden", "x".repeat(200)];
  for (const word of bad) {
    t.throws(() => runDirectory("/base", word, id), { code: "dataerr" }, `user ${JSON.stringify(word)}`);
    t.throws(() => runDirectory("/base", "alice", word), { code: "dataerr" }, `id ${JSON.stringify(word)}`);
    t.throws(() => marker("/base", "loose", word, id), { code: "dataerr" });
    t.throws(() => marker("/base", "loose", "alice", word), { code: "dataerr" });
    t.throws(() => snapshotFiles("/base", word, hex), { code: "dataerr" });
    t.throws(() => snapshotFiles("/base", "alice", word), { code: "dataerr" });
  }
  const inside = (user: string, name: string) => {
    try {
      return path.dirname(path.dirname(runDirectory("/base", user, name))) === "/base/runs";
    } catch (error) {
      return (error as { code?: string }).code === "dataerr";
    }
  };
  fc.assert(fc.property(fc.string(), fc.oneof(fc.string(), fc.constant(id)), inside));
});

t.test("only plain numbers count", async (t) => {
  t.same(
    ["submit-1", "submit-12", "submit-999999999"].map((name) => numbered(name, "submit-")),
    [1, 12, 999_999_999],
  );
  for (const name of [
    "submit-0",
    "submit-01",
    "submit--1",
    "submit-1.5",
    "submit-",
    "submit-1x",
    "submit-1e3",
    "attempt-1",
    ".tmp-submit-1",
    "submit-1\n",
    "submit-9999999999",
  ])
    t.equal(numbered(name, "submit-"), undefined, name);
});
