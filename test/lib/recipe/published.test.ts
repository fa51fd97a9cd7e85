// Recipes in the shape of those published for labctl are valid as they are.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { commandLine } from "../../../lib/recipe/command-line.js";
import { loadRecipe } from "../../../lib/recipe/load.js";
import { outputNames } from "../../../lib/recipe/outputs.js";
import { planRun } from "../../../lib/recipe/plan.js";
import { tokenValues } from "../../../lib/recipe/tokens.js";
import { validateRecipe } from "../../../lib/recipe/validate.js";
import type { Run } from "../../../lib/record/run.js";
import { context, said } from "./recipes.js";

const cwd = path.resolve("test/lib/recipe/fixtures/published");
const { id: runId = "" } = context;

async function command(name: string): Promise<{ run: Run; argv: string[] }> {
  const run = planRun(await loadRecipe(name, { cwd }), context);
  const inputs = Object.fromEntries(Object.entries(run.inputs).map(([role, { path = "" }]) => [role, path]));
  const outputs = Object.fromEntries(
    Object.entries(outputNames(run)).map(([role, { directory }]) => [role, `/out/${directory}`]),
  );
  return { run, argv: commandLine(run, tokenValues(run, { dir: "/run", inputs, outputs })) };
}

for (const name of fs.readdirSync(cwd)) {
  t.test(name, async (t) => {
    t.strictSame(await validateRecipe(name, { cwd }), []);
    const { argv } = await command(name);
    t.notMatch(argv.join(" "), /\{(run|params|inputs|outputs|args|recipe)\./);
  });
}

t.test("they run as they say", async (t) => {
  const train = await command("train.toml");
  t.strictSame(train.argv, [
    ...["uv", "run", "python", "train.py", "--config=configs/vit_small.yaml", "--lr=0.0003", "--batch_size=256"],
    ...[
      "--data_dir=/shared/datasets/imagenet",
      `--save_dir=/out/vit_small_${runId}`,
      `--run_name=vit_small_train-${runId}`,
    ],
  ]);
  t.match(train.run, {
    env: { CACHE: `\${TMPDIR}/cache` },
    resources: {
      gpus: 4,
      exclude: "node[007,011]",
      mem_bytes: 128 * 2 ** 30,
      time_s: 43_200,
      sbatch_extra: ["--gpu-bind=closest", "--hint=nomultithread"],
    },
    tracking: { wandb: { entity: "vision-lab", project: "vit", group: "baselines" } },
  });
  t.equal((await command("eval.toml")).argv.at(-1), `--meta={"run": "${runId}", "dir": "/run"}`);
  t.equal((await command("eval.toml")).run.outputs["result"]?.alias, "ifeval_{args.limit}_{run.id}");
  t.match((await command("export.toml")).run.outputs, { model: { type: "model", marker: undefined } });
  t.match((await command("rl.toml")).run.resources, {
    nodes: 1,
    components: [{ gpus: 4, nodes: 2, sbatch_extra: ["--exclusive"] }],
  });
  t.match((await command("smallest.toml")).run.resources, { cpus: 1, mem_bytes: 4 * 2 ** 30, time_s: 600 });
});

t.test("their sweeps are sweeps, and what they misspell is refused by name", async (t) => {
  const text = fs.readFileSync(path.join(cwd, "train.toml"), "utf8");
  const sweep = `\n[sweep]\narg = "lr_index"\nstart = 0\nend = 7\nthrottle = 4\n`;
  t.strictSame(await said(t.testdir(), text + sweep), []);
  t.strictSame(
    await said(t.testdir(), text.replace("[inputs.dataset]", "[input.dataset]").replace("{inputs.dataset.path}", "x")),
    ["35:2 unknown key 'input' (did you mean 'inputs'?)"],
  );
});
