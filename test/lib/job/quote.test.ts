import { spawnSync } from "node:child_process";
import fc from "fast-check";
import t from "tap";
import { bashArray, bashValue, bashWord } from "../../../lib/job/quote.js";

const hostile = fc
  .oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({
      unit: fc.constantFrom(
        "'",
        '"',
        "\\",
        "$",
        "`",
        "\n",
        "\t",
        " ",
        "!",
        "*",
        "~",
        "-",
        "é",
        "\u0001",
        "\u0085",
        "\r",
        "(",
        ")",
        "#",
        "%",
      ),
    }),
  )
  .filter((text) => !text.includes("\0"));

/** What bash makes of a script, as NUL-ended words. */
function bash(script: string, locale: string): string[] {
  const { stdout, stderr, status } = spawnSync("bash", ["-c", script], {
    env: { PATH: process.env["PATH"], LC_ALL: locale },
    encoding: "buffer",
  });
  if (status !== 0) throw new Error(String(stderr));
  return stdout.toString("utf8").split("\0").slice(0, -1);
}

t.test("bash reads back every word, in any locale", async () => {
  fc.assert(
    fc.property(
      fc.array(hostile, { minLength: 1, maxLength: 40 }),
      fc.constantFrom("C", "C.UTF-8"),
      (words, locale) => {
        const script = `${words.map((word, i) => bashValue(`v${i}`, word)).join("\n")}\n${bashArray("all", words)}\nprintf '%s\\0' ${words.map((_, i) => `"$v${i}"`).join(" ")} "\${all[@]}"`;
        return JSON.stringify(bash(script, locale)) === JSON.stringify([...words, ...words]);
      },
    ),
    { numRuns: 60 },
  );
});

t.test("plain words stay plain, and NUL is refused", async (t) => {
  t.equal(bashWord("train.py"), "train.py");
  t.equal(bashWord("--lr=1e-4"), "--lr=1e-4");
  t.equal(bashWord("it's"), `'it'\\''s'`);
  t.equal(bashValue("x", ""), "x=''");
  t.equal(bashArray("x", []), "x=()");
  t.throws(() => bashWord("a\0b"), { code: "dataerr" });
});
