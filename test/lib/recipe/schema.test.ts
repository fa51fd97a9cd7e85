import t from "tap";
import { said } from "./recipes.js";

const base = `name = "fit"\ncommand = ["true"]\n`;

t.test("the smallest recipe, and the largest", async (t) => {
  t.strictSame(await said(t.testdir(), base), []);
  const all = `
name = "fit_qwen3vl"
repo = "omegalax"
command = ["python", "fit.py"]
workdir = "."
seed = 0
tags = ["baseline"]
[args]
lr = "{params.lr}"
data = "{inputs.dataset.path}"
out = "{outputs.checkpoint.path}"
[args_format]
style = "space"
[params]
lr = 3e-4
[env]
OMP_NUM_THREADS = "8"
pass = ["HF_TOKEN"]
[source]
paths = ["src", "configs"]
ignore = ["*.ipynb"]
include = [".env.example"]
unpack = "auto"
[environment]
modules = ["cuda/12.4"]
conda = "ml"
setup = ["source ~/setup.sh"]
inherit = false
[resources]
gpus = 8
cpus = 32
mem = "256GB"
time = "08:00:00"
nodes = 1
partition = "gpu"
qos = "high"
account = "lab"
constraint = "a100|h100"
gpu_mem = "40GB"
tmp_disk = "100GB"
priority = 5
exclude = "node[001-002]"
reservation = "r"
max_concurrent = 4
sbatch_extra = ["--gpu-bind=closest"]
[[resources.components]]
gpus = 4
nodes = 1
[inputs.dataset]
type = "external"
path = "/data/ifeval"
fingerprint = "stat"
[outputs.checkpoint]
type = "checkpoint_stream"
marker = "_CHECKPOINT_METADATA"
alias = "fit_qwen3vl_{run.id}"
digest = "stat"
[checkpoints]
globs = ["checkpoints/**/*.pt"]
pointer = "checkpoint_state.json"
resume_arg = "--resume_from_checkpoint"
requeue = true
signal = "USR1"
warn = "5m"
max_attempts = 3
[gpu_estimate]
params_b = 7.0
layers = 32
hidden = 4096
inner = 11008
vocab = 32000
batch_size = 8
seq_len = 4096
dtype = "bf16"
optimizer = "adamw"
gradient_checkpointing = true
profile = "transformer"
multiplier = 1.0
target_mem_per_gpu_gb = 80
safety_factor = 1.15
min = 1
max = 8
round_to = 2
[launcher]
kind = "auto"
nproc_per_node = "auto"
nnodes = 1
master_port = 29500
port_offset = "auto"
extra = ["--max_restarts=2"]
ddp = "supported"
[eval]
command = ["python", "eval.py", "--checkpoint", "{checkpoint.path}"]
checkpoint = "latest"
launcher = "inherit"
args = { split = "test" }
workdir = "."
pass_params = true
[collect]
globs = ["eval_csv/**/*.csv"]
[after]
afterok = ["4512345", "k7q3mz"]
[notify]
email = "you@example.org"
when = "afternotok"
[tracking.wandb]
entity = "p-doom"
project = "fit"
[checks]
unknown_args = "warn"
topology = "error"
resources = "warn"
preflight = "error"
near_duplicate = "warn"
[narrative]
hypothesis = "h"
context = "c"
intent = "i"
expected_outcome = "e"
note = "n"
group = "lr-ablation"
parent = "k7q3mz"
`;
  t.strictSame(await said(t.testdir(), all), []);
});

t.test("what is not built yet is refused by its name", async (t) => {
  for (const [text, message] of [
    ["[inputs.a]\ntype = 'artifact'\nartifact = 'x'\nprewarm = true", "inputs.a.prewarm is not supported yet"],
    ["[inputs.a]\ntype = 'checkpoint'\nartifact = 'x'", "unknown key 'artifact' in [inputs.a]"],
    ["[inputs.a]\ntype = 'external'\npath = '/x'\nprewarm = true", "inputs.a.prewarm is not supported yet"],
    ["[stages.a]\nrecipe = 'a.toml'", "this is a pipeline ([stages]), not a recipe"],
    ["[applies_to]\ntype = 'checkpoint'", "this is a policy, not a recipe: lab-evald reads it"],
    ["[filesystem]\nruns_base = '/x'", "this is a cluster file, not a recipe"],
  ] as const) {
    const found = await said(t.testdir(), base + text);
    t.equal(found.length, 1, text);
    t.equal(found[0]?.replace(/^\d+:\d+ /, ""), message);
  }
});

t.test("what a value cannot be", async (t) => {
  for (const [text, message] of [
    ["workdir = '../x'", /^3:11 workdir = "..\/x" leads out of its directory/],
    ["workdir = '/x'", /leads out/],
    ["seed = 1.5", /seed is 1.5, expected a whole number/],
    ["tags = ['a', '']", /tags.1 is empty/],
    ['tags = ["a\\nb"]', /tags.0 has a control character in it/],
    ["args = ['x']", /args is a list, expected a table/],
    ["args.a = [[1]]", /args.a holds a list or a table/],
    ["args.a = [true]", /args.a holds a list or a table/],
    ["args.model.lr = 1", /\[args.model\] is a table: an argument is/],
    ["args.'-x' = 1", /args.-x cannot be an argument/],
    ["args.'a b' = 1", /args."a b" cannot be an argument/],
    ["args.'a=b' = 1", /args."a=b" cannot be an argument/],
    ["env.A = true", /env.A is true, expected a string or a number/],
    ["env.A = 1.5", /env.A is a number that is not whole/],
    ["env.'A-B' = 'x'", /^3:5 env.A-B cannot be the name of a variable/],
    ["env.pass = ['A B']", /env.pass.0 = "A B" cannot be the name of a variable/],
    ["env.pass = ['LAB_SEED']", /env.pass.0 = "LAB_SEED" is set by the toolkit/],
    ["env.LAB_RUN_DIR = '/x'", /LAB_RUN_DIR is set by the toolkit/],
    ["[source]\npaths = []", /source.paths is empty/],
    ["[eval]\nargs.a = 1", /\[eval\] has no command|eval.command/],
    ["[eval]\ncommand = 'x'\nlauncher = 'srun'", /eval.launcher is neither "inherit" nor a table/],
    ["[eval]\ncommand = 'x #'\npass_params = true", /eval.command ends in a comment/],
    ["[eval]\ncommand = 'x'\ncheckpoint = '{checkpoint.path}'", /\{checkpoint.path\} has no value here/],
    ["[checkpoints]\nglobs = ['../**']", /checkpoints.globs.0 = "..\/\*\*" leads out/],
    ["[checkpoints]\npointer = '/x'", /checkpoints.pointer = "\/x" leads out/],
    ["[checkpoints]\nresume_arg = 'resume from'", /checkpoints.resume_arg is no option/],
    ["[checkpoints]\nwarn = '5m'", /\[checkpoints\] has signal, warn or max_attempts without requeue = true/],
    ["[checkpoints]\nrequeue = true\nsignal = 'KILL'", /checkpoints.signal = "KILL" is no signal that a command can/],
    ["[checkpoints]\nrequeue = true\nwarn = 5", /checkpoints.warn = 5 has no unit: write "5m"/],
    ["[checkpoints]\nrequeue = true\nwarn = '10m'", /checkpoints.warn = "10m" is not less than the time limit, 600s/],
    ["[checkpoints]\nrequeue = true\nmax_attempts = 0", /checkpoints.max_attempts/],
    ["[environment]\nconda = 'a'\nvenv = 'b'", /\[environment\] names more than one of conda, venv and container/],
    ["[outputs.'model.5']\ntype = 'model'", /3:10 outputs."model.5" cannot be the role of an output/],
    ["[inputs.'a/b']\ntype = 'external'\npath = '/x'", /3:9 inputs."a\/b" cannot be a role/],
    ["[inputs.a]\npath = '/x'", /inputs.a.type is missing/],
    ["[inputs.a]\ntype = 'artifact'", /inputs.a.artifact is missing/],
    ["[inputs.a]\ntype = 'artifact'\nartifact = ''", /inputs.a.artifact/],
    [
      "[inputs.a]\ntype = 'artifact'\nartifact = 'x'\nfingerprint = 'stat'",
      /inputs.a.fingerprint is for external inputs: what an artifact is known by was recorded with it/,
    ],
    ["[inputs.a]\ntype = 'artifact'\nartifact = 'x'\npath = '/x'", /unknown key 'path'/],
    [
      "[inputs.a]\ntype = 'extrnal'\npath = '/x'",
      /inputs.a.type is "extrnal", expected "external" or .* \(did you mean 'external'\?\)/,
    ],
    ["[outputs.a]\nmarker = 'x'", /outputs.a.type is missing/],
    ["[outputs.a]\ntype = '../x'", /outputs.a.type cannot be a type/],
    ["[outputs.a]\ntype = 'model'\nmarker = '../../etc/x'", /outputs.a.marker = ".*" leads out/],
    ["[outputs.a]\ntype = 'checkpoint_stream'", /\[outputs.a\] needs a marker/],
    ["[after]\nafterok = ['a:b']", /after.afterok.0 is no job or run/],
    ["[notify]\nwhen = 'after'", /\[notify\] says neither email nor run/],
    ["[notify]\nemail = 'x'", /notify.email is no address/],
    ["[tracking.wandb]\nentity = 'x'", /3:11 tracking.wandb.project is missing/],
    ["[tracking.mlflow]\nx = 1", /unknown key 'mlflow' in \[tracking\]/],
    ["[checks]\ntopology = 'off'\npreflight = true", /checks.preflight is true, expected "warn" or "error" or "off"/],
    ["[collect]\nglobs = ['/etc/*']", /collect.globs.0 = "\/etc\/\*" leads out/],
    ["[args_format]\nstyle = 'spaces'", /did you mean 'space'/],
    ["[narrative]\nparent = 'a b'", /narrative.parent is no job or run/],
    ["extend = 'x.toml'", /unknown key 'extend' \(did you mean 'extends'\?\)/],
  ] as const) {
    const found = await said(t.testdir(), base + text);
    t.equal(found.length, 1, `${text}: ${found.join(" / ")}`);
    t.match(found[0], message);
  }
});

t.test("names and commands", async (t) => {
  for (const [text, message] of [
    ["command = 'x'", /name is missing/],
    ["name = 'a'", /command is missing/],
    ["name = ''\ncommand = 'x'", /name is empty/],
    ["name = ' a'\ncommand = 'x'", /name has a space/],
    [`name = '${"a".repeat(129)}'\ncommand = 'x'`, /name is too long/],
    ["name = 'a'\ncommand = []", /command is empty/],
    ["name = 'a'\ncommand = ['']", /command.0 is empty: it is the program/],
    ["name = 'a'\ncommand = ' '", /command is empty/],
    ["name = 'a'\ncommand = ['x', 5]", /command.1 is 5, expected a string/],
    ["name = 'a'\ncommand = 5", /command is 5, expected a string or a list/],
  ] as const) {
    const found = await said(t.testdir(), text);
    t.equal(found.length, 1, `${text}: ${found.join(" / ")}`);
    t.match(found[0], message);
  }
});
