import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { type Fields, recipe, site } from "../support/cluster.js";
import { records } from "../support/sandbox.js";

// What Slurm understood of a recipe, and what the job saw, when the submitter's shell does its worst.
t.setTimeout(600_000);
const place = await site({ name: "directives 100%" });
t.teardown(() => place.remove());
const bob = place.person("lab-bob");
fs.writeFileSync(
  place.cluster,
  `${fs.readFileSync(place.cluster, "utf8")}\n[env]\nSITE = "of the site"\nBOTH = "site"\n`,
);

// Her login shell exports, prints and defines functions; sbatch would obey the first half of it.
const hostile = {
  SBATCH_PARTITION: "down",
  SBATCH_TIMELIMIT: "1",
  SBATCH_JOB_NAME: "x",
  SBATCH_EXPORT: "ALL",
  SBATCH_REQUEUE: "1",
  SBATCH_ACCOUNT: "y",
  SBATCH_OPEN_MODE: "truncate",
  SBATCH_ARRAY_INX: "0-3",
  SBATCH_QOS: "few",
  SBATCH_GRES: "gpu:4",
  SBATCH_MEM_PER_NODE: "9000",
  SBATCH_COMMENT: "z",
  SBATCH_CONSTRAINT: "nothing",
  SBATCH_OUTPUT: "/dev/null",
  SBATCH_GET_USER_ENV: "1",
  SLURM_CLUSTERS: "nowhere",
  SLURM_NTASKS: "9",
  SLURM_JOB_ID: "7",
  SLURM_TIME_FORMAT: "relative",
  SLURM_BITSTR_LEN: "2",
  SQUEUE_FORMAT: "%T",
  SQUEUE_STATES: "PD",
  SACCT_FORMAT: "jobid",
  SCANCEL_INTERACTIVE: "1",
  SINFO_FORMAT: "%n",
  SECRET: "s3cret",
  NIL: "leaked",
  BASH_ENV: "/nonexistent",
  POSIXLY_CORRECT: "1",
  GREP_OPTIONS: "-v",
  TAR_OPTIONS: "--exclude=*",
  PYTHONPATH: "/nonexistent",
  CDPATH: "/",
  TMPDIR: "/nonexistent",
  LC_ALL: "C",
  TZ: "Pacific/Auckland",
  IFS: "x",
};
const profile = [
  "echo noise from the profile",
  ...Object.entries(hostile).map(([name, value]) => `export ${name}='${value}'`),
  "printf() { echo hijacked; }; env() { echo hijacked; }; export -f printf env",
  "umask 077",
  `PATH='${place.env["PATH"]}'`,
].join("\n");
for (const name of [".profile", ".bashrc"]) bob.write(`../${name}`, `${profile}\n`);
const real = path.join(place.root("getent", "passwd", "lab-bob").split(":")[5] ?? "", ".profile");
const kept = fs.existsSync(real) ? fs.readFileSync(real) : undefined;
fs.writeFileSync(real, "export FROM_PROFILE=1 SLURM_JOB_ID=7 PATH=$PATH:/from-profile\necho noise on the node\n");
t.teardown(() => (kept === undefined ? fs.rmSync(real) : fs.writeFileSync(real, kept)));

/** `lab run` in her login shell; the run's record. */
async function typed(...words: string[]): Promise<Fields> {
  const result = await bob.run(["bash", "-l", "-c", 'unset TMPDIR; lab run "$@"', "-", "--json", ...words]);
  if (result.code !== 0) throw new Error(result.stderr + result.stdout);
  return records(result.stdout.replace(/^noise.*\n/, ""))[0] as Fields;
}

// Each cluster has nodes of its own.
const nodes = place.root("sinfo", "--noheader", "--Node", "--partition=debug", "--format=%N").trim().split("\n");
const [wanted, excluded] = [nodes.slice(0, 2).join(","), nodes.slice(2, 4).join(",")];

const everything = `name = "fit é/100% 'q\\" x"
command = ["srun", "true"]
[resources]
gpus = 2
cpus = 3
mem = "1500MB"
time = "1h30m1s"
nodes = 2
partition = "low"
qos = "high"
account = "lab-research"
priority = 2
exclude = "${excluded}"
constraint = "(a100|h100)&ib"
sbatch_extra = ["--hold", "--gpu-bind=closest", "--licenses=", "--begin=now+1hour"]
[notify]
email = "someone@example.org"
when = "afternotok"
`;

const shows = recipe("shows", {
  command: [
    "bash",
    "-c",
    `env -0 >"$LAB_RUN_DIR/env"; umask; pwd; readlink /proc/$$/fd/0; srun sh -c 'echo "$SLURM_PROCID $OWN $LAB_RUN_ID $PWD"'; printf '%s\\n' "$@"; echo err >&2`,
    "-",
    "{params.odd}",
    "$(id)",
  ],
  more: `[params]
odd = '{"a": "\${X}"} \`id\` é "%j'
[env]
OWN = "a $HOME \\"b\\" 'c' %j {seed} é"
BOTH = "recipe"
`,
}).replace(/^name/m, 'seed = 7\nworkdir = "examples/digits"\nname');

const features = (names: string) =>
  place.root("scontrol", "update", `nodename=${wanted}`, `availablefeatures=${names}`, `activefeatures=${names}`);
features("a100,h100,ib");
t.teardown(() => features(""));
const shown = await typed(bob.write("r/everything.toml", everything));
const seen = await typed(bob.write("r/shows.toml", shows));
const inherits = await typed(
  bob.write("r/inherits.toml", recipe("inherits", { body: "env -0", more: "[environment]\ninherit = true" })),
);

t.test("the directives, field by field", (t) => {
  const words = place.root("scontrol", "show", "job", "-o", shown["job"].id);
  const field = (name: string) => new RegExp(` ${name}=(.*?)(?= [A-Z][A-Za-z/_:]*=| *\n)`).exec(` ${words}`)?.[1];
  const { id, run_dir, submission } = shown;
  const registry = JSON.parse(fs.readFileSync(path.join(place.registry, "REGISTRY.json"), "utf8")).id;
  for (const [name, value] of Object.entries({
    JobName: `fit___100___q__x.${id.slice(-6)}`,
    UserId: `lab-bob(${bob.uid})`,
    Comment: `lab/1 ${registry} ${id}`,
    WorkDir: run_dir,
    Command: submission.script,
    // scontrol shows what was asked for; the file has one % where this has two
    StdErr: path.join(run_dir.replaceAll("%", "%%"), `.lab/submit-1/slurm-${shown["job"].id}.out`),
    StdOut: path.join(run_dir.replaceAll("%", "%%"), `.lab/submit-1/slurm-${shown["job"].id}.out`),
    StdIn: "/dev/null",
    TimeLimit: "01:31:00",
    Partition: "low",
    QOS: "high",
    Account: "lab-research",
    Requeue: "0",
    Nice: "300",
    NumNodes: "2-2",
    NumTasks: "2",
    "CPUs/Task": "3",
    MinMemoryNode: "1500M",
    TresPerNode: "gres:gpu:2",
    ExcNodeList: place.root("scontrol", "show", "hostlist", excluded).trim(),
    JobState: "PENDING",
    Reason: "JobHeldUser",
    Features: "(a100|h100)&ib",
    MailUser: "someone@example.org",
    Dependency: "(null)",
  })) {
    t.equal(field(name)?.trim(), value, name);
  }
  place.root("scancel", shown["job"].id);
  t.end();
});

t.test("the job's environment is what was declared, and nothing else", async (t) => {
  await bob.lab(["lab", "wait", seen["id"], inherits["id"]]);
  const text = fs.readFileSync(path.join(seen["run_dir"], "env"), "utf8");
  const env = Object.fromEntries(text.split("\0").map((line) => line.split(/=(.*)/s).slice(0, 2)));
  const allowed =
    /^(|_|HOME|USER|LOGNAME|PATH|TMPDIR|LANG|PWD|OLDPWD|SHLVL|PYTHONPATH|PYTHONUNBUFFERED|SITE|OWN|BOTH|SLURM_\w+|LAB_(RUN_ID|RUN_DIR|CONTEXT|PARAMS|ATTEMPT|SEED|SCRATCH|METRICS))$/;
  t.same(
    Object.keys(env).filter((name) => !allowed.test(name)),
    [],
  );
  const attempt = path.join(seen["run_dir"], ".lab/attempt-1");
  t.match(env, {
    USER: "lab-bob",
    OWN: `a $HOME "b" 'c' %j 7 é`,
    SITE: "of the site",
    BOTH: "recipe",
    SLURM_JOB_ID: seen["job"].id,
    SLURM_EXPORT_ENV: "ALL",
    LAB_RUN_ID: seen["id"],
    LAB_SEED: "7",
    LANG: "C.UTF-8",
  });
  t.equal(env["PYTHONPATH"].split(":").length, 1);
  t.match(fs.readFileSync(path.join(attempt, "job.log"), "utf8").split("\n"), [
    "0027",
    /^\/.*\/source\/examples\/digits$/,
    "/dev/null",
    new RegExp(`^0 ${env["OWN"].replace(/[.*+?^${}()|[\]\\]/g, "\\$&")} ${seen["id"]} /.*/source/examples/digits$`),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what the shell must not expand
    '{"a": "${X}"} `id` é "%j',
    "$(id)",
    "err",
    "",
  ]);
  t.equal(
    fs.readFileSync(path.join(seen["run_dir"], `.lab/submit-1/slurm-${seen["job"].id}.out`), "utf8"),
    `lab: ${seen["id"]}: attempt 1: command, exit code 0\n`,
    "nothing of the profile on the node",
  );
  t.equal(fs.statSync(path.join(attempt, "job.log")).mode & 0o777, 0o640);
});

t.test("who asks for the caller's environment gets it, save what is Slurm's", async (t) => {
  const log = fs.readFileSync(path.join(inherits["run_dir"], ".lab/attempt-1/job.log"), "utf8");
  const env = Object.fromEntries(log.split("\0").map((line) => line.split(/=(.*)/s).slice(0, 2)));
  t.match(env, {
    SECRET: "s3cret",
    TZ: "Pacific/Auckland",
    CDPATH: "/",
    LC_ALL: "C",
    SLURM_JOB_ID: inherits["job"].id,
  });
  for (const name of ["SBATCH_PARTITION", "SLURM_TIME_FORMAT", "LAB_CLUSTER"]) t.notOk(name in env, name);
  t.notMatch(log, /hijacked/);
});
