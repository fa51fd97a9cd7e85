import fs from "node:fs";
import t from "tap";
import { commandLine } from "../../../lib/recipe/command-line.js";
import { keyParts } from "../../../lib/recipe/key.js";
import { loadRecipe } from "../../../lib/recipe/load.js";
import { planRun } from "../../../lib/recipe/plan.js";
import { readLayers } from "../../../lib/recipe/read.js";
import type { RecipeTable } from "../../../lib/recipe/schema.js";
import { drawing, sampled } from "../../../lib/recipe/sweep-random.js";
import { sweptRecipe } from "../../../lib/recipe/sweep-recipe.js";
import { tokenValues } from "../../../lib/recipe/tokens.js";
import type { Run } from "../../../lib/record/run.js";
import { besideRunId, isRunId } from "../../../lib/record/run-id.js";
import { context, said, written } from "./recipes.js";

const head = `name = "x"\ncommand = ["train", "{sweep.index}"]\n`;

/** The runs that a recipe's points are. */
async function runs(dir: string, text: string): Promise<Run[]> {
  const cwd = written(dir, { "r.toml": text });
  const recipe = await loadRecipe("r.toml", { cwd });
  const swept = await sweptRecipe(await readLayers("r.toml", { cwd }));
  return swept.points.map((point, index) => {
    const { table, ...numbers } = swept.at(point);
    const run = planRun({ ...recipe, table: table as RecipeTable, ...numbers }, context);
    const sweep = { id: context.id ?? "", index, of: swept.points.length, point: swept.values(point) };
    return { ...run, source: { ...run.source, digest: `sha256:${"0".repeat(64)}` }, sweep };
  });
}

const words = (run: Run) => commandLine(run, tokenValues(run)).slice(1).join(" ");

t.test("numbers reach the command as they are written, and as what they were meant to be", async (t) => {
  const text = `${head}[args]\nlr = 1.0\n[sweep.axes]\n"args.lr" = [1e-4, 1.0, 2]\n`;
  t.strictSame((await runs(t.testdir(), text)).map(words), ["0 --lr=1e-4", "1 --lr=1.0", "2 --lr=2"]);
  const scales = [
    ["{ range = [64, 256, 64] }", "64 128 192 256"],
    ["{ range = [0.0, 1.0, 0.5] }", "0.0 0.5 1.0"],
    ["{ range = [0, 1, 0.1] }", "0.0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1.0"],
    ["{ range = [3, 1, -1] }", "3 2 1"],
    ["{ log = [1e-3, 1.0, 4] }", "0.001 0.01 0.1 1.0"],
    ["{ choice = [1e-4, 1.0] }", "1e-4 1.0"],
    ["[inf, 1979-05-27]", "inf 1979-05-27"],
  ];
  for (const [axis = "", values] of scales) {
    const made = await runs(t.testdir(), `${head}[sweep.axes]\n"args.v" = ${axis}\n`);
    t.equal(made.map((run) => words(run).split("=")[1]).join(" "), values, axis);
  }
});

t.test("any path: resources, environment, an item of a list, a whole table", async (t) => {
  const text = `${head}[env]
A = "1"
[resources]
mem = "1GB"
[sweep]
points = [
  { "resources.mem" = "2GB", "env.A" = "2", "command.0" = "other" },
  { resources = { cpus = 4 }, "env.B" = "3" },
]
`;
  t.strictSame(await said(t.testdir(), text), []);
  const [one, two] = await runs(t.testdir(), text);
  t.match(one, { resources: { mem_bytes: 2 ** 31, cpus: 1 }, env: { A: "2" }, command: ["other"] });
  t.match(two, { resources: { mem_bytes: 2 ** 32, cpus: 4 }, env: { A: "1", B: "3" }, command: ["train"] });
});

t.test("what a recipe lacks, its points may bring", async (t) => {
  const text = `name = "x"\n[args]\nlr = "{params.lr}"\n[sweep]\nseeds = [7, 8]\n[[sweep.cases]]\nname = "a"\nset = { command = ["a"], "params.lr" = 1 }\n`;
  t.strictSame(await said(t.testdir(), text), []);
  const made = await runs(t.testdir(), text);
  t.strictSame(made.map(words), ["--lr=1", "--lr=1"]);
  t.strictSame(
    made.map(({ seed }) => seed),
    [7, 8],
  );
  const without = text.replace(', "params.lr" = 1', "");
  t.strictSame(await said(t.testdir(), without), ["3:6 unknown token {params.lr} (did you mean {args.lr}?)"]);
});

t.test("labctl's form: from start to end, both, in the place that the argument has", async (t) => {
  const sweep = `[sweep]\narg = "lr_index"\nstart = 3\nend = 5\nthrottle = 4\n`;
  const made = await runs(t.testdir(), `${head}[args]\nlr_index = 0\nx = 1\n${sweep}`);
  t.strictSame(made.map(words), ["0 --lr_index=3 --x=1", "1 --lr_index=4 --x=1", "2 --lr_index=5 --x=1"]);
  t.strictSame(await said(t.testdir(), `${head}[sweep]\narg = "i"\nstart = 3`), [
    "3:2 [sweep] has arg, but not both start and end",
  ]);
});

t.test("a sample of a product that nobody could write down; too many are refused", async (t) => {
  const axes = Array.from({ length: 9 }, (_, i) => `"params.p${i}" = { range = [1, 50, 1] }`).join("\n");
  const sampled = `${head}[sweep]\nsample = { n = 500, seed = 3 }\n[sweep.axes]\n${axes}`;
  const made = (await runs(t.testdir(), sampled)).map(({ params }) => JSON.stringify(params));
  t.equal(new Set(made).size, 500);
  t.strictSame(
    (await runs(t.testdir(), sampled)).map(({ params }) => JSON.stringify(params)),
    made,
  );
  t.equal((await runs(t.testdir(), sampled.replace("sample", "max_runs = 20\nsample"))).length, 20);
  t.match(await said(t.testdir(), `${head}[sweep.axes]\n${axes}`), [/more than the 20000 of one sweep/]);
});

t.test("overlaps, and what cannot be swept", async (t) => {
  const cases: [string, string][] = [
    [`[sweep]\nseeds = [1]\naxes = { seed = [2] }`, "4:1 seed is set twice: in [sweep.axes] and in [sweep.seeds]"],
    [`[sweep.axes]\n"args" = [{ a = 1 }]\n"args.a" = [1]`, "5:1 args ([sweep.axes]) and args.a ([sweep.axes]) overlap"],
    [
      `[sweep.axes]\n"sweep.max_runs" = [1]`,
      '4:1 sweep.axes."sweep.max_runs" cannot be swept: it is the same for all points',
    ],
    [`[sweep.axes]\n"command.7" = ["x"]`, "4:1 command is a list of 2, and has no '7'"],
    [
      `[sweep.axes]\n"args.x" = { uniform = [0, 1] }`,
      '4:12 [sweep.axes."args.x"] has no n: how many are to be drawn by uniform',
    ],
    [
      `[sweep.axes]\n"args.x" = { range = [0, 1, -1] }`,
      '4:12 [sweep.axes."args.x"] never comes from 0 to 1 in steps of -1',
    ],
    [`[sweep.axes]\n"args.x" = []`, '4:12 sweep.axes."args.x" is empty'],
    // Refused before any value is made: no machine would come to the end.
    [
      `[sweep.axes]\n"args.x" = { uniform = [0, 1], n = 1000000000 }`,
      '4:36 sweep.axes."args.x".n is more than 1000000',
    ],
    [`[sweep]\nseeds = { replicates = 100000000 }`, "4:24 sweep.seeds.replicates is more than 1000000"],
    [`[sweep.random]\nn = 100000000\naxes = { "args.x" = [1, 2] }`, "4:5 sweep.random.n is more than 1000000"],
  ];
  for (const [text, message] of cases) t.strictSame(await said(t.testdir(), `${head}${text}`), [message]);
});

t.test("the key of a point: that of the same run by itself, and what else is swept", async (t) => {
  const plain = head.replace(', "{sweep.index}"', "");
  const keys = async (text: string) => (await runs(t.testdir(), text)).map((run) => JSON.stringify(keyParts(run)));
  const [one] = await keys(`${plain}[sweep.axes]\n"params.lr" = [1e-4]\n`);
  const cwd = written(t.testdir(), { "r.toml": `${plain}[params]\nlr = 1e-4\n` });
  const alone = planRun(await loadRecipe("r.toml", { cwd }), context);
  const source = { ...alone.source, digest: `sha256:${"0".repeat(64)}` };
  t.equal(JSON.stringify(keyParts({ ...alone, source })), one);
  const wide = await keys(`${plain}[sweep]\nseeds = [1, 2]\n[sweep.axes]\n"params.lr" = [1e-3, 1e-4]\n`);
  t.equal(new Set(wide).size, 4);
  const narrow = await keys(`${plain}[sweep]\nseeds = [2]\n[sweep.axes]\n"params.lr" = [1e-4]\n`);
  t.equal(narrow[0], wide[3], "a sweep widened has the old points among its own");
  t.equal(new Set(await keys(`${plain}[sweep.axes]\n"resources.cpus" = [1, 2]\n`)).size, 2);
  t.equal(new Set(await keys(`${head}[sweep.axes]\n"params.lr" = [1, 1]\n`)).size, 2, "the command has the index");
  t.equal(new Set(await keys(`${plain}[sweep.axes]\n"params.lr" = [1, 1]\n`)).size, 1);
});

t.test("a thousand points are checked well under a second", async (t) => {
  const text = `${head}[sweep]\nseeds = { base = 5, replicates = 10 }\n[sweep.axes]\n"params.a" = { log = [1e-5, 1, 10] }\n"resources.cpus" = { range = [1, 10, 1] }\n`;
  const cwd = written(t.testdir(), { "r.toml": text });
  const start = process.cpuUsage().user;
  t.strictSame(await said(cwd, fs.readFileSync(`${cwd}/r.toml`, "utf8")), []);
  const seconds = (process.cpuUsage().user - start) / 1e6;
  t.ok(seconds < 1, `${seconds.toFixed(2)} s of this processor`);
});

t.test("ten thousand ids of one millisecond are all different, and in order", async (t) => {
  const ids = besideRunId(context.id ?? "", sampled(2 ** 20, 10_000, drawing(0, "ada")));
  t.equal(new Set(ids).size, 10_000);
  t.ok(ids.every(isRunId));
  t.strictSame([...ids].sort(), ids);
});
