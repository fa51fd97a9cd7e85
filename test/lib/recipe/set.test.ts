import assert from "node:assert/strict";
import fc from "fast-check";
import t from "tap";
import { setLayer, tomlString } from "../../../lib/recipe/set.js";
import { parseToml } from "../../../lib/toml/document.js";
import { dotted, valueAt } from "../../../lib/toml/path.js";

const set = (text: string) => JSON.parse(JSON.stringify(setLayer(text, "/cwd").file.value)) as unknown;

t.test("the value is TOML; a word that is none is a string", async (t) => {
  for (const [text, value] of [
    ["a.b=1", { a: { b: 1 } }],
    ["a = 1e-4", { a: 1e-4 }],
    ["a=true", { a: true }],
    ["a=[1, 2]", { a: [1, 2] }],
    ["a={x = 1}", { a: { x: 1 } }],
    ['a="q"', { a: "q" }],
    ["a=adam", { a: "adam" }],
    ["a=/data/x y", { a: "/data/x y" }],
    ["a=1.2.3", { a: "1.2.3" }],
    ["a=007", { a: "007" }],
    ["a={run.dir}/x", { a: "{run.dir}/x" }],
    ["a=", { a: "" }],
    ["a=b=c", { a: "b=c" }],
    ["a=1 # one", { a: "1 # one" }],
    ["a=1\nb = 2", { a: "1\nb = 2" }],
    ["a.b=1\na.c = 2", { a: { b: "1\na.c = 2" } }],
    ['args."a.b"=1', { args: { "a.b": 1 } }],
    ["args.'a=b'=1", { args: { "a=b": 1 } }],
  ] as const) {
    t.strictSame(set(text), value, text);
  }
  t.match(setLayer("a=1", "/cwd"), { dir: "/cwd", flag: "--set a=1" });
});

t.test("what is wrong is said in the words of the flag", async (t) => {
  for (const [text, message] of [
    ["a", "--set a: there is no = in it"],
    ["=1", "--set =1: cannot read the path ''"],
    ["a..b=1", "--set a..b=1: cannot read the path 'a..b'"],
    ["a b=1", "--set a b=1: cannot read the path 'a b'"],
    ["a=[1,", "--set a=[1,: the value is no TOML"],
    ["a='x", "--set a='x: the value is no TOML"],
    ["__proto__.x=1", "--set __proto__.x=1: __proto__.x cannot be used as a key"],
    ["extends=x", "--set extends=x: extends cannot be set: it says which files are read"],
  ] as const) {
    t.throws(() => setLayer(text, "/"), { code: "usage", message }, text);
  }
  t.equal(({} as { x?: number }).x, undefined);
});

t.test("any path and any text that is no TOML arrive as they are", async (t) => {
  const key = fc
    .string({ unit: "grapheme", minLength: 1 })
    .filter((text) => !["__proto__", "constructor"].includes(text) && text !== "extends");
  const word = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\0", ""));
  fc.assert(
    fc.property(fc.array(key, { minLength: 1, maxLength: 4 }), word, (path, text) => {
      const value = `x${text.trim()}`;
      assert.equal(valueAt(setLayer(`${dotted(path)}=${value}`, "/").file.value, path), value);
      assert.equal(parseToml(`a = ${tomlString(text)}`, "x").value["a"], text);
    }),
  );
  t.pass("of any");
});

t.test("a list whose words lost their quotes is shown with them", async (t) => {
  const said = (hint: string) => ({ code: "usage", hint: new RegExp(`: --set '${hint}'$`) }) as const;
  t.throws(() => setLayer("tags=[a, b]", "/"), said('tags=\\["a", "b"\\]'));
  t.throws(() => setLayer("args.sizes=[1,x", "/"), said('args.sizes=\\[1, "x"\\]'));
  t.throws(() => setLayer("tags=[a b, c]", "/"), said('tags=\\["a", "b"\\]'));
  t.throws(() => setLayer('name="x', "/"), said('name="some text"'));
});
