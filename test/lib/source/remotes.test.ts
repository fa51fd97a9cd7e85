import path from "node:path";
import t from "tap";
import { withoutCredentials } from "../../../lib/source/remotes.js";
import { needs } from "../../support/needs.js";
import { git, repository, snapshot, temporary } from "./fixture.js";

if (!needs(t, "git")) process.exit();

t.test("URLs lose what is secret in them", (t) => {
  const cases: Record<string, string> = {
    "https://host/a.git": "https://host/a.git",
    "https://user:pass@host/a.git": "https://host/a.git",
    "https://token@host:8443/a": "https://host:8443/a",
    "https://user:p@ss@host/a": "https://host/a",
    "https://user:pa/ss@host/a": "https://host/a",
    "https://host/a?private_token=x#y": "https://host/a",
    "https://host/@scope/pkg": "https://host/@scope/pkg",
    "https://[::1]:80/a": "https://[::1]:80/a",
    "HTTP://u:p@host": "HTTP://host",
    "ssh://git@host/a": "ssh://git@host/a",
    "ssh://git:pass@host:22/a": "ssh://git@host:22/a",
    "git@host:a/b.git": "git@host:a/b.git",
    "user:pass@host:a": "user@host:a",
    "hg::https://u:p@host/a": "hg::https://host/a",
    "/srv/git/a@b.git": "/srv/git/a@b.git",
    "file:///srv/a#b.git": "file:///srv/a#b.git",
    "../other": "../other",
  };
  for (const [given, expected] of Object.entries(cases)) t.equal(withoutCredentials(given), expected, given);
  t.end();
});

t.test("a snapshot names its remotes", async (t) => {
  const dir = temporary(t);
  const root = repository(path.join(dir, "r"), { a: "1" });
  git(root, "remote", "add", "origin", "https://me:hunter2@example.org/r.git");
  git(root, "remote", "add", "with.dot", "git@example.org:r.git");
  const { record } = await snapshot(root, { spool: path.join(dir, "s.tar") });
  t.same(record?.remotes, { origin: "https://example.org/r.git", "with.dot": "git@example.org:r.git" });
  t.notMatch(JSON.stringify(record), /hunter2/);
});
