import t from "tap";
import { withMeaning } from "../../../lib/recipe/meant.js";
import { recipeSchema } from "../../../lib/recipe/schema.js";
import { breaches } from "../../../lib/toml/breaches.js";

function said(table: Record<string, unknown>): string[] {
  const whole = { name: "x", command: ["x"], ...table };
  return breaches(recipeSchema, whole).map((breach) => withMeaning(breach, whole).message);
}

t.test("what was meant by a key that no recipe has", async (t) => {
  for (const [table, meant] of [
    [{ lr: 3, params: { lr: 1 } }, "params.lr"],
    [{ lr: 3, args: { lr: 1 }, params: { learning: 2 } }, "args.lr"],
    [{ epcohs: 3, params: { epochs: 1 } }, "params.epochs"],
    [{ HF_HMOE: "x", env: { HF_HOME: "y" } }, "env.HF_HOME"],
    [{ "a.b": 1, params: { "a.b": 1 } }, 'params."a.b"'],
    [{ gpus: 1 }, "resources.gpus"],
    [{ memory: "3GB" }, "resources.mem"],
    [{ timeout: "3h" }, "resources.time"],
    [{ modules: [] }, "environment.modules"],
    [{ hypothesis: "it works" }, "narrative.hypothesis"],
    [{ ouputs: {} }, "outputs"],
    [{ script: "x.sh" }, "command"],
    [{ seeds: 1, params: { seed: 2 } }, "seed"],
  ] as const) {
    const [key] = Object.keys(table);
    t.strictSame(said(table), [`unknown key '${key}' (did you mean '${meant}'?)`]);
  }
  t.strictSame(said({ resources: { memory: "3GB", queue: "gpu", cpu: 3 } }), [
    "unknown key 'memory' in [resources] (did you mean 'mem'?)",
    "unknown key 'queue' in [resources] (did you mean 'partition'?)",
    "unknown key 'cpu' in [resources] (did you mean 'cpus'?)",
  ]);
});

t.test("what nobody can have meant, and what is wrong otherwise, stay as they are", async (t) => {
  const [unknown] = breaches(recipeSchema, { name: "x", command: ["x"], zzzz: 1 });
  t.equal(withMeaning(unknown as never, {}), unknown);
  t.match(unknown?.hint, /^known here: name, /);
  t.strictSame(said({ resources: { cpus: 0 }, constructor: 1 }), [
    "unknown key 'constructor'",
    "resources.cpus is 0, expected at least 1",
  ]);
});
