import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import t from "tap";
import { records, sandbox } from "../support/sandbox.js";

t.test("a journal that cannot be written is said once, and stops nothing", async (t) => {
  const place = await sandbox({ name: "journal" });
  t.teardown(() => place.remove());
  const journal = path.join(place.registry, "events", os.userInfo().username);
  fs.rmSync(journal, { recursive: true });
  fs.writeFileSync(journal, "");
  fs.writeFileSync(path.join(place.dir, "x.toml"), 'name = "x"\ncommand = ["true"]\n');
  const planned = await place.run(["sh", "-c", "lab-plan x.toml x.toml x.toml | lab-snapshot | lab-resolve"]);
  const created = await place.run(["lab-create", "--json"], { input: planned.stdout });
  t.equal(created.code, 0);
  t.equal(records(created.stdout).length, 3);
  t.equal(
    created.stderr,
    `lab-create: cannot use '${journal}': not a directory; the journal goes without what is done now\n`,
  );
  const cancelled = await place.run([
    "lab-cancel",
    "--json",
    ...(records(created.stdout) as unknown as { id: string }[]).map(({ id }) => id),
  ]);
  t.equal(cancelled.code, 0);
  t.equal(cancelled.stderr.match(/the journal goes without/g)?.length, 1);
  t.match(records(cancelled.stdout), [{ state: "cancelled" }, { state: "cancelled" }, { state: "cancelled" }]);
});
