import assert from "node:assert/strict";
import fc from "fast-check";
import t from "tap";
import { expandTokens, tokenAt, tokensIn, tokenValues } from "../../../lib/recipe/tokens.js";

t.test("what is a token, and what is not", async (t) => {
  t.strictSame(tokensIn("a{run.id}b{seed}{inputs.data-set.path}{params.a.b_1}"), [
    "run.id",
    "seed",
    "inputs.data-set.path",
    "params.a.b_1",
  ]);
  t.strictSame(tokensIn('{"lr": {params.lr}}'), ["params.lr"]);
  t.strictSame(tokensIn("{{params.lr},x}"), ["params.lr"]);
  for (const text of [
    `\${HOME} \${params.lr} $\${seed}`,
    `{"a": 1} {'a'} {} { seed } {a,b} {1..3} {0} {epoch:02d} {a b} {a=b}`,
    "{{jinja}} {{ run.id }} {%x%} {.a} {a.} {a..b} {-a} {a/b}",
  ]) {
    t.strictSame(tokensIn(text), [], text);
    t.equal(expandTokens(text, new Map()), text);
  }
  t.equal(tokenAt("x{run.id}", 1), "{run.id}");
  t.equal(tokenAt("x{run.id}", 0), undefined);
  t.equal(tokenAt(`\${run.id}`, 1), undefined);
});

const subject = {
  id: "20261120-201455-k7q3mz",
  name: "fit",
  seed: 0,
  params: { lr: 1e-4, flag: true, opt: { name: "adam" }, list: [1], "a.b": "dotted", evil: "{run.id}{args.lr}" },
  args: {
    lr: "{params.lr}",
    eps: 1,
    off: false,
    out: "{outputs.o.path}/x",
    "model.name": "m",
    twice: "{args.lr}",
    l: [1],
  },
  numbers: { "params.lr": "1e-4", "args.eps": "1.0" },
  inputs: { data: {} },
  outputs: { o: {} },
};

t.test("what they stand for", async (t) => {
  t.strictSame(
    Object.fromEntries(tokenValues(subject, { dir: "/run", inputs: { data: "/in" }, outputs: { o: "/out" } })),
    {
      "run.id": "20261120-201455-k7q3mz",
      "run.handle": "k7q3mz",
      "run.dir": "/run",
      "run.name": "fit",
      "recipe.name": "fit",
      seed: "0",
      "params.lr": "1e-4",
      "params.flag": "true",
      "params.opt.name": "adam",
      "params.a.b": "dotted",
      "params.evil": "{run.id}{args.lr}",
      "inputs.data.path": "/in",
      "outputs.o.path": "/out",
      "args.lr": "1e-4",
      "args.eps": "1.0",
      "args.off": "false",
      "args.out": "/out/x",
      "args.model.name": "m",
      "args.twice": "1e-4",
    },
  );
  const early = tokenValues(subject);
  t.notOk(
    early.has("run.dir") || early.has("outputs.o.path") || early.has("args.out"),
    "paths that are not known have no token",
  );
});

t.test("one pass: a value brings no token in", async (t) => {
  t.equal(expandTokens("{params.evil}", tokenValues(subject)), "{run.id}{args.lr}");
  const value = fc.oneof(fc.string(), fc.constantFrom("{b.b}", "{a.a}{b.b}", "$&", "$1", "{", "a}", "{a."));
  const text = fc.array(
    fc.oneof(fc.constantFrom("{a.a}", "{b.b}"), fc.constantFrom("é", "{", "}", "$", " ", "{{", '{"k":', ".")),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(text, value, value, (parts, a, b) => {
      const values = new Map([
        ["a.a", a],
        ["b.b", b],
      ]);
      const whole = parts.join("");
      const found = tokensIn(whole);
      let rest = whole;
      let expected = "";
      for (const word of found) {
        const at = [...rest].findIndex((_, i) => tokenAt(whole, whole.length - rest.length + i) !== undefined);
        expected += rest.slice(0, at) + values.get(word);
        rest = rest.slice(at + word.length + 2);
      }
      assert.equal(expandTokens(whole, values), expected + rest);
    }),
  );
  t.pass("of any texts and values");
});

t.test("a token without a value is an error", async (t) => {
  t.throws(() => expandTokens("a {run.dir}", new Map()), {
    code: "dataerr",
    message: "cannot replace the token {run.dir}: it has no value here",
  });
  t.equal(
    expandTokens("a {run.dir}", new Map([["run.dir", "/x y"]]), (value) => `<${value}>`),
    "a </x y>",
  );
});
