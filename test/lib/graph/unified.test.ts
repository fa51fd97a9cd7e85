import fc from "fast-check";
import t from "tap";
import { unified } from "../../../lib/graph/unified.js";

/** Applies hunks as patch(1) does, which is what they are for. */
function applied(a: string[], hunks: string[]): string[] {
  const result: string[] = [];
  let at = 0;
  for (const line of hunks) {
    const head = /^@@ -(\d+),(\d+) \+\d+,\d+ @@$/.exec(line);
    if (head) {
      const from = Number(head[1]) - (Number(head[2]) > 0 ? 1 : 0);
      while (at < from) result.push(a[at++] as string);
    } else if (line.startsWith("+")) result.push(line.slice(1));
    else {
      if (line.slice(1) !== a[at]) throw new Error(`the patch does not fit at ${at}: ${line}`);
      if (line.startsWith(" ")) result.push(line.slice(1));
      at += 1;
    }
  }
  return [...result, ...a.slice(at)];
}

t.test("a patch makes of the one text the other, with as few lines as can be", async () => {
  const lines = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 30 });
  fc.assert(
    fc.property(lines, lines, fc.integer({ min: 0, max: 3 }), (a, b, context) => {
      const text = (all: string[]) => all.map((line) => `${line}\n`).join("");
      const hunks = unified(text(a), text(b), context);
      const changes = hunks.filter((line) => /^[-+]/.test(line)).length;
      if (JSON.stringify(applied(a, hunks)) !== JSON.stringify(b)) return false;
      return changes === a.length + b.length - 2 * common(a, b);
    }),
    { numRuns: 300 },
  );
});

/** The length of the longest common subsequence, the slow and certain way. */
function common(a: string[], b: string[]): number {
  const row = new Array<number>(b.length + 1).fill(0);
  for (const one of a) {
    let corner = 0;
    for (let j = 1; j <= b.length; j += 1) {
      const above = row[j] as number;
      row[j] = one === b[j - 1] ? corner + 1 : Math.max(above, row[j - 1] as number);
      corner = above;
    }
  }
  return row[b.length] as number;
}

t.test("texts that have nothing in common are replaced whole, soon", async (t) => {
  const many = (word: string) => Array.from({ length: 20_000 }, (_, i) => `${word}${i}\n`).join("");
  const before = Date.now();
  t.equal(unified(many("a"), many("b")).length, 40_001);
  t.ok(Date.now() - before < 20_000);
  t.strictSame(unified("x\n", "x\n"), []);
});
