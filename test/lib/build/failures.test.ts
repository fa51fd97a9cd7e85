import path from "node:path";
import t from "tap";
import { root } from "../../support/sandbox.js";

const { failuresIn } = (await import(path.join(root, "lib/build/failures.mjs"))) as {
  failuresIn(output: string): string;
};

t.test("assertions that failed, with their diff, and the tests that they are in", async (t) => {
  const output = `TAP version 14
# Subtest: one
    # a comment
    ok 1 - well
      ---
      nothing: to see
      ...
    not ok 2 - should match pattern
      ---
      diff: |
        -a
        +b
      at:
        fileName: x.test.ts
        lineNumber: 1
      stack: |
        x.test.ts:1:2
      ...
    1..2
not ok 1 - one # time=3.1ms
  ---
  at:
    fileName: x.test.ts
  source: |
    t.test("one")
  ...

# Subtest: two
    ok 1 - well
    1..1
ok 2 - two # time=1ms

Warning: said by something else
1..2
# { total: 3, pass: 2, fail: 1 }
`;
  t.equal(
    failuresIn(output),
    `    not ok 2 - should match pattern
      diff: |
        -a
        +b
      stack: |
        x.test.ts:1:2
not ok 1 - one # time=3.1ms
Warning: said by something else`,
  );
});

t.test("a file that ended without a word, and one with too many", async (t) => {
  const lines = Array.from({ length: 200 }, (_, i) => `${i + 1}`);
  t.equal(failuresIn(`${lines.map((n) => `ok ${n}`).join("\n")}\n`).split("\n").length, 30);
  const many = failuresIn(lines.map((n) => `not ok ${n} - wrong`).join("\n")).split("\n");
  t.equal(many.length, 151);
  t.equal(many.at(-1), "(and 50 lines more: see above)");
  t.equal(failuresIn(""), "");
});

t.test("a file that was killed within a diff", async (t) => {
  t.equal(
    failuresIn("    not ok 1 - x\n      ---\n      diff: |\n        -a\n"),
    "    not ok 1 - x\n      diff: |\n        -a",
  );
});
