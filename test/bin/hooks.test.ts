import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { records, sandbox } from "../support/sandbox.js";

// The hook of `[notify] run`, beside the command that has learnt of the end.
t.setTimeout(600_000);

t.test("the record comes before the hook has ended, and the command ends after it", async (t) => {
  const place = await sandbox({ name: "hooks", env: { LAB_LOCAL_IDLE: "1s", LAB_SCHEDULER_ACCOUNTING_GRACE: "1s" } });
  t.teardown(() => place.remove());
  const [seen, heard] = ["seen", "heard"].map((name) => path.join(place.dir, name)) as [string, string];
  const hook = `i=0; while [ ! -e "${seen}" ]; do i=$((i + 1)); [ $i -lt 500 ] || exit 3; sleep 0.1; done; cat >"${heard}"`;
  const recipe = `name = "x"\ncommand = ["true"]\n[resources]\ntime = "10m"\nmem = "64MB"\n[notify]\nrun = ${JSON.stringify(hook)}\n`;
  fs.writeFileSync(path.join(place.dir, "x.toml"), recipe);
  const sent = await place.run(["lab", "run", "--json", "x.toml"]);
  t.equal(sent.code, 0, sent.stderr);
  const id = records(sent.stdout)[0]?.["id"] as unknown as string;
  const wait = spawn("lab-wait", ["--json", id], { cwd: place.dir, env: place.env, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  wait.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  wait.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    if (stdout.endsWith("\n")) fs.writeFileSync(seen, "");
  });
  const code = await new Promise((resolve) => wait.on("close", resolve));
  t.match(records(stdout), [{ id, state: "succeeded" }]);
  t.match([code, stderr], [0, ""]);
  t.match(JSON.parse(fs.readFileSync(heard, "utf8")), { type: "outcome", run: id, state: "succeeded", name: "x" });
});
