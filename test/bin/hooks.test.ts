import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { records, type Sandbox, sandbox, until } from "../support/sandbox.js";

// The hook of `[notify] run`, beside the command that has learnt of the end.
t.setTimeout(600_000);

t.test("the record comes before the hook has ended, and the command ends soon, after it or without it", async (t) => {
  const place = await sandbox({ name: "hooks", env: { LAB_LOCAL_IDLE: "1s", LAB_SCHEDULER_ACCOUNTING_GRACE: "1s" } });
  t.teardown(() => place.remove());
  const [short, long] = await Promise.all([waited(place, "short", true), waited(place, "long", false)]);
  for (const one of [short, long]) {
    t.match(records(one.stdout), [{ id: one.id, state: "succeeded" }]);
    t.match([one.code, one.stderr], [0, ""]);
  }
  t.match(JSON.parse(short.heard()), { type: "outcome", run: short.id, state: "succeeded", name: "short" });
  t.equal(long.heard(), "", "nobody waited for what takes long");
  fs.writeFileSync(long.seen, "");
  await until("it hears all the same", () => long.heard().endsWith("\n"));
  t.match(JSON.parse(long.heard()), { run: long.id });
});

/** Waits for a run whose hook waits for a file; with `soon` that comes once the record is there. */
async function waited(place: Sandbox, name: string, soon: boolean) {
  const [seen, heard, file] = ["seen", "heard", "toml"].map((end) => path.join(place.dir, `${name}.${end}`)) as [
    string,
    string,
    string,
  ];
  const hook = `i=0; while [ ! -e "${seen}" ]; do i=$((i + 1)); [ $i -lt 500 ] || exit 3; sleep 0.1; done; cat >"${heard}"`;
  const recipe = `name = "${name}"\ncommand = ["true"]\n[resources]\ntime = "10m"\nmem = "64MB"\n[notify]\nrun = ${JSON.stringify(hook)}\n`;
  fs.writeFileSync(file, recipe);
  const sent = await place.run(["lab", "run", "--json", file]);
  const id = records(sent.stdout)[0]?.["id"] as unknown as string;
  const wait = spawn("lab-wait", ["--json", id], { cwd: place.dir, env: place.env, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  wait.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  wait.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    if (soon && stdout.endsWith("\n")) fs.writeFileSync(seen, "");
  });
  const code = await new Promise((resolve) => wait.on("close", resolve));
  const what = () => (fs.existsSync(heard) ? fs.readFileSync(heard, "utf8") : "");
  return { id, code, stdout, stderr, seen, heard: what };
}
