// Every project that lab-new makes is as it should be and runs, as it was made; what is there is never lost.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { profiles, scaffolds } from "../../lib/verb/plan/scaffolds.js";
import { needs } from "../support/needs.js";
import { records, sandbox } from "../support/sandbox.js";

if (!needs(t, "git", "python3")) process.exit();

t.setTimeout(600_000);
const place = await sandbox({ name: "new", extra: '[local]\nidle = "1s"\n' });
t.teardown(() => place.remove());
const kinds = scaffolds.flatMap(({ kind }) => profiles.map((profile) => ({ kind, profile })));
const made = (name: string) => path.join(place.dir, name);

t.test("every kind and profile validates and runs", async (t) => {
  const before = fs.readdirSync(place.dir);
  const results = await Promise.all(
    kinds.map(({ kind, profile }) => place.run(["lab-new", kind, "--profile", profile])),
  );
  t.strictSame(
    results.map(({ code }) => code),
    kinds.map(() => 0),
  );
  const projects = kinds.map(({ kind, profile }) => `${kind}-${profile}`);
  t.strictSame(
    fs
      .readdirSync(place.dir)
      .filter((name) => !before.includes(name))
      .sort(),
    [...projects].sort(),
  );
  for (const { stdout } of results)
    for (const { path: file } of records(stdout)) t.ok(fs.existsSync(String(file)), String(file));
  for (const name of projects) t.ok(fs.existsSync(path.join(made(name), ".git")), `${name} is a repository`);
  const recipes = projects.map((name) => path.join(made(name), "train.toml"));
  const sweeps = projects.map((name) => path.join(made(name), "sweep.toml")).filter((file) => fs.existsSync(file));
  t.equal(sweeps.length, scaffolds.length);
  const valid = await place.run(["lab-validate", ...recipes, ...sweeps]);
  t.match(valid, { code: 0, stderr: "" }, valid.stdout);
  const { code, stdout, stderr } = await place.run(["lab-run", "-w", "--json", ...recipes]);
  t.equal(code, 0, stderr);
  t.strictSame(
    records(stdout)
      .map(({ name, state }) => `${name} ${state}`)
      .sort(),
    projects.map((name) => `${name} succeeded`).sort(),
  );
  const checkpoints = await place.run(["lab-checkpoint", "--json", "-"], { input: stdout });
  t.match(
    records(checkpoints.stdout),
    projects.map(() => ({ step: 20 })),
    checkpoints.stderr,
  );
});

t.test("what is there is refused, or kept beside", async (t) => {
  const project = made("mine");
  fs.mkdirSync(project);
  fs.writeFileSync(path.join(project, "train.py"), "mine\n");
  fs.writeFileSync(path.join(project, "notes"), "mine too\n");
  const make = (...options: string[]) => place.run(["lab-new", "script", "mine", "--name", "ours", ...options]);
  t.match(await make(), { code: 73, stderr: /there is train\.py .*--force/ });
  t.strictSame(fs.readdirSync(project).sort(), ["notes", "train.py"], "and nothing is done");
  t.match(await make("--force", "-n"), { code: 0, stdout: /"kept":".*train\.py~"/ });
  t.strictSame(fs.readdirSync(project).sort(), ["notes", "train.py"]);
  t.match(await make("--force"), { code: 0 });
  t.equal(fs.readFileSync(path.join(project, "train.py~"), "utf8"), "mine\n");
  t.match(fs.readFileSync(path.join(project, "train.toml"), "utf8"), 'name    = "ours"');
  fs.appendFileSync(path.join(project, "train.py"), "# more\n");
  t.match(await make("--force"), { code: 0 });
  t.ok(fs.existsSync(path.join(project, "train.py~~")), "nor is what was kept");
  t.match(await make(), { code: 0 }, "what is as it would be written is no hindrance");
});

t.test("in a repository that is there it says where in it it is", async (t) => {
  const project = made("monorepo");
  fs.mkdirSync(path.join(project, "src"), { recursive: true });
  await place.run(["git", "init", "--quiet", "."], { cwd: project });
  t.match(await place.run(["lab-new", "registry", "new/deep"], { cwd: path.join(project, "src") }), { code: 0 });
  t.notOk(fs.existsSync(path.join(project, "src/new/deep/.git")));
  t.match(fs.readFileSync(path.join(project, "src/new/deep/train.toml"), "utf8"), 'workdir = "src/new/deep"');
  t.match(await place.run(["lab-validate", "src/new/deep/train.toml"], { cwd: project }), { code: 0, stderr: "" });
});
