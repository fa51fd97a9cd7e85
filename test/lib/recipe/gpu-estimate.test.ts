// How an estimate becomes the GPUs of a run, and what is said of a number that a person gave.
import t from "tap";
import { gpuEstimate } from "../../../lib/recipe/gpu-estimate.js";
import { resourceFindings } from "../../../lib/recipe/resource-findings.js";
import { sized } from "../../../lib/recipe/sized.js";
import { planned, said } from "./recipes.js";

const base = 'name = "fit"\ncommand = ["python", "fit.py"]\n';

// 7 billion parameters of 18 bytes, and few activations: 144.9 GB with the safety, two GPUs of 80.
const seven =
  "params_b = 7\nbatch_size = 4\nseq_len = 64\nhidden = 64\nlayers = 1\ndtype = 'bf16'\ntarget_mem_per_gpu_gb = 80";

t.test("what the recipe leaves open is what the estimate comes to, as far as the topology goes", async (t) => {
  const cases: [string, string, string, number | undefined][] = [
    ["as it is", "gpus = 'auto'", seven, 2],
    ["of double precision and plain SGD", "gpus = 'auto'", seven.replace("'bf16'", "'fp32'\noptimizer = 'sgd'"), 1],
    ["with Adam in 8 bits", "gpus = 'auto'", `${seven}\noptimizer = 'adam8bit'`, 2],
    ["not fewer than min", "gpus = 'auto'", `${seven}\nmin = 4`, 4],
    ["not more than max", "gpus = 'auto'", `${seven.replace("params_b = 7", "params_b = 700")}`, 8],
    ["on two nodes", "gpus = 'auto'\nnodes = 2", seven, 1],
    ["three on two nodes are two on each", "gpus = 'auto'\nnodes = 2", `${seven}\nmin = 3`, 2],
    ["but no more than max in all", "gpus = 'auto'\nnodes = 2", `${seven}\nmin = 3\nmax = 3`, 1],
    ["rounded up", "gpus = 'auto'", `${seven}\nmin = 3\nround_to = 4`, 4],
    ["the GPUs' memory as they are asked for", "gpus = 'auto'\ngpu_mem = '40GB'", seven.replace(/\ntarget.*/, ""), 4],
    ["the memory itself", "gpus = 'auto'", "gpu_memory = '100GB'\ntarget_mem_per_gpu_gb = 80", 2],
    [
      "the memory itself, that just fits",
      "gpus = 'auto'",
      "gpu_memory = '80GB'\ntarget_mem_per_gpu_gb = 80\nsafety_factor = 1",
      1,
    ],
    ["one process", "gpus = 'auto'", `${seven}\n[launcher]\nddp = 'unsupported'`, 1],
    ["as many as there are processes", "gpus = 'auto'", `${seven}\n[launcher]\nkind = 'srun'\nnproc_per_node = 6`, 6],
    ["a number stays", "gpus = 7", seven, 7],
  ];
  for (const [name, resources, estimate, gpus] of cases) {
    const run = await planned(t.testdir(), `${base}[resources]\n${resources}\n[gpu_estimate]\n${estimate}\n`);
    const whole = sized(run);
    t.equal(whole.resources.gpus, gpus, name);
    t.strictSame(sized(whole), whole, `${name}: once and for all`);
  }
});

t.test("it tells where each value is from, nearest first", async (t) => {
  const run = await planned(
    t.testdir(),
    `${base}[args]\nbatch-size = 8\nhidden_size = "768"\n[params]\nbatch_size = 16\nlayer = { d_model = 256 }\nprecision = "bf16"\n[resources]\ngpus = "auto"\n[gpu_estimate]\nlayers = 3\n`,
  );
  const { factors } = gpuEstimate(run);
  const from = Object.fromEntries(factors.map((factor) => [factor.name, [factor.value, factor.from]]));
  t.match(from, {
    batch_size: [8, "args.batch_size"],
    hidden: [256, "params.layer.d_model"],
    dtype: ["bf16", "params.precision"],
    layers: [3, "gpu_estimate.layers"],
    seq_len: [512, "default"],
    inner: [1024, "default"],
  });
});

t.test("a number that a person gave is never changed, and warned of only where it is far off", async (t) => {
  const cases: [number | "auto", string, RegExp | undefined][] = [
    [1, seven, /^it asks for 1 gpu; by estimate it needs 2 at least \(144\.9 GB\)$/],
    [2, seven, undefined],
    [6, seven, /^it asks for 6 gpus; by estimate more than 2 are of no use$/],
    ["auto", seven, undefined],
    ["auto", `${seven}\nmax = 1`, /^by estimate it needs 144\.9 GB, which is 2 gpus, and gets 1$/],
  ];
  for (const [gpus, estimate, message] of cases) {
    const text = `${base}[resources]\ncpus = 8\ngpus = ${JSON.stringify(gpus)}\n[gpu_estimate]\n${estimate}\n`;
    const found = resourceFindings(sized(await planned(t.testdir(), text)));
    t.equal(found.length, message === undefined ? 0 : 1, `${gpus} ${estimate}`);
    if (message !== undefined) t.match(found[0], { at: ["resources", "gpus"], message });
  }
});

t.test("what goes by nothing, and what nothing goes by", async (t) => {
  const dir = () => t.testdir();
  t.match(await said(dir(), `${base}resources.gpus = "auto"\n`), [/^3:\d+ .*"auto" has nothing to go by/]);
  t.match(await said(dir(), `${base}gpu_estimate.params_b = 7\n`), [/\[gpu_estimate\] sizes nothing/]);
  t.match(await said(dir(), `${base}resources.gpus = 2\ngpu_estimate.parms = 7\n`), [/unknown key 'parms'/]);
  t.match(await said(dir(), `${base}resources.gpus = 2\ngpu_estimate.optimizer = "adamx"\n`), [/optimizer/]);
  t.match(await said(dir(), `${base}resources.gpus = 2\ngpu_estimate.gpu_memory = 80\n`), [
    /has no unit: write "80GB"/,
  ]);
});
