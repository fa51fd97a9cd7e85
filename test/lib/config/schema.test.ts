import fs from "node:fs";
import t from "tap";
import { clusterSchema, projectSchema } from "../../../lib/config/schema.js";
import { parseToml, problems } from "../../../lib/toml/document.js";

const said = async (schema: typeof clusterSchema | typeof projectSchema, text: string) =>
  (await problems(schema, parseToml(text, "x.toml"))).map(
    ({ line, column, message }) => `${line}:${column} ${message}`,
  );
const cluster = (text: string) => said(clusterSchema, text);
const project = (text: string) => said(projectSchema, text);

t.test("the shipped examples have no problems", async (t) => {
  const files = fs.readdirSync("examples/clusters");
  t.ok(files.length >= 3);
  for (const file of files) t.strictSame(await cluster(fs.readFileSync(`examples/clusters/${file}`, "utf8")), [], file);
});

t.test("unknown keys have a place and a suggestion", async (t) => {
  t.strictSame(await cluster("nam = 'x'\n[filesystem]\nruns_bse = '/r'\n[slurm]\npartitions = 'gpu'\n[shceduler]\n"), [
    "1:1 unknown key 'nam' (did you mean 'name'?)",
    "1:1 name is missing",
    "3:1 unknown key 'runs_bse' in [filesystem] (did you mean 'runs_base'?)",
    "5:1 unknown key 'partitions' in [slurm] (did you mean 'partition'?)",
    "6:2 unknown key 'shceduler' (did you mean 'scheduler'?)",
  ]);
});

t.test("sections of work to come are refused by name", async (t) => {
  for (const section of ["services", "serve", "notify", "tunnels", "agent", "gc", "prewarm", "policies"]) {
    t.strictSame(
      await cluster(`name = 'x'\n[${section}]\na = 1\n`),
      [`2:2 [${section}] is not supported yet`],
      section,
    );
    t.strictSame(await project(`[${section}]\n`), [`1:2 [${section}] is not supported yet`], section);
  }
  t.match(await cluster("name = 'x'\n[postgres]\nhost = '/run'\n"), [
    /^2:2 \[postgres\] is not supported yet: the registry is plain files/,
  ]);
  t.match(await cluster("name = 'x'\n[services.postgres]\nport = 5432\n"), [/\[services\] is not supported yet/]);
  t.match(await project("[environments.a.services]\ntime = '1:00'\n[environments.a]\ngateway = 'h'\n"), [
    /services\] is not supported yet/,
    /gateway is not supported yet/,
  ]);
});

t.test("what belongs in the other file is said to", async (t) => {
  t.match(await cluster("name = 'x'\n[project]\n[environments.a]\n"), [
    /\[project\] belongs in .lab.toml/,
    /\[environments\] belongs in .lab.toml/,
  ]);
  t.match(await project("name = 'x'\n[dispatch]\n[remote]\n[cache]\ntrust = 'mine'\n"), [
    /1:8 name belongs in the cluster file/,
    /\[dispatch\] belongs in the cluster file/,
    /\[remote\] belongs in the cluster file/,
    /\[cache\] belongs in the cluster file/,
  ]);
});

t.test("a project cannot have programs run or repositories trusted", async (t) => {
  for (const program of ["sbatch", "squeue", "sacct", "scancel", "scontrol", "sinfo"]) {
    const text = `[scheduler]\nkind = "slurm"\n${program} = "./evil"\n`;
    t.match(
      await project(text),
      [new RegExp(`^3:\\d+ scheduler.${program} names a program that would run as you`)],
      program,
    );
    t.strictSame(await cluster(`name = "x"\n${text}`), []);
  }
  t.match(await project("[environments.a.scheduler]\nsbatch = 'x'"), [/names a program/]);
  t.match(await project("[repos]\nx = { path = 'x', trusted = true }"), [
    /repos.x.trusted is for the cluster file to say/,
  ]);
  t.strictSame(
    await project("[repos]\nx = { path = 'x' }\ny = 'y'\n[scheduler]\nkind = 'local'\nsubmit_grace = 5\n"),
    [],
  );
});

t.test("values of every kind are checked where they stand", async (t) => {
  for (const [text, message] of [
    [
      "[filesystem]\nruns_base = '/path/to/runs'",
      "3:13 filesystem.runs_base is the placeholder '/path/to/runs': write the real path",
    ],
    ["[filesystem.artifact_roots]\n'a/b' = '/x'", /^3:1 filesystem.artifact_roots."a\/b" cannot be a name/],
    ["[filesystem]\nartifact_roots = []", /expected a table/],
    ["[env]\n'A-B' = 'x'", /^3:1 env.A-B cannot be the name of an environment variable/],
    ["[env]\nA = 1", "3:5 env.A is 1, expected a string"],
    ["modules = 'cuda'", /expected a list/],
    ["[repos]\nx = 5", /repos.x is 5, expected/],
    ["[repos]\nx = { trusted = true }", "3:1 repos.x.path is missing"],
    ["[cache]\ntrust = 'anyone'", /cache.trust is "anyone", expected/],
    ["[cache]\ntrust = ['../x']", /cache.trust.0 cannot be a user's name/],
    ["[scheduler]\nkind = 'slrum'", /did you mean 'slurm'/],
    ["[scheduler]\nmissing_job_grace = 'soon'", /3:21 scheduler.missing_job_grace cannot be the duration "soon"/],
    [
      "[scheduler]\nmissing_job_grace = 1\nmissing_job_grace_secs = 1",
      /has both missing_job_grace and missing_job_grace_secs/,
    ],
    ["[scheduler]\nmissing_job_grace_secs = '10m'", /expected a number/],
    ["[slurm]\ngres_gpu_syntax = 'gpu:4'", /3:19 slurm.gres_gpu_syntax has no \{n\} in it/],
    ["[slurm]\npartition = '--wrap=x'", /slurm.partition begins with a dash/],
    ['[slurm]\nqos = "a\\nb"', /line break/],
    ["[local]\ncpus = 0", /at least 1/],
    ["[local]\nmem = 'lots'", /cannot be the size "lots"/],
    ["[dispatch]\nreconcile_interval_secs = 0", /at least 1/],
    ["[dispatch.throttle]\njob_name = 'x'", /dispatch.throttle.max_concurrent is missing/],
    ["[dispatch.gc]\nenable = true", /unknown key 'enable' in \[dispatch.gc\] \(did you mean 'enabled'\?\)/],
    ["[remote]\nssh_user = 'x'", /2:2 \[remote\] needs ssh_alias or host/],
    ["[remote]\nssh_alias = '-oProxyCommand=x'", /begins with a dash/],
  ] as const) {
    t.match(await cluster(`name = "x"\n${text}\n`), [message], text);
  }
});

t.test("lab-cluster(5) has every key, and its examples are right", async (t) => {
  const page = fs.readFileSync("man/man5/lab-cluster.5", "utf8");
  const text = page.replaceAll(/^\.\S+( |$)|\b(Ns|Ic|Ar|Li)\b/gm, "");
  for (const [section, schema] of Object.entries({ ...clusterSchema.entries, ...projectSchema.entries })) {
    t.match(text, new RegExp(`\\b${section}\\b`), section);
    const inner = (schema as { wrapped?: { entries?: object } }).wrapped?.entries;
    for (const key of Object.keys(inner ?? {})) t.match(text, new RegExp(`\\b${key}\\b`), `${section}.${key}`);
  }
  const files = [...page.matchAll(/^cat >(\S+) <<'END'\n(.*?)^END$/gms)].map(([, name, content]) => ({
    name: String(name),
    content,
  }));
  t.ok(files.length >= 3);
  for (const { name, content = "" } of files) {
    t.strictSame(await (name === ".lab.toml" ? project : cluster)(content), [], name);
  }
});
