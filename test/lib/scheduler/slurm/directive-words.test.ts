import fc from "fast-check";
import t from "tap";
import { directiveWord, readDirectiveWords } from "../../../../lib/scheduler/slurm/directive-words.js";

t.test("what is written is what sbatch reads", (t) => {
  const printable = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/\p{Cc}/u.test(text));
  fc.assert(
    fc.property(fc.array(printable, { minLength: 1, maxLength: 4 }), (words) => {
      const line = words.map((word) => directiveWord(`--x=${word}`, "x")).join(" ");
      t.same(
        readDirectiveWords(line, "x"),
        words.map((word) => `--x=${word}`),
      );
    }),
    { numRuns: 300 },
  );
  t.end();
});

t.test("plain words stay plain", (t) => {
  t.equal(directiveWord("--gres=gpu:2", "gres"), "--gres=gpu:2");
  t.equal(directiveWord("--constraint=(a|b)&c", "constraint"), "--constraint=(a|b)&c");
  t.equal(directiveWord("--comment=lab/1 a b", "comment"), '"--comment=lab/1 a b"');
  t.equal(directiveWord('--x="\\', "x"), '"--x=\\"\\\\"');
  t.end();
});

t.test("no value can begin a line of its own", (t) => {
  for (const value of ["a\nb", "a\rb", "a\u0000b", "\n#SBATCH --uid=0"]) {
    t.throws(() => directiveWord(value, "partition"), {
      code: "dataerr",
      message: /partition .*newline or another control/,
    });
    t.throws(() => readDirectiveWords(value, "sbatch_extra"), { code: "dataerr" });
  }
  t.end();
});

t.test("words are read by sbatch's rules", (t) => {
  t.same(readDirectiveWords(`--a='b c' "d" e\\ f`, "x"), ["--a=b c", "d", "e f"]);
  t.same(readDirectiveWords(`--a="x\\"y"  --b=''`, "x"), ['--a=x"y', "--b="]);
  t.throws(() => readDirectiveWords("--a=b # c", "x"), { message: /comment/ });
  t.throws(() => readDirectiveWords("--a='b", "x"), { message: /not closed/ });
  t.end();
});
