// What slurmforge 0.2.0 and metalab made of sweeps where we answer the same question, and, by name, where we answer otherwise.
import t from "tap";
import { readLayers } from "../../lib/recipe/read.js";
import { sweptRecipe } from "../../lib/recipe/sweep-recipe.js";
import { said, written } from "../lib/recipe/recipes.js";

const head = `name = "x"\ncommand = ["true"]\n`;

/** What the points of a [sweep] set, in order, with the case where there is one. */
async function points(dir: string, text: string): Promise<string[]> {
  const swept = await sweptRecipe(await readLayers("r.toml", { cwd: written(dir, { "r.toml": head + text }) }));
  return swept.points.map((point) => {
    const set = Object.entries(swept.values(point)).map(([path, value]) => `${path}=${JSON.stringify(value)}`);
    return [...(point.name === undefined ? [] : [`${point.name}:`]), ...set].join(" ");
  });
}

interface Case {
  id: string;
  sweep: string;
  /** Their runs, each with what it sets in the order of ours. */
  theirs: string[];
  /** Ours, where they come in another order, with the reason. */
  ours?: string[];
  since?: string;
}

const inFileOrder = "axes come in the order of the file, a case's own before those of all";

const cases: Case[] = [
  {
    id: "sweep-grid-order",
    sweep: `[sweep.axes]\n"args.z" = [1, 2]\n"args.a" = ["x", "y"]`,
    theirs: [`args.z=1 args.a="x"`, `args.z=2 args.a="x"`, `args.z=1 args.a="y"`, `args.z=2 args.a="y"`],
    ours: [`args.z=1 args.a="x"`, `args.z=1 args.a="y"`, `args.z=2 args.a="x"`, `args.z=2 args.a="y"`],
    since: inFileOrder,
  },
  {
    id: "par-01-grid-order",
    sweep: `[sweep.axes]\n"params.b" = ["x", "y"]\n"params.a" = [1, 2]`,
    theirs: [
      `params.b="x" params.a=1`,
      `params.b="y" params.a=1`,
      `params.b="x" params.a=2`,
      `params.b="y" params.a=2`,
    ],
    ours: [`params.b="x" params.a=1`, `params.b="x" params.a=2`, `params.b="y" params.a=1`, `params.b="y" params.a=2`],
    since: inFileOrder,
  },
  {
    id: "sweep-max-runs-beyond",
    sweep: `[sweep]\nmax_runs = 99\naxes = { "args.z" = [1, 2] }`,
    theirs: ["args.z=1", "args.z=2"],
  },
  {
    id: "sweep-case-axes-interleave",
    sweep: `[sweep]\naxes = { "args.m" = [1, 2] }\n[[sweep.cases]]\nname = "c"\naxes = { "args.a" = ["p", "q"], "args.z" = [8, 9] }`,
    theirs: ["p81", "p91", "p82", "p92", "q81", "q91", "q82", "q92"].map(abc),
    ours: ["p81", "p82", "p91", "p92", "q81", "q82", "q91", "q92"].map(abc),
    since: inFileOrder,
  },
  {
    id: "sweep-max-runs-cuts-across-cases",
    sweep: `[sweep]\nmax_runs = 4\naxes = { "args.lr" = [1, 2] }\n${["x", "y", "z"].map((o, i) => `[[sweep.cases]]\nname = "${"abc"[i]}"\nset = { "args.o" = "${o}" }`).join("\n")}`,
    theirs: [
      `a: args.o="x" args.lr=1`,
      `a: args.o="x" args.lr=2`,
      `b: args.o="y" args.lr=1`,
      `b: args.o="y" args.lr=2`,
    ],
  },
  {
    id: "sweep-set-whole-mapping",
    sweep: `[args]\nlr = 1\nbs = 2\n[[sweep.cases]]\nname = "w"\nset = { args = { only = 1 } }`,
    theirs: [`w: args={"only":1}`],
  },
  {
    id: "sweep-duplicate-axis-values",
    sweep: `[sweep.axes]\n"args.x" = [1, 1]`,
    theirs: ["args.x=1", "args.x=1"],
  },
  {
    id: "sweep-same-path-in-two-cases",
    sweep: `[[sweep.cases]]\nname = "a"\nset = { "args.x" = 1 }\n[[sweep.cases]]\nname = "b"\naxes = { "args.x" = [2, 3] }`,
    theirs: ["a: args.x=1", "b: args.x=2", "b: args.x=3"],
  },
];

function abc(word: string): string {
  const [a = "", z = "", m = ""] = word;
  return `c: args.a="${a}" args.z=${z} args.m=${m}`;
}

for (const { id, sweep, theirs, ours = theirs, since } of cases)
  t.test(id, async (t) => {
    t.strictSame(await said(t.testdir(), head + sweep), []);
    t.strictSame(await points(t.testdir(), sweep), ours, since ?? id);
    t.strictSame([...ours].sort(), [...theirs].sort(), "the same points");
  });

/** What they refused, and what they did not and should have. */
const refused: { id: string; sweep: string; message: string; since?: string }[] = [
  {
    id: "sweep-disabled",
    sweep: `[sweep]\nenabled = false\naxes = { "args.x" = [1] }`,
    message: "4:1 unknown key 'enabled' in [sweep]",
    since: "a sweep that is none is left out",
  },
  {
    id: "sweep-max-runs-0",
    sweep: `[sweep]\nmax_runs = 0\naxes = { "args.z" = [1, 2] }`,
    message: "4:12 sweep.max_runs is 0, expected at least 1",
  },
  {
    id: "sweep-err-enabled-empty",
    sweep: "[sweep]",
    message: "3:2 [sweep] says no points: give it axes, cases, random, points or seeds",
  },
  {
    id: "sweep-err-axis-not-list",
    sweep: `[sweep.axes]\n"args.x" = 3`,
    message: `4:12 sweep.axes."args.x" is 3, expected a list or a table`,
  },
  {
    id: "sweep-err-bad-path",
    sweep: `[sweep.axes]\n"args..x" = [1]`,
    message: `4:1 sweep.axes."args..x" is no path of a recipe: write table.key, as in params.lr`,
  },
  {
    id: "sweep-err-shared-vs-set",
    sweep: `[sweep]\naxes = { "args.x" = [1] }\n[[sweep.cases]]\nname = "c"\nset = { "args.x" = 2 }`,
    message: "7:9 args.x is set twice: in [sweep.axes] and in [sweep.cases.0.set]",
  },
  {
    id: "sweep-err-case-no-name",
    sweep: `[[sweep.cases]]\nset = { "args.x" = 1 }`,
    message: "3:9 sweep.cases.0.name is missing",
  },
  {
    id: "plan-sweep-unknown-path",
    sweep: `[sweep.axes]\n"resources.gpu" = [1]`,
    message: "4:1 unknown key 'gpu' in [resources] (did you mean 'gpus'?)",
  },
];

for (const { id, sweep, message, since } of refused)
  t.test(id, async (t) => t.strictSame(await said(t.testdir(), head + sweep), [message], since ?? id));

t.test("plan-sweep-one-bad-run: the point that is wrong is named by its value's place", async (t) => {
  const text = `${head}[sweep.axes]\n"resources.cpus" = [1, "two", 3]`;
  t.strictSame(await said(t.testdir(), text), [`4:24 resources.cpus is "two", expected a number`]);
});

t.test("par-03-random-indexed: drawn from the same distributions, by a generator of our own", async (t) => {
  const axes = [
    '"params.lr" = { loguniform = [1e-4, 1e-1] }',
    '"params.n" = { randint = [1, 10] }',
    '"params.u" = { uniform = [0, 1] }',
    '"params.c" = ["a", "b"]',
    '"params.ln" = { loguniform_int = [10, 1000] }',
  ].join("\n");
  const sweep = (n: number, seed = 123) => `[sweep.random]\nn = ${n}\nseed = ${seed}\n[sweep.random.axes]\n${axes}`;
  const three = await points(t.testdir(), sweep(3));
  t.equal(three.length, 3);
  t.strictSame((await points(t.testdir(), sweep(40))).slice(0, 3), three, "more of them begin with the same");
  t.notSame(await points(t.testdir(), sweep(3, 124)), three);
  const bad = sweep(3).replace("[1e-4, 1e-1]", "[0, 1]");
  t.match(await said(t.testdir(), head + bad), [/must have bounds above 0/]);
});
