import t from "tap";
import { loadRecipeText } from "../../../lib/recipe/load.js";
import { setLayer } from "../../../lib/recipe/set.js";
import { checkSetNames } from "../../../lib/recipe/set-names.js";
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
