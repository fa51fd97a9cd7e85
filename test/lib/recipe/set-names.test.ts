import t from "tap";
import { loadRecipeText } from "../../../lib/recipe/load.js";
import { setLayer } from "../../../lib/recipe/set.js";
import { checkSetNames, setWarnings } from "../../../lib/recipe/set-names.js";
import { parseToml } from "../../../lib/toml/document.js";

const recipe = {
  file: parseToml(
    'name = "x"\n[params]\nepochs = 3\nlr = 0.1\namp = true\nname = "a"\n[env]\nOMP_NUM_THREADS = "8"\n',
    "fit.toml",
  ),
  dir: "/",
};
const check = (...sets: string[]) => checkSetNames([recipe, ...sets.map((text) => setLayer(text, "/"))]);

t.test("a slip is an error that says what was meant; a name of its own is one", async (t) => {
  t.throws(() => check("params.epoch=3"), { code: "usage", message: /no params\.epoch/, hint: /params\.epochs/ });
  t.throws(() => check("env.OMP_NUM_THREAD=1"), { code: "usage", hint: /OMP_NUM_THREADS/ });
  t.doesNotThrow(() => check("params.epochs=4", "params.warmup=1", "env.NCCL_DEBUG=INFO", "args.out=x"));
  await t.resolves(loadRecipeText('name = "a"\ncommand = ["x"]\n', { cwd: "/", set: ["params.a=1"] }));
});

t.test("a bare word for a number, or for true or false, is a slip; in quotes it is meant", async (t) => {
  t.throws(() => check("params.lr=abc"), {
    code: "usage",
    message: "--set params.lr=abc: it is a text, where the recipe has a number, 0.1",
    hint: `a text that is meant has quotes: --set 'params.lr="abc"'`,
  });
  t.throws(() => check("params.lr=0,5"), { code: "usage", hint: /^did you mean 0\.5\? a text/ });
  t.throws(() => check("params.amp=yes"), { message: /a text, where the recipe has true or false, true$/ });
  t.doesNotThrow(() =>
    check('params.lr="auto"', "params.lr={seed}", "params.lr=3", "params.amp=false", "params.name=b"),
  );
});

t.test("a new param, and a text for a number, are told of", async (t) => {
  const warned = (...sets: string[]) => setWarnings([recipe, ...sets.map((text) => setLayer(text, "/"))]);
  t.same(warned("params.learning_rate=0.1"), [
    "--set params.learning_rate=0.1: the recipe has no params.learning_rate, which is added; it has epochs, lr, amp, name; did you mean params.lr?",
  ]);
  t.match(warned("params.warmup=5"), [/it has epochs, lr, amp, name$/]);
  t.same(warned('params.lr="fast"'), ['--set params.lr="fast": it is a text, where the recipe has a number, 0.1']);
  t.match(warned("params.epochs=[1, 2]"), [/it is a list, where the recipe has a number, 3$/]);
  t.same(warned("params.lr=1", "params.epochs=5", "env.NCCL_DEBUG=1", "args.new=1", "name=y"), []);
  const { warnings } = await loadRecipeText('name = "a"\ncommand = ["x"]\n', { cwd: "/", set: ["params.a=1"] });
  t.same(warnings, [], "a recipe without params has none to be missed");
});
