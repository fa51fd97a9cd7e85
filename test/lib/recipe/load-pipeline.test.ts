// Pipelines on paper: the order of the stages, what is set in them, and every mistake with its place.
import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import { loadPipeline, readPipeline } from "../../../lib/recipe/load-pipeline.js";

const recipe = (name: string, inputs = "", alias = "") => `name = "${name}"
command = ["true"]
[params]
lr = 1e-4
${inputs}
[outputs.data]
type = "file"
${alias}`;
const of = (stage: string, role = "data") => `[inputs.up]\ntype = "stage"\nstage = "${stage}"\nrole = "${role}"`;
const pinned = '[inputs.old]\ntype = "from"\nrole = "model"';
const stages = (names: string) =>
  names
    .split(" ")
    .map((name) => `[stages.${name}]\nrecipe = "${name}.toml"\n`)
    .join("");

/** The problems of a pipeline, `file:line:column: message (hint)`, or its stages. */
async function read(t: Test, files: Record<string, string>, set: string[] = []) {
  const dir = fs.realpathSync(t.testdir(files));
  const { pipeline, found } = await readPipeline(path.join(dir, "p.toml"), { cwd: dir, set });
  const problems = found.map(
    ({ path: file, line, column, message, hint }) =>
      `${file === undefined ? "" : `${path.basename(file)}:${line}:${column}: `}${message}${hint ? ` (${hint})` : ""}`,
  );
  return { pipeline, problems, dir };
}

t.test(
  "stages come after those that they need, by name otherwise; what is set is recorded as --set has it",
  async (t) => {
    const { pipeline, problems } = await read(
      t,
      {
        "a.toml": recipe("a"),
        "b.toml": recipe("b", of("z")),
        "c.toml": recipe("c", `[inputs.up]\ntype = "external"\npath = "/x"`),
        "p.toml": `name = "p"\n${stages("b")}set = { "params.lr" = 1e-3, args.x = [1.0, 2] }
[stages.z]\nrecipe = "a.toml"\nforeach = { "params.lr" = [1e-2, 1.0] }
[stages.c]\nrecipe = "c.toml"\nset = { "inputs.up" = { type = "stage", stage = "b", role = "data" } }\nforeach = "z"
[stages.d]\nrecipe = "c.toml"\nset = { "inputs.up.path" = "near" }\n`,
      },
      ["b.params.lr=3e-4", "name=q"],
    );
    t.strictSame(problems, []);
    t.match(pipeline, { name: "q" });
    const seen = pipeline?.stages.map(({ name, after, each, recipe }) => [name, after, each, recipe.set]);
    t.match(seen, [
      ["d", [], undefined, [/^inputs\.up\.path="\/.*\/near"$/]],
      ["z", [], undefined, ['sweep.axes={ "params.lr" = [1e-2, 1.0] }']],
      ["b", ["z"], undefined, ["params.lr=1e-3", 'args={ "x" = [1.0, 2] }', "params.lr=3e-4"]],
      ["c", ["b", "z"], "z", ['inputs.up={ "type" = "stage", "stage" = "b", "role" = "data" }']],
    ]);
    t.match(pipeline?.stages[2]?.recipe, { table: { params: { lr: 3e-4 } }, numbers: { "params.lr": "3e-4" } });
    t.strictSame(Object.keys(pipeline?.stages[3]?.recipe.table.inputs?.["up"] ?? {}).sort(), ["role", "stage", "type"]);
  },
);

const base = { "a.toml": recipe("a"), "b.toml": recipe("b", of("a")) };
const p = (text: string) => `name = "p"\n${text}`;
const wrong: Record<string, [Record<string, string>, string[], string[]?]> = {
  "a stage that is not there": [
    { ...base, "b.toml": recipe("b", of("aa")), "p.toml": p(stages("a b")) },
    ["b.toml:7:9: inputs.up: no stage is called 'aa' (did you mean 'a'?) (there is a, b)"],
  ],
  "an output that is not there": [
    { ...base, "b.toml": recipe("b", of("a", "dat")), "p.toml": p(stages("a b")) },
    ["b.toml:8:8: inputs.up: no output of the stage 'a' is called 'dat' (did you mean 'data'?) (there is data)"],
  ],
  "a step of what has none": [
    { ...base, "b.toml": recipe("b", `${of("a")}\nstep = "latest"`), "p.toml": p(stages("a b")) },
    [
      "b.toml:9:8: inputs.up: the output 'data' of the stage 'a' has no steps (an output of type \"checkpoint_stream\" has)",
    ],
  ],
  "a circle": [
    { ...base, "a.toml": recipe("a", of("b")), "c.toml": recipe("c", of("a")), "p.toml": p(stages("c a b")) },
    [
      "p.toml:4:9: the stages go in a circle: a needs b needs a (one of these inputs has to come from elsewhere: an artifact, or a pinned run)",
    ],
  ],
  itself: [
    { "b.toml": recipe("b", of("b")), "p.toml": p(stages("b")) },
    [
      "p.toml:2:9: the stages go in a circle: b needs b (one of these inputs has to come from elsewhere: an artifact, or a pinned run)",
    ],
  ],
  "from without a pinned run": [
    { ...base, "c.toml": recipe("c", pinned), "p.toml": p(stages("a c")) },
    [
      'c.toml:6:8: inputs.old is of the run that the pipeline pins, and it pins none (from = "RUN" in the pipeline, or in the stage, says which)',
    ],
  ],
  "two stages that write one alias": [
    {
      "a.toml": recipe("a", "", 'alias = "x{params.lr}"'),
      "b.toml": recipe("b", "", 'alias = "x1e-4"'),
      "p.toml": p(stages("a b")),
    },
    [
      `b.toml:8:9: the stages 'a' and 'b' would both write 'x1e-4' (in the pipeline: [stages.b] set = { "outputs.data.alias" = "…" })`,
    ],
  ],
  "a recipe that is not there, and what is wrong with another": [
    { "a.toml": recipe("a", "[resources]\ngpu = 1"), "p.toml": p(stages("a b")) },
    [
      "a.toml:6:1: unknown key 'gpu' in [resources] (did you mean 'gpus'?)",
      "p.toml:5:10: cannot read '…/b.toml': no such file or directory",
    ],
  ],
  "what a stage sets is wrong where the pipeline says it": [
    { ...base, "p.toml": p(`${stages("a b")}set = { "params.lrr" = 1, "resources.gpus" = "many" }\n`) },
    ['p.toml:6:46: resources.gpus is "many", expected "auto" or a number'],
  ],
  "what a flag sets is wrong": [
    { ...base, "p.toml": p(stages("a b")) },
    ["--set x.params.lr=1: the pipeline has no stage 'x' (write STAGE.PATH=VALUE: a.params.lr=1e-4; its stages: a, b)"],
    ["x.params.lr=1"],
  ],
  "a key that no pipeline has": [
    { ...base, "p.toml": p(`${stages("a")}needs = ["b"]\n`) },
    [
      `p.toml:4:1: unknown key 'needs' in [stages.a] (a stage comes after those that its inputs of type "stage" name: set = { "inputs.ROLE" = { type = "stage", stage = "…", role = "…" } })`,
    ],
  ],
  "a key of the recipe in the table of a stage": [
    { ...base, "p.toml": p(`${stages("a b")}[stages.b.inputs.up]\ntype = "stage"\n`) },
    [
      `p.toml:6:11: unknown key 'inputs' in [stages.b] (what differs from the stage's recipe: [stages.b] set = { "inputs.up" = … })`,
    ],
  ],
  "a stage for each run of none": [
    { ...base, "p.toml": p(`${stages("a b")}foreach = "c"\n`) },
    ["p.toml:6:11: no stage is called 'c' (there is a, b)"],
  ],
  "a stage that is many twice": [
    {
      "a.toml": `${recipe("a")}[sweep]\nseeds = [1, 2]\n`,
      "p.toml": p(`${stages("a")}foreach = [{ "params.lr" = 1 }]\n`),
    },
    ["p.toml:4:11: foreach makes many runs of the stage 'a', and so does the [sweep] of its recipe (one or the other)"],
  ],
};
for (const [name, [files, expected, set]] of Object.entries(wrong))
  t.test(name, async (t) => {
    const { problems, dir } = await read(t, files, set);
    t.strictSame(
      problems.map((text) => text.replace(`${dir}/`, "…/")),
      expected,
    );
    const failing = loadPipeline(path.join(dir, "p.toml"), { cwd: dir, set: set ?? [] });
    await t.rejects(failing, { code: set ? "usage" : "dataerr" });
  });
