import t from "tap";
import { statTable, statWidth } from "../../../lib/source/stat-table.js";

t.test("a table of numbers", (t) => {
  const table = statTable(new BigInt64Array(2 * statWidth));
  const stat = { mtimeNs: 1_763_000_000_123_456_789n, ctimeNs: 5n, size: 7n, ino: 2n ** 64n - 1n, mode: 0o100644n };
  table.set(1, stat);
  t.ok(table.same(1, stat), "inodes of 64 bits too");
  t.notOk(table.same(0, stat));
  t.notOk(table.same(1, { ...stat, mtimeNs: stat.mtimeNs + 1n }), "to the nanosecond");
  t.ok(table.equal(1, table, 1));
  t.notOk(table.equal(1, table, 0));
  t.notOk(table.olderThan(1, stat.mtimeNs), "the later of the two times counts");
  t.ok(table.olderThan(1, stat.mtimeNs + 1n));
  table.clear(1);
  t.notOk(table.same(1, stat));
  t.end();
});
