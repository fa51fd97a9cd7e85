// Texts of rows come back as they were put, whatever was put before, after or in their place.
import t from "tap";
import { memoryStore } from "../../../../lib/serve/index/memory-store.js";
import { generator } from "../../../bench/records.js";

t.test("rows are what was put last, and gone where they were removed", (t) => {
  const store = memoryStore();
  const draw = generator(5);
  const wanted = new Map<number, { kind: string; text: string }>();
  const some = ["a", "é", "漢", "🜚", "\u0000"];
  for (let i = 0; i < 20_000; i += 1) {
    const row = Math.floor(draw() * 3000);
    const kind = draw() < 0.1 ? "live" : "packed";
    // Now and then one that needs a piece of memory of its own.
    const length = i % 5000 === 7 ? 600_000 : Math.floor(draw() * 900);
    const text = `${i} ${(some[i % some.length] ?? "").repeat(length)}`;
    if (draw() < 0.2) {
      store.remove(row);
      wanted.delete(row);
    } else {
      store.put(row, kind, text);
      wanted.set(row, { kind, text });
    }
  }
  for (let row = 0; row < 3001; row += 1)
    if (store.text(row)?.text !== wanted.get(row)?.text || store.text(row)?.kind !== wanted.get(row)?.kind)
      t.fail(`row ${row}`);
  t.ok(wanted.size > 1000);
  t.end();
});
