import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import t from "tap";
import { fillShellLine, quoted, shellTrouble, shellWord, withoutEnd } from "../../../lib/recipe/shell.js";

/** Everything that a shell might read something into. */
const hostile = fc
  .oneof(
    fc.string({ unit: "grapheme-composite" }),
    fc
      .array(
        fc.constantFrom(
          ..."'\"`$\\!#&|;<>()[]{}*?~=%@^-, \t\n\r".split(""),
          ...[
            "a",
            "é",
            "漢",
            "😀",
            "$(exit 7)",
            "`exit 7`",
            `\${HOME}`,
            "$((1+1))",
            "'\\''",
            "--",
            "-n",
            "\\n",
            "\\0",
            "{params.y}",
            "\n#",
            "EOF",
          ],
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join("")),
  )
  .map((text) => text.replaceAll("\0", ""));

/** The words that a shell makes of `printf '%s\0' <rest>`. */
function words(shell: string, rest: string): string[] {
  const out = execFileSync(shell, ["-c", `printf '%s\\0' ${rest}`], {
    encoding: "buffer",
    stdio: ["ignore", "pipe", "pipe"],
  });
  return out.toString("utf8").split("\0").slice(0, -1);
}

for (const shell of ["bash", "sh"]) {
  t.test(`${shell} reads back any words`, async (t) => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 8 }), (values) => {
        assert.deepEqual(words(shell, values.map(quoted).join(" ")), values);
        assert.deepEqual(words(shell, values.map(shellWord).join(" ")), values);
      }),
      { numRuns: 150 },
    );
    t.pass("all of them");
  });
}

t.test("plain words stay readable", async (t) => {
  t.equal(shellWord("--lr=3e-4"), "--lr=3e-4");
  t.equal(shellWord("/data/a_b.c"), "/data/a_b.c");
  for (const word of ["", "=a", "~", "a b", "*", "{a,b}", "é", "a\n"]) t.equal(shellWord(word), `'${word}'`);
  t.equal(withoutEnd("a \t\n\n"), "a");
});

/** A piece of a shell word with a token in it, and what the shell is to make of it; `v` stands for the value. */
const pieces: readonly (readonly [string, string])[] = [
  ["{params.x}", "v"],
  ["a{params.x}b", "avb"],
  ["'{params.x}'", "v"],
  [`'a "$HOME" \\{params.x} \`'`, `a "$HOME" \\v \``],
  ['"{params.x}"', "v"],
  [`"it's \\"{params.x}\\" \\\\{params.x} $"`, `it's "v" \\v $`],
  [`"$(printf '%s_' {params.x})"`, "v_"],
  [`"$(printf '%s_' "a{params.x}b" 'c')"`, "avb_c_"],
  [`"$(printf '%s_' "$(printf '%s_' "{params.x}")" "(" ')')"`, "v__(_)_"],
  [`"$(printf '%s_' {params.x} # it's a "comment" )\n)"`, "v_"],
  [`"$( (printf '%s_' {params.x}) )"`, "v_"],
  ["\\'{params.x}\\ #b", "'v #b"],
  [`"$(echo)"#{params.x}`, "#v"],
  [`"\${HOME+}"'{params.x}'`, "v"],
  [`"$((1 + (2)))"{params.x}`, "3v"],
  [`"$#"'{params.x}'`, "0v"],
  ["\\\n{params.x}", "v"],
  [`"\`printf a\`"{params.x}`, "av"],
];

for (const shell of ["bash", "sh"]) {
  t.test(`in ${shell}, a token is one word wherever it stands`, async (t) => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 4 }), hostile, (some, value) => {
        const line = some.map(([piece]) => piece).join(" ");
        assert.equal(shellTrouble(line, true), undefined, line);
        const filled = fillShellLine(`${line} {params.x}`, new Map([["params.x", value]]));
        const expected = some.map(([, said]) => said.replaceAll("v", () => value));
        assert.deepEqual(words(shell, filled), [...expected, value]);
      }),
      { numRuns: 250 },
    );
    t.pass("all of them");
  });
}

t.test("bash's own quotes", async (t) => {
  const values = new Map([["params.x", "it's $(exit 1)\n"]]);
  t.strictSame(words("bash", fillShellLine(`$'\\x41\\'{params.x}\\n' $$'{params.x}' <<<'x'`, values)).slice(0, 1), [
    "A'it's $(exit 1)\n\n",
  ]);
  t.match(words("bash", fillShellLine(`$$'\\'{params.x}`, values)), [/^\d+\\it's \$\(exit 1\)\n$/]);
});

t.test("no line that is accepted lets a value be read by the shell", async (t) => {
  const cwd = fs.mkdtempSync(path.join(t.testdirName, "..", "shell-"));
  t.teardown(() => fs.rmSync(cwd, { recursive: true }));
  const value = [
    `';:>P1;'`,
    `";:>P2;"`,
    "$(:>P3)",
    "`:>P4`",
    "\n:>P5\n",
    ")\n:>P6\n",
    "E\n:>P7\n",
    " ;;esac;:>P8;\\",
  ].join("");
  const fragment = fc.constantFrom(
    ...[
      "{params.x}",
      "{params.x}",
      "'",
      '"',
      "\\",
      "$(",
      ")",
      "`",
      "#",
      " ",
      "\n",
      "$((",
      "))",
      "${x",
      "${x-",
      "}",
      "<<E\n",
      "\nE\n",
      "<<<",
      "<<-'E'\n",
    ],
    ...[
      "case x in ",
      "x) ",
      ";;",
      " esac",
      "$'",
      "$",
      "$$",
      "$#",
      "!",
      "(",
      "&&",
      "|",
      ";",
      "=",
      "a",
      "echo ",
      "\r",
      "\t",
      "[[ ",
      " ]]",
      "((",
      "<(",
    ],
  );
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(fragment, { minLength: 1, maxLength: 12 }), (parts) => {
      const line = parts.join("");
      if (!line.includes("{params.x}") || shellTrouble(line, false) !== undefined) return;
      accepted += 1;
      const filled = fillShellLine(line, new Map([["params.x", value]]));
      spawnSync("/bin/bash", ["-c", filled], { cwd, env: { PATH: "/nonexistent" }, timeout: 10_000, stdio: "ignore" });
      const written = fs.readdirSync(cwd);
      for (const file of written) fs.rmSync(path.join(cwd, file));
      if (written.length > 0) throw new Error(`${JSON.stringify({ line, filled })} ran ${written.join(" ")}`);
    }),
    { numRuns: Number(process.env["LAB_FUZZ_RUNS"] ?? 2000) },
  );
  t.ok(accepted > 50, `${accepted} lines were run`);
});

t.test("where a token's quotes cannot be made sure, it is refused", async (t) => {
  for (const [line, said] of [
    ["cat <<EOF\n{params.x}\nEOF", /^has tokens, and a here-document: /],
    ["echo `echo {params.x}`", /backquotes/],
    ["echo `echo '`' {params.x}", /backquotes/],
    [`echo \${X:-{params.x}}`, /parameter expansion/],
    [`echo "\${X:-'}" {params.x}`, /parameter expansion/],
    ["echo $(({params.x} + 1))", /one is in \(\(…\)\)/],
    ["((x = {params.x}))", /one is in \(\(…\)\)/],
    ["echo $((1 + '1')) {params.x}", /quotes in/],
    ["echo a # {params.x}", /one is in a comment/],
    ["echo \\{params.x}", /after a backslash/],
    ["echo $(case a in a) echo;; esac) {params.x}", /a case in/],
    ["(true)#it's {params.x}", /a # after \)/],
    ["echo a\\\n# it's {params.x}", /a # after a continued line/],
    ["echo 'a {params.x}", /a quote that is not closed/],
    [`echo "$(echo {params.x}"`, /not closed/],
  ] as const) {
    t.match(shellTrouble(line, false), said, line);
  }
});

t.test("where arguments cannot be put after a line, it is refused", async (t) => {
  for (const [line, said] of [
    ["python a.py # all of it", /ends in a comment/],
    ["python a.py # all of it\n", /ends in a comment/],
    ["python a.py;", /ends with ';'/],
    ["python a.py &", /ends with '&'/],
    ["for i in 1 2; do python a.py; done", /ends with 'done'/],
    ["if true; then a; fi\n", /ends with 'fi'/],
    ["{ a; }", /ends with '}'/],
    ["python a.py \\", /ends with a backslash/],
    ["python a.py \\ ", /ends with a backslash/],
    ["cat <<E\nE\n", /has a here-document: \[args\]/],
    ["echo 'a", /not closed/],
  ] as const) {
    t.match(shellTrouble(line, true), said, line);
  }
  for (const line of [
    "python a.py\n",
    "cd x && python a.py",
    "find . -exec echo {} \\;",
    `echo \${X}`,
    "a \\\\",
    "echo 'x # y'",
  ]) {
    t.equal(shellTrouble(line, true), undefined, line);
  }
  t.equal(shellTrouble("cat <<E\nE\n", false), undefined);
  t.equal(shellTrouble("awk '{ print $1 }' `ls` # all", false), undefined);
});
