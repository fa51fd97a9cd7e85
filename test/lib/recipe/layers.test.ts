import assert from "node:assert/strict";
import fc from "fast-check";
import t from "tap";
import { type Layer, layerOf, merged } from "../../../lib/recipe/layers.js";
import { isTable, type TomlPath, valueAt } from "../../../lib/toml/path.js";

const table = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.integer({ min: 0, max: 9 }),
    fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 3 }),
    tie("table"),
  ),
  table: fc.dictionary(fc.constantFrom("a", "b", "c", "toString"), tie("value"), { maxKeys: 3 }),
})).table as fc.Arbitrary<Record<string, unknown>>;

const layer = (value: Record<string, unknown>): Layer => ({ file: { path: "x", text: "", value }, dir: "/" });
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

function* paths(value: unknown, path: TomlPath = []): Generator<TomlPath> {
  if (path.length > 0) yield path;
  if (isTable(value)) for (const [key, item] of Object.entries(value)) yield* paths(item, [...path, key]);
}

t.test("tables merge, everything else is replaced by the later", async (t) => {
  const layers = [{ a: 1, t: { x: [1, 2], y: { k: 1 } } }, { t: { x: [3], y: 5 }, b: 2 }, { t: { y: { j: 1 } } }].map(
    layer,
  );
  t.strictSame(plain(merged(layers)), { a: 1, b: 2, t: { x: [3], y: { j: 1 } } });
});

t.test("merging is associative, and a layer upon itself or upon nothing changes nothing", async (t) => {
  fc.assert(
    fc.property(table, table, table, (a, b, c) => {
      const all = plain(merged([a, b, c].map(layer)));
      assert.deepEqual(plain(merged([merged([a, b].map(layer)), c].map(layer))), all);
      assert.deepEqual(plain(merged([a, a].map(layer))), plain(a));
      assert.deepEqual(plain(merged([{}, a, {}].map(layer))), plain(a));
    }),
  );
  t.pass("of any three tables");
});

t.test("each value is that of the layer that is said to say it", async (t) => {
  fc.assert(
    fc.property(fc.array(table, { minLength: 1, maxLength: 4 }), (tables) => {
      const layers = tables.map(layer);
      const sum = merged(layers);
      for (const path of paths(sum)) {
        const value = valueAt(sum, path);
        const from = layerOf(layers, sum, path);
        assert.ok(from);
        if (!isTable(value)) assert.deepEqual(plain(valueAt(from.file.value, path)), plain(value));
        const index = layers.indexOf(from);
        assert.ok(layers.slice(index + 1).every((later) => valueAt(later.file.value, path) === undefined));
      }
    }),
  );
  t.pass("of any tables");
});

t.test("what nobody says belongs to the nearest table, or to the last file", async (t) => {
  const layers: Layer[] = [layer({ t: { a: 1 } }), layer({ b: 1 }), { ...layer({ c: 1 }), flag: "--set c=1" }];
  const sum = merged(layers);
  t.equal(layerOf(layers, sum, ["t", "missing"]), layers[0]);
  t.equal(layerOf(layers, sum, ["missing"]), layers[1]);
  t.equal(layerOf(layers, sum, ["c"]), layers[2]);
});
