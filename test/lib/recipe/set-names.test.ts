import t from "tap";
import { loadRecipeText } from "../../../lib/recipe/load.js";
import { setLayer } from "../../../lib/recipe/set.js";
import { checkSetNames, setWarnings } from "../../../lib/recipe/set-names.js";
import { parseToml } from "../../../lib/toml/document.js";

const recipe = {
  file: parseToml('name = "x"\n[params]\nepochs = 3\nlr = 0.1\n[env]\nOMP_NUM_THREADS = "8"\n', "fit.toml"),
  dir: "/",
};
const check = (...sets: string[]) => checkSetNames([recipe, ...sets.map((text) => setLayer(text, "/"))]);

t.test("a slip is an error that says what was meant; a name of its own is one", async (t) => {
  t.throws(() => check("params.epoch=3"), { code: "usage", message: /no params\.epoch/, hint: /params\.epochs/ });
  t.throws(() => check("env.OMP_NUM_THREAD=1"), { code: "usage", hint: /OMP_NUM_THREADS/ });
  t.doesNotThrow(() => check("params.epochs=4", "params.warmup=1", "env.NCCL_DEBUG=INFO", "args.out=x"));
  await t.resolves(loadRecipeText('name = "a"\ncommand = ["x"]\n', { cwd: "/", set: ["params.a=1"] }));
});

t.test("a new param, and a text for a number, are told of", async (t) => {
  const warned = (...sets: string[]) => setWarnings([recipe, ...sets.map((text) => setLayer(text, "/"))]);
  t.same(warned("params.learning_rate=0.1"), [
    "--set params.learning_rate=0.1: the recipe has no params.learning_rate, which is added; it has epochs, lr; did you mean params.lr?",
  ]);
  t.match(warned("params.warmup=5"), [/it has epochs, lr$/]);
  t.same(warned("params.lr=fast"), ["--set params.lr=fast: it is a text, where the recipe has a number, 0.1"]);
  t.match(warned("params.lr=0,5"), [/did you mean 0\.5\?$/]);
  t.match(warned("params.epochs=[1, 2]"), [/it is a list, where the recipe has a number, 3$/]);
  t.same(warned("params.lr=1", "params.epochs=5", "env.NCCL_DEBUG=1", "args.new=1", "name=y"), []);
  const { warnings } = await loadRecipeText('name = "a"\ncommand = ["x"]\n', { cwd: "/", set: ["params.a=1"] });
  t.same(warnings, [], "a recipe without params has none to be missed");
});
