import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import t from "tap";
import { argumentWords, commandLine } from "../../../lib/recipe/command-line.js";
import { tokenValues } from "../../../lib/recipe/tokens.js";
import { needs } from "../../support/needs.js";
import { planned } from "./recipes.js";

const none = new Map<string, string>();

t.test("arguments in order", async (t) => {
  const args = {
    lr: "{a.b}",
    flag: true,
    off: false,
    sizes: [1, "x", 2],
    none: [],
    empty: "",
    n: 5,
    neg: -1.5,
    text: "a b=c",
  };
  const values = new Map([["a.b", "--x"]]);
  t.strictSame(argumentWords({ args }, values), [
    "--lr=--x",
    "--flag",
    "--sizes=1",
    "--sizes=x",
    "--sizes=2",
    "--empty=",
    "--n=5",
    "--neg=-1.5",
    "--text=a b=c",
  ]);
  t.strictSame(argumentWords({ args: { lr: 1, flag: true, l: [1, 2] }, args_format: { style: "space" } }, none), [
    "--lr",
    "1",
    "--flag",
    "--l",
    "1",
    "--l",
    "2",
  ]);
  t.throws(() => argumentWords({ args: { a: { b: 1 } } }, none), {
    code: "dataerr",
    message: "cannot write args.a as an argument: it is no string, number, true or false",
  });
  t.throws(() => argumentWords({ args: { a: [[1]] } }, none), { message: /args.a.0/ });
});

t.test("a list stays a list, a string is a line for bash", async (t) => {
  const values = new Map([["params.x", "it's"]]);
  t.strictSame(commandLine({ command: ["a", "b {params.x}"], args: { c: 1 } }, values), ["a", "b it's", "--c=1"]);
  t.strictSame(commandLine({ command: "a {params.x} | b\n", args: {} }, values), ["bash", "-c", `a 'it'\\''s' | b\n`]);
  t.strictSame(
    commandLine({ command: "cd x && a\n", args: { c: "{params.x}", d: 1e-4 }, numbers: { "args.d": "1e-4" } }, values),
    ["bash", "-c", `cd x && a '--c=it'\\''s' --d=1e-4`],
  );
  t.throws(() => commandLine({ command: "a # b", args: { c: 1 } }, none), {
    code: "dataerr",
    message: /ends in a comment/,
  });
  t.throws(() => commandLine({ command: ["a", "{params.x}"], args: {} }, new Map([["params.x", "\0"]])), {
    message: /has a NUL/,
  });
});

t.test("what bash makes of a line with arguments is what a list would have been", async (t) => {
  const value = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\0", ""));
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), value, { maxKeys: 5 }), value, (args, x) => {
      const values = new Map([["params.x", x]]);
      const [shell = "", ...rest] = commandLine({ command: `printf '%s\\0' . "{params.x}"`, args }, values);
      const words = execFileSync(shell, rest, { encoding: "utf8" }).split("\0").slice(1, -1);
      assert.deepEqual(words, commandLine({ command: ["{params.x}"], args }, values));
    }),
    { numRuns: 100 },
  );
  t.pass("of any");
});

t.test("Python reads the numbers back as what TOML says they are", async (t) => {
  const int = fc.integer().map((n) => [String(n), "int"] as const);
  const float = fc
    .oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (/[.e]/.test(String(n)) ? String(n) : `${n}.0`)),
      fc.constantFrom("1.0", "1e-4", "1E5", "1_000.5", "-0.0", "+1.5", "6.02e+23", "1e22", "0.1e1"),
    )
    .map((text) => [text, "float"] as const);
  const numbers = fc.sample(fc.oneof(int, float), 200);
  const names = numbers.map((_, i) => `n${i}`);
  const toml = numbers.map(([text], i) => `n${i} = ${text}\np${i} = "{params.n${i}}"`).join("\n");
  const params = numbers.map(([text], i) => `n${i} = ${text}`).join("\n");
  const run = await planned(t.testdir(), `name = "a"\ncommand = ["x"]\n[args]\n${toml}\n[params]\n${params}\n`);
  const json = JSON.parse(JSON.stringify(run)) as typeof run;
  if (!needs(t, "python3")) return;
  const words = commandLine(json, tokenValues(json)).slice(1);
  const program = `
import ast, json, sys
for word in sys.argv[1:]:
    key, text = word[2:].split("=", 1)
    value = ast.literal_eval(text)
    print(json.dumps([key, type(value).__name__, repr(float(value))]))
`;
  const said = execFileSync("python3", ["-c", program, ...words], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as string[]);
  const reference = execFileSync(
    "python3",
    ["-c", "import sys\nfor t in sys.argv[1:]: print(repr(float(t)))", ...numbers.map(([text]) => text)],
    { encoding: "utf8" },
  )
    .trim()
    .split("\n");
  t.strictSame(
    said,
    names.flatMap((name, i) => [
      [name, numbers[i]?.[1], reference[i]],
      [`p${i}`, numbers[i]?.[1], reference[i]],
    ]),
  );
});

t.test("a line of bash says what it resumes from, where there is anything", async (t) => {
  const of = (style: "equals" | "space") =>
    commandLine(
      {
        command: `printf '<%s>' "$0" x`,
        args: { lr: 1 },
        args_format: { style },
        checkpoints: { resume_arg: "--resume" },
      },
      new Map(),
    );
  const said = (argv: string[], env: object) =>
    execFileSync(argv[0] ?? "", argv.slice(1), { encoding: "utf8", env: { PATH: process.env["PATH"], ...env } });
  const env = { LAB_RESUME_FROM: "a b/'c'" };
  t.equal(said(of("equals"), {}), "<bash><x><--lr=1>");
  t.equal(said(of("equals"), env), "<bash><x><--lr=1><--resume=a b/'c'>");
  t.equal(said(of("space"), env), "<bash><x><--lr><1><--resume><a b/'c'>");
});
