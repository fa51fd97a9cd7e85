// A scheduler that cannot be reached: the current and the remaining records say so, the command ends with 69, and nothing
// is half-done.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { fakeSlurm } from "../support/fake-slurm.js";
import { records, sandbox } from "../support/sandbox.js";

t.setTimeout(600_000);
const place = await sandbox({ name: "unreachable", kind: "slurm" });
t.teardown(() => place.remove());
const slurm = fakeSlurm(place.dir);
const env = { ...place.env, PATH: `${slurm.bin}:${place.env["PATH"]}` };
const work = path.join(place.dir, "work");
fs.mkdirSync(work);
const recipe = 'name = "small"\ncommand = ["true"]\n[resources]\ntime = "10m"\nmem = "64MB"\n';
fs.writeFileSync(path.join(work, "small.toml"), recipe);
const sh = (script: string, input = "") => place.run(["sh", "-c", script], { cwd: work, env, input });
const unreachable = /Unable to contact slurm controller/;

t.test("submit", async (t) => {
  const { stdout: rendered } = await sh(
    "lab-plan small.toml small.toml small.toml | lab-snapshot | lab-resolve | lab-create | lab-render-sbatch",
  );
  const runs = records(rendered);
  slurm.down(true);
  const other = '{"type":"other"}\n';
  const [one = "", two = "", three = ""] = rendered.split("\n");
  const { code, stdout, stderr } = await sh("lab-submit", `${one}\n${other}${two}\n${three}\n`);
  t.equal(code, 69);
  const error = { code: "unavailable", message: unreachable };
  t.match(records(stdout), [
    { id: runs[0]?.["id"], phase: "rendered", error },
    { type: "other" },
    { id: runs[1]?.["id"], phase: "rendered", error },
    { id: runs[2]?.["id"], phase: "rendered", error },
    { type: "failure", command: "lab-submit", code: "unavailable", message: unreachable },
  ]);
  t.equal(stderr.trimEnd().split("\n").length, 1, "it is said once, and asked once");
  t.match(
    (await sh("lab-ls")).stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).state),
    ["planned", "planned", "planned"],
  );
  t.equal((await sh("lab-show -", stdout)).code, 69, "later commands end with it too");

  slurm.down(false);
  const again = await sh("lab-submit", rendered);
  t.equal(again.code, 0);
  t.strictSame(
    records(again.stdout).map(({ phase }) => phase),
    ["submitted", "submitted", "submitted"],
  );
});

t.test("cancel", async (t) => {
  slurm.down(true);
  const { code, stdout, stderr } = await sh("lab-ls | lab-cancel");
  t.equal(code, 69);
  const error = { code: "unavailable", message: unreachable };
  t.match(records(stdout), [{ error }, { error }, { error }, { type: "failure", code: "unavailable" }]);
  t.equal(stderr.trimEnd().split("\n").length, 1);
  slurm.down(false);
});

t.test("reconcile, status and wait", async (t) => {
  slurm.down(true);
  const before = await sh(
    `find '${place.registry.replaceAll("'", "'\\''")}' -type f | sort | xargs -d '\\n' sha256sum`,
  );
  t.match(await sh("lab-reconcile"), { code: 69, stderr: unreachable });
  t.match(await sh("lab-reconcile -n"), { code: 69 });
  const status = await sh("lab-status");
  t.equal(status.code, 69, "the list is shown all the same");
  t.equal(records(status.stdout).length, 3);
  const wait = await sh("lab-wait --patience 0 @last");
  t.equal(wait.code, 69);
  t.match(records(wait.stdout), [{ type: "failure", code: "unavailable" }]);
  t.match(await sh("lab-wait --no-pass --timeout 0 @last"), { code: 75 }, "who only looks needs no scheduler");
  const after = await sh(`find '${place.registry.replaceAll("'", "'\\''")}' -type f | sort | xargs -d '\\n' sha256sum`);
  t.equal(after.stdout, before.stdout, "and nothing changed on disk");
  slurm.down(false);
});

t.test("Slurm is not there at all", async (t) => {
  const none = { ...env, PATH: env.PATH.replace(`${slurm.bin}:`, "") };
  const settings = ["sbatch", "squeue", "sacct", "scancel", "scontrol", "sinfo"].flatMap((name) => [
    "-c",
    `scheduler.${name}=/nowhere/${name}`,
  ]);
  const seen = await place.run(["lab-reconcile", ...settings], { cwd: work, env: none });
  t.match(seen, { code: 69, stderr: /cannot be run/ });
});
