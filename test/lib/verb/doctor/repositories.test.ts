import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { closedPart } from "../../../../lib/verb/doctor/repositories.js";

t.test("the first directory that keeps the group out", async (t) => {
  const dir = fs.realpathSync(t.testdir({ home: { repo: {} } }));
  const [home, repo] = [path.join(dir, "home"), path.join(dir, "home/repo")];
  const gid = fs.statSync(home).gid;
  fs.chmodSync(home, 0o755);
  fs.chmodSync(repo, 0o755);
  const above = closedPart(dir, undefined);
  if (above === undefined) {
    t.equal(closedPart(repo, undefined), undefined);
    fs.chmodSync(home, 0o700);
    t.equal(closedPart(repo, gid), home, "a home that is closed");
    fs.chmodSync(home, 0o710);
    t.equal(closedPart(repo, gid), undefined, "open to the group");
    t.equal(closedPart(repo, gid + 1), home, "but to no other group");
    fs.chmodSync(home, 0o755);
    fs.chmodSync(repo, 0o700);
    t.equal(closedPart(repo, gid), repo);
  } else t.match(dir, above, "the tests' own place is closed to others: so it is found");
  fs.chmodSync(home, 0o755);
});
