import crypto from "node:crypto";
import fc from "fast-check";
import t from "tap";
import { cacheKey, keyParts } from "../../../lib/recipe/key.js";
import type { Run } from "../../../lib/record/run.js";
import { planned } from "./recipes.js";

const digest = (text: string) => `sha256:${crypto.createHash("sha256").update(text).digest("hex")}`;

const text = `name = "fit"
command = ["python", "fit.py", "{run.dir}"]
seed = 0
tags = ["a"]
[args]
lr = "{params.lr}"
n = 1
[params]
lr = 1e-4
steps = 10
[env]
OMP_NUM_THREADS = "8"
[environment]
modules = ["cuda/12"]
setup = ["true"]
[resources]
gpus = 2
[inputs.data]
type = "external"
path = "/data"
[outputs.ckpt]
type = "checkpoint"
marker = "DONE"
`;

const resolved = async (dir: string, recipe = text, set: string[] = []): Promise<Run> => {
  const run = await planned(dir, recipe, set);
  const data = run.inputs["data"];
  if (data) data.recorded = { kind: "file", digest: digest("data") };
  return { ...run, source: { ...run.source, digest: digest("tree"), paths_digest: digest("src") } };
};

t.test("the key of known parts is what any canonical JSON gives", async (t) => {
  const run = await resolved(t.testdir());
  const key = cacheKey(run);
  t.equal(key.version, "lab-key/1");
  const json = `{"args":{"lr":"{params.lr}","n":1},"command":["python","fit.py","{run.dir}"],"env":{"OMP_NUM_THREADS":"8"},"environment":{"modules":["cuda/12"],"setup":["true"]},"floats":[],"inputs":{"data":{"digest":"${digest("data")}","fingerprint":"stat","kind":"file"}},"key":"lab-key/1","outputs":{"ckpt":{"marker":"DONE","type":"checkpoint"}},"params":{"lr":0.0001,"steps":10},"pass":[],"seed":0,"source":"${digest("tree")}","topology":{"gpus":2,"nodes":1},"workdir":"."}`;
  t.equal(key.digest, digest(json));
  t.strictSame(key.of, keyParts(run));
  t.equal(
    cacheKey(JSON.parse(JSON.stringify(run)) as Run).digest,
    key.digest,
    "also of a record that has been through a pipe",
  );
});

t.test("what does not change it", async (t) => {
  const base = cacheKey(await resolved(t.testdir())).digest;
  for (const set of [
    ["name=other"],
    ["tags=[]"],
    ["resources.time=5h"],
    ["resources.mem=1GB"],
    ["resources.partition=x"],
    ["resources.account=x"],
    ["resources.cpus=9"],
    ["resources.qos=x"],
    ["resources.priority=3"],
    ["resources.constraint=x"],
    ["resources.exclude=n1"],
    ["resources.nodes=1"],
    ['resources.sbatch_extra=["--exclusive"]'],
    ["tracking.wandb={project = 'x'}"],
    ["narrative={note = 'x', group = 'g'}"],
    ["outputs.ckpt.alias=x_{run.id}"],
    ["outputs.ckpt.digest=sha256"],
    ["inputs.data.path=/elsewhere"],
    ["params.lr=0.0001"],
    ['after.afterok=["1"]'],
    ["notify.run=x"],
    ["checks.topology=off"],
    ['collect.globs=["*"]'],
    ['source.ignore=["x"]'],
    ["environment.inherit=false"],
    ["workdir=./"],
    ["resources.components=[]"],
    ['environment.modules=["cuda/12"]'],
    ["args_format.style=equals"],
  ]) {
    t.equal(cacheKey(await resolved(t.testdir(), text, set)).digest, base, set.join(" "));
  }
  const run = await resolved(t.testdir());
  t.equal(
    cacheKey({
      ...run,
      id: "20261120-201455-aaaaaa",
      user: "bob",
      run_dir: "/x",
      epoch: "1",
      planned_at: "2027-01-01T00:00:00Z",
    }).digest,
    base,
  );
  const shuffled = text
    .replace(`lr = "{params.lr}"\nn = 1`, `n = 1\nlr = "{params.lr}"`)
    .replace("lr = 1e-4\nsteps = 10", "steps = 10\nlr = 1e-4");
  t.not(shuffled, text);
  t.equal(cacheKey(await resolved(t.testdir(), shuffled)).digest, base, "the order of keys");
});

t.test("what changes it, and each thing to something else", async (t) => {
  const seen = new Map([[cacheKey(await resolved(t.testdir())).digest, "nothing"]]);
  const differs = (run: Run, what: string) => {
    const key = cacheKey(run).digest;
    t.equal(seen.get(key), undefined, what);
    seen.set(key, what);
  };
  for (const set of [
    'command=["python"]',
    "command=python fit.py {run.dir}",
    "args.n=2",
    "args.n=1.0",
    'args.n="1"',
    "args.n=true",
    "args.n=[1]",
    "args.m=1",
    "args_format.style=space",
    "params.lr=3e-4",
    "params.steps=10.0",
    "params.steps=inf",
    'params.steps="inf"',
    "params.more=1",
    "seed=1",
    "env.OMP_NUM_THREADS=4",
    "env.B=8",
    'env.pass=["HF_TOKEN"]',
    "workdir=sub",
    "environment.modules=[]",
    "environment.conda=ml",
    "environment.venv=ml",
    "environment.container=ml",
    "environment.setup=[]",
    "environment.inherit=true",
    "resources.gpus=1",
    "resources.nodes=2",
    "resources.components=[{gpus = 1}]",
    "resources.components=[{}, {gpus = 1}]",
    'source.paths=["src"]',
    "outputs.ckpt.type=model",
    "outputs.ckpt.marker=OTHER",
    "outputs.more={type = 'x'}",
    "inputs.data.fingerprint=none",
    "inputs.data.fingerprint=sha256",
  ]) {
    differs(await resolved(t.testdir(), text, [set]), set);
  }
  const run = await resolved(t.testdir());
  differs({ ...run, source: { ...run.source, digest: digest("other") } }, "the source");
  const data = run.inputs["data"];
  if (!data) throw new Error("no input");
  differs(
    { ...run, inputs: { data: { ...data, recorded: { kind: "file", digest: digest("other") } } } },
    "the fingerprint",
  );
  differs(
    { ...run, inputs: { data: { ...data, recorded: { kind: "directory", digest: digest("data") } } } },
    "a directory",
  );
  differs({ ...run, inputs: { other: data } }, "the role");
  differs(
    { ...run, inputs: { data: { ...data, fingerprint: "none", path: "/elsewhere" } } },
    "the path of what has no fingerprint",
  );
});

t.test("two tables have one key only if they are equal", async (t) => {
  const run = await resolved(t.testdir());
  const value = fc.jsonValue({ maxDepth: 2 });
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value), fc.dictionary(fc.string(), value), (a, b) => {
      const [one, other] = [a, b].map((params) => JSON.stringify(params));
      const same = cacheKey({ ...run, params: a }).digest === cacheKey({ ...run, params: b }).digest;
      return one === other ? same : !same || sorted(a) === sorted(b);
    }),
  );
});

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

t.test("a run that has not come that far has no key", async (t) => {
  const run = await planned(t.testdir(), text);
  t.throws(() => cacheKey(run), { code: "dataerr", message: "cannot make the cache key: the run has no snapshot" });
  t.throws(() => cacheKey({ ...run, source: { ...run.source, digest: digest("x") } }), {
    message: "cannot make the cache key: the input 'data' has no fingerprint",
  });
  t.throws(() => cacheKey({ ...run, source: { ...run.source, paths: ["src"], digest: digest("x") } }), {
    message: /no snapshot/,
  });
});

t.test("an artifact in the key: who made it, as what, in which epoch; from outside what it is", async (t) => {
  const run = await resolved(t.testdir());
  const maker = { run: "20261120-201455-aaaaaa", role: "model", key: digest("maker"), epoch: "1" };
  const keyOf = (input: object) => {
    const inputs = { data: { type: "artifact", artifact: "best", ...input } } as Run["inputs"];
    return { digest: cacheKey({ ...run, inputs }).digest, part: keyParts({ ...run, inputs })["inputs"] };
  };
  const one = keyOf({ ...maker, id: `art-${"0".repeat(20)}`, path: "/a", user: "ada" });
  t.strictSame(one.part, { data: { role: "model", key: digest("maker"), epoch: "1" } });
  const same = [
    { ...maker, artifact: "another/name" },
    { ...maker, path: "/elsewhere", user: "bob", id: `art-${"1".repeat(20)}` },
    { ...maker, run: "20261120-201455-bbbbbb" },
    { ...maker, marker: "DONE", marker_mtime: 1, marker_bytes: 2 },
  ];
  for (const other of same) t.equal(keyOf(other).digest, one.digest, JSON.stringify(other));
  const others = [
    { ...maker, role: "other" },
    { ...maker, step: 3 },
    { ...maker, step: 4 },
    { ...maker, key: digest("another") },
    { ...maker, epoch: "2" },
    { run: maker.run, role: "model" },
    { id: `art-${"2".repeat(20)}`, digest: digest("bytes") },
    { id: `art-${"2".repeat(20)}` },
  ];
  t.equal(new Set([one.digest, ...others.map((other) => keyOf(other).digest)]).size, others.length + 1);
  const outside = { digest: digest("bytes"), digest_of: "sha256", path: "/a" };
  t.equal(keyOf({ ...outside, id: `art-${"3".repeat(20)}` }).digest, keyOf({ ...outside, path: "/b" }).digest);
  t.throws(() => keyOf({}), { code: "dataerr", message: /'data' is not known yet$/ });
});
