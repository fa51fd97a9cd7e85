// Columns put values in order as lists do, and rows keep what their first record says, whatever names they have.
import t from "tap";
import { codesOf, newColumn, setValue } from "../../../../lib/serve/index/column.js";
import { rankSome, ranksOf, sameCodesOf } from "../../../../lib/serve/index/ranks.js";
import { addToRow, fieldOf, newTable, putRow, rowFor } from "../../../../lib/serve/index/table.js";
import { generator } from "../../../bench/records.js";

t.test("numbers come before texts before the rest, equal ones have one place", (t) => {
  const draw = generator(3);
  const column = newColumn(["x"]);
  const values: unknown[] = [0, -0, -1.5, "b", "a", "10", true, false, 1e300, -1e300, ["x"], 0];
  // So many that equal ones are not looked for any more.
  for (let i = 0; i < 9000; i += 1) values.push(draw() < 0.2 ? Math.floor(draw() * 50) : draw() * 1e6 - 5e5);
  for (const [row, value] of values.entries()) setValue(column, row, value);
  const kind = (value: unknown) => ["number", "string", "boolean", "object"].indexOf(typeof value);
  const check = () => {
    const ranks = ranksOf(column);
    const codes = [...column.values.keys()].slice(1).sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0));
    for (const [i, code] of codes.entries()) {
      const before = codes[i - 1];
      if (before === undefined) continue;
      const [x, y] = [column.values[before], column.values[code]];
      const apart = x !== y && !(x === 0 && y === 0);
      const isAfter = kind(x) !== kind(y) ? kind(x) < kind(y) : !apart || (x as number) < (y as number);
      if (!isAfter || (ranks[before] !== ranks[code]) !== apart) t.fail(`${x} before ${y}`);
    }
    return Math.max(...ranks);
  };
  const places = check();
  t.ok(column.loose, "there were that many");
  setValue(column, values.length, -2e300);
  setValue(column, values.length + 1, "aa");
  t.equal(check(), places + 2, "what comes later has a place too");
  const rows = Int32Array.from(values, (_, row) => row);
  const [whole, plain, same] = [ranksOf(column), codesOf(column, rows), sameCodesOf(column, rows)];
  for (const part of ["ranks", "order", "firsts"] as const) delete column[part];
  while (!rankSome(column, 1000));
  t.strictSame(ranksOf(column), whole, "put in order by parts they have the same places");
  const codes = [...column.values.keys()].slice(1);
  const firsts = new Map(codes.toReversed().map((code) => [whole[code], code]));
  t.ok(
    plain.every((code, i) => same[i] === firsts.get(whole[code])),
    "equal ones are told by the first of them",
  );
  t.end();
});

t.test("a row has what its first record says, under names of any kind", (t) => {
  const table = newTable();
  const row = rowFor(table, "k/u");
  putRow(
    table,
    row,
    [
      { a: 1, "": { a: 2 }, __proto: 3 },
      { a: 4, b: { c: 5 } },
    ],
    true,
  );
  const has = (...path: string[]) => fieldOf(table, row, path);
  t.strictSame([has("a"), has("", "a"), has("b", "c"), has("__proto")], [1, 2, 5, 3]);
  addToRow(table, row, { a: 6 });
  putRow(table, row, [{ b: { d: 7 } }], false);
  t.strictSame([has("a"), has("", "a"), has("b", "c"), has("b", "d")], [undefined, undefined, undefined, 7]);
  t.end();
});
