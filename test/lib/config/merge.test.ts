import fc from "fast-check";
import t from "tap";
import { type Layer, merge, type Table } from "../../../lib/config/merge.js";
import { dotted, isTable, valueAt } from "../../../lib/toml/path.js";

const layer = (from: string, value: Table): Layer => ({ value, source: () => ({ from }) });
const named = (values: Table[]) => values.map((value, i) => layer(String(i), value));
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

/** Layers as files give them: they agree on what is a table. */
const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string(), { maxLength: 3 }));
const key = fc.constantFrom("a", "b", "c.d", "with space");
const section = fc.record({ x: scalar, y: scalar, deep: fc.dictionary(key, scalar) }, { requiredKeys: [] });
const settings = fc.record(
  { name: scalar, one: section, two: section, free: fc.dictionary(key, scalar) },
  { requiredKeys: [] },
);
const layers = fc.array(settings, { minLength: 1, maxLength: 5 });

function leaves(table: Table, at: string[] = []): [string[], unknown][] {
  return Object.entries(table).flatMap(([name, value]) =>
    isTable(value) ? leaves(value, [...at, name]) : [[[...at, name], value] as [string[], unknown]],
  );
}

t.test("tables merge, lists and words are replaced", async (t) => {
  const { value, sources } = merge([
    layer("weak", { slurm: { partition: "cpu", qos: "low" }, modules: ["a", "b"], env: { A: "1" } }),
    layer("strong", { slurm: { partition: "gpu" }, modules: ["c"], env: {} }),
  ]);
  t.strictSame(plain(value), { slurm: { partition: "gpu", qos: "low" }, modules: ["c"], env: { A: "1" } });
  t.strictSame(Object.fromEntries([...sources].map(([at, { from }]) => [at, from])), {
    "slurm.partition": "strong",
    "slurm.qos": "weak",
    modules: "strong",
    "env.A": "weak",
  });
});

t.test("the last layer that speaks of a key wins, and the sources say so", async () => {
  fc.assert(
    fc.property(layers, (values) => {
      const { value, sources } = merge(named(values));
      const all = new Set<string>();
      for (const [at, leaf] of leaves(value)) {
        const last = values.findLastIndex((layer) => valueAt(layer, at) !== undefined);
        all.add(dotted(at));
        if (JSON.stringify(valueAt(values[last], at)) !== JSON.stringify(leaf)) return false;
        if (sources.get(dotted(at))?.from !== String(last)) return false;
      }
      return sources.size === all.size && values.every((layer) => leaves(layer).every(([at]) => all.has(dotted(at))));
    }),
  );
});

t.test("merging is associative, and one layer alone stays as it is", async () => {
  fc.assert(
    fc.property(settings, settings, settings, (a, b, c) => {
      const left = merge([layer("", merge(named([a, b])).value), layer("", c)]).value;
      const right = merge([layer("", a), layer("", merge(named([b, c])).value)]).value;
      return JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
    }),
  );
  fc.assert(fc.property(settings, (a) => JSON.stringify(merge(named([a])).value) === JSON.stringify(a)));
});

t.test("layers are not changed", async () => {
  fc.assert(
    fc.property(layers, (values) => {
      const before = JSON.stringify(values);
      merge(named(values));
      return JSON.stringify(values) === before;
    }),
  );
});

t.test("also where layers do not agree on what is a table, there is one source for each value", async () => {
  const wild = fc.dictionary(
    key,
    fc.letrec((tie) => ({ node: fc.oneof({ depthSize: "small" }, scalar, fc.dictionary(key, tie("node"))) })).node,
  );
  fc.assert(
    fc.property(fc.array(wild, { maxLength: 4 }), (values) => {
      const { value, sources } = merge(named(values));
      return (
        JSON.stringify(
          leaves(value)
            .map(([at]) => dotted(at))
            .sort(),
        ) === JSON.stringify([...sources.keys()].sort())
      );
    }),
  );
});

t.test("keys that every object has are keys like others", async (t) => {
  const evil = JSON.parse('{"__proto__": {"polluted": "yes"}, "toString": {"x": 1}}') as Table;
  const { value } = merge([layer("evil", evil), layer("more", evil)]);
  t.equal(({} as Record<string, unknown>)["polluted"], undefined);
  t.strictSame(Object.keys(value), ["__proto__", "toString"]);
});

function sorted(value: unknown): unknown {
  if (!isTable(value)) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => [name, sorted(inner)]);
}
