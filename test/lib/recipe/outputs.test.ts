import assert from "node:assert/strict";
import fc from "fast-check";
import t from "tap";
import { defaultAlias, outputDirectory, outputNames } from "../../../lib/recipe/outputs.js";
import { isName } from "../../../lib/record/names.js";

const id = "20261120-201455-k7q3mz";
const run = (aliases: Record<string, string>) => ({
  id,
  name: "fit",
  params: { lr: 1e-4, split: "../../etc" },
  numbers: { "params.lr": "1e-4" },
  outputs: Object.fromEntries(Object.entries(aliases).map(([role, alias]) => [role, { alias }])),
});

t.test("an alias that names the run is the directory, others get the run's id", async (t) => {
  t.equal(outputDirectory(`fit_${id}`, id), `fit_${id}`);
  t.equal(outputDirectory("fit_k7q3mz", id), "fit_k7q3mz");
  t.equal(outputDirectory("fit", id), `fit@${id}`);
  t.strictSame(outputNames(run({ a: "fit_{run.id}", b: "{run.name}_{params.lr}", c: "x{run.handle}" })), {
    a: { alias: `fit_${id}`, directory: `fit_${id}` },
    b: { alias: "fit_1e-4", directory: `fit_1e-4@${id}` },
    c: { alias: "xk7q3mz", directory: "xk7q3mz" },
  });
});

t.test("aliases that are no names, and two roles in one directory", async (t) => {
  for (const alias of ["../../etc", "/etc", "..", ".", "", "a/b", "{params.split}", "-x", "a b", "é"]) {
    t.throws(() => outputNames(run({ a: alias })), { code: "dataerr", message: /cannot be a name/ }, alias);
  }
  t.throws(() => outputNames(run({ a: "x", b: "x" })), {
    code: "dataerr",
    message: `the outputs 'a' and 'b' would be written to one directory, 'x@${id}'`,
  });
});

t.test("no two runs have one directory, whatever the alias", async (t) => {
  const handle = fc.stringMatching(/^[0-9a-hjkmnp-tv-z]{6}$/);
  const alias = fc.oneof(
    fc.constant("a"),
    fc.constant("a_{run.id}"),
    fc.constant("a{run.handle}"),
    fc.constant("{run.name}"),
  );
  fc.assert(
    fc.property(handle, handle, alias, (one, other, name) => {
      fc.pre(one !== other);
      const [a, b] = [one, other].map((hand) =>
        outputNames({ id: `20261120-201455-${hand}`, name: "fit", outputs: { o: { alias: name } } }),
      );
      assert.notEqual(a?.["o"]?.directory, b?.["o"]?.directory);
    }),
  );
  t.pass("of any two");
});

t.test("the alias of who says none", async (t) => {
  t.equal(defaultAlias("fit_qwen3vl", "checkpoint"), "fit_qwen3vl_checkpoint");
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme" }),
      fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,60}$/),
      (name, role) => isName(defaultAlias(name, role)),
    ),
  );
});
