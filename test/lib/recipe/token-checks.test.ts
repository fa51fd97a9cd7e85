import t from "tap";
import { checkTokens, tokenBreaches } from "../../../lib/recipe/token-checks.js";
import { dotted } from "../../../lib/toml/path.js";
import { planned, said } from "./recipes.js";

const recipe = {
  name: "fit",
  command: ["x"],
  params: { lr: 1, list: [1], t: { u: 1 }, dir: "d" },
  args: { lr: "{params.lr}", again: "{args.lr}", out: "{outputs.o.path}", l: [1] },
  inputs: { data: { path: "/x" } },
  outputs: { o: { alias: "a" } },
};

const found = (more: object) =>
  tokenBreaches({ ...recipe, ...more }).map(({ path, message }) => `${dotted(path)}: ${message}`);

t.test("where tokens may stand", async (t) => {
  t.strictSame(found({}), []);
  t.strictSame(
    found({
      command: [
        "{run.id}{run.dir}{run.name}{run.handle}",
        "{recipe.name}",
        "{args.lr}",
        "{args.out}",
        "{inputs.data.path}",
        "{params.t.u}",
      ],
      env: { A: "{outputs.o.path}", pass: ["{not.looked.at}"] },
      workdir: "{params.dir}",
      inputs: { data: { path: "/x/{seed}" } },
      outputs: { o: { alias: "a_{run.id}_{args.lr}" } },
      collect: { globs: ["{run.name}/*"] },
      seed: 0,
    }),
    [],
  );
});

t.test("tokens that nobody knows, or that have nothing to stand for", async (t) => {
  for (const [text, message] of [
    ["{param.lr}", "unknown token {param.lr} (did you mean {params.lr}?)"],
    ["{params.lrr}", "unknown token {params.lrr} (did you mean {params.lr}?)"],
    ["{params.split}", "unknown token {params.split}"],
    ["{run.idd}", "unknown token {run.idd} (did you mean {run.id}?)"],
    ["{inputs.date.path}", "unknown token {inputs.date.path} (did you mean {inputs.data.path}?)"],
    ["{print}", "unknown token {print}"],
    ["{seed}", "the token {seed} has no value: the recipe has no seed"],
    ["{inputs.data.id}", "the token {inputs.data.id} has no value: an external input has a path and no id"],
    ["{sweep.index}", "the token {sweep.index} has no value: it is of no sweep"],
    ["{checkpoint.path}", "the token {checkpoint.path} has no value here: it has one in eval.command and eval.args"],
    ["{params.list}", "the token {params.list} has no value: list is a list"],
    ["{params.t}", "the token {params.t} has no value: t is a table"],
    ["{args.l}", "the token {args.l} has no value: l is a list"],
    ["{params.constructor}", "unknown token {params.constructor}"],
    ["{args.again}", "the token {args.again} cannot stand here: that argument names another"],
  ] as const) {
    t.strictSame(found({ command: ["x", text] }), [`command.1: ${message}`]);
    t.strictSame(found({ command: `x ${text} ${text}` }), [`command: ${message}`]);
    t.strictSame(found({ env: { A: text } }), [`env.A: ${message}`]);
  }
  t.match(tokenBreaches({ ...recipe, command: "{print}" }), [{ hint: /write them as a value in \[params\]/ }]);
});

t.test("no path in what becomes a name, no argument in a circle, nothing in the shell's own", async (t) => {
  const path = (word: string) =>
    `the token {${word}} cannot stand here: it is a path, and this is a name or a relative path`;
  t.strictSame(found({ outputs: { o: { alias: "{run.dir}" } } }), [`outputs.o.alias: ${path("run.dir")}`]);
  t.strictSame(found({ outputs: { o: { alias: "{args.out}" } } }), [`outputs.o.alias: ${path("args.out")}`]);
  t.strictSame(found({ workdir: "{inputs.data.path}" }), [`workdir: ${path("inputs.data.path")}`]);
  t.strictSame(found({ inputs: { data: { path: "{inputs.data.path}" } } }), [
    `inputs.data.path: ${path("inputs.data.path")}`,
  ]);
  t.strictSame(found({ collect: { globs: ["*", "{outputs.o.path}/*"] } }), [
    `collect.globs.1: ${path("outputs.o.path")}`,
  ]);
  const circle = { args: { a: "{args.b}", b: "{args.a}", c: "{args.c}", d: ["{args.e}"], e: "x" } };
  t.strictSame(
    found(circle),
    ["a", "b", "c"].map(
      (key) =>
        `args.${key}: the token {args.${{ a: "b", b: "a", c: "c" }[key]}} cannot stand here: that argument names another`,
    ),
  );
  t.strictSame(found({ environment: { setup: ["awk '{print}'", "cd {run.dir}"] } }), [
    "environment.setup.1: the token {run.dir} cannot stand in environment.setup",
  ]);
});

t.test("in a file, with the line; in a run, the first", async (t) => {
  const text = `name = "fit"\ncommand = ["x",\n "{run.i}"]\n`;
  t.strictSame(await said(t.testdir(), text), ["3:2 unknown token {run.i} (did you mean {run.id}?)"]);
  const run = await planned(
    t.testdir(),
    `name = "fit"\ncommand = ["{inputs.d.path}"]\nparams.x = "{epoch}"\n[inputs.d]\ntype = "external"\npath = "/{params.x}"\n`,
  );
  t.equal(run.inputs["d"]?.path, "/{epoch}");
  t.doesNotThrow(() => checkTokens(run), "a value is no token");
  t.throws(() => checkTokens({ ...run, env: { A: "{params.xx}" } }), {
    code: "dataerr",
    message: "unknown token {params.xx} (did you mean {params.x}?)",
  });
});

t.test("an artifact has an id; its name may have tokens in it, but no path", async (t) => {
  const inputs = { model: { type: "artifact", artifact: "fit_{params.lr}" }, data: { type: "external", path: "/x" } };
  const about = { inputs, params: { lr: 1 }, command: ["{inputs.model.id}", "{inputs.model.path}"] };
  t.strictSame(tokenBreaches(about), []);
  t.match(tokenBreaches({ ...about, command: ["{inputs.data.id}"] }), [
    { message: /an external input has a path and no id/ },
  ]);
  const [misplaced] = tokenBreaches({ ...about, inputs: { model: { type: "artifact", artifact: "{run.dir}" } } });
  t.match(misplaced, { path: ["inputs", "model", "artifact"], message: /it is a path/ });
});
