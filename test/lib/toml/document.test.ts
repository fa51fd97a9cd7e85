import fs from "node:fs";
import fc from "fast-check";
import t from "tap";
import * as v from "valibot";
import { checkedToml, parseToml, problems, readToml, spellings, tomlLimit } from "../../../lib/toml/document.js";

const thrown = (work: () => unknown): { code?: string; message?: string; hint?: string } => {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  return {};
};

t.test("a syntax error names file, line and column", async (t) => {
  for (const [text, message] of [
    ["a = 1\nb = \n", "x.toml:2:5: invalid value"],
    ["a = 1\r\nb = 'x\r\n", "x.toml:2:7: control characters are not allowed in strings"],
    ["\uFEFFa = 1 b", "x.toml:1:7: each key-value declaration must be followed by an end-of-line"],
    ["[a]\nk = 1\n[a]\n", "x.toml:3:2: a is defined twice"],
    ["k = 1\n'k' = 2", "x.toml:2:1: 'k' is defined twice"],
    ["[a]\nx = 9007199254740993", "x.toml:2:5: the integer is beyond 2^53 - 1: write it in quotes"],
    ["[__proto__]\nx = 1", "x.toml:1:2: __proto__ cannot be used as a key"],
    ["a = { constructor = 1 }", "x.toml:1:7: constructor cannot be used as a key"],
    ["d = 2026-13-01", "x.toml:1:5: invalid date"],
  ] as const) {
    t.match(
      thrown(() => parseToml(text, "x.toml")),
      { code: "dataerr", message },
      JSON.stringify(text),
    );
  }
  t.match(
    thrown(() => parseToml("a", "x.toml", "config")),
    { code: "config" },
  );
});

t.test("what is nested too deeply is refused before anything recurses into it", async (t) => {
  const lists = `a = ${"[".repeat(100)}${"]".repeat(100)}`;
  t.match(thrown(() => parseToml(lists, "x")).message, /^x:1:\d+: lists or tables are nested more than 64 levels deep/);
  const header = `[${Array.from({ length: 50_000 }, () => "a").join(".")}]`;
  t.equal(thrown(() => parseToml(header, "x")).message, "x: tables are nested more than 64 levels deep");
});

t.test("reading", async (t) => {
  const dir = t.testdir({
    "bad.toml": Buffer.from('a = 1\nb = "\xff"\n', "latin1"),
    "bom.toml": "\uFEFFa = 1\r\n",
  });
  t.match(
    thrown(() => readToml(`${dir}/none.toml`)),
    { code: "noinput", message: /^cannot read '.*none.toml': no such file/ },
  );
  t.match(
    thrown(() => readToml(dir)),
    { code: "dataerr", message: /is a directory/ },
  );
  t.match(
    thrown(() => readToml(`${dir}/bad.toml`)),
    { code: "dataerr", message: /bad.toml:2:1: the line is not UTF-8/ },
  );
  const bom = readToml(`${dir}/bom.toml`);
  t.match(bom, { value: { a: 1 }, text: "\uFEFFa = 1\r\n" });
  fs.writeFileSync(`${dir}/big.toml`, Buffer.alloc(10_000_000, "#"));
  t.match(
    thrown(() => readToml(`${dir}/big.toml`)),
    { code: "dataerr", message: /big.toml': it is larger than the 4.0 MiB/ },
  );
  t.match(
    thrown(() => readToml("/dev/zero")),
    { message: /larger than/ },
  );
  fs.writeFileSync(`${dir}/most.toml`, Buffer.alloc(tomlLimit, "\n"));
  t.strictSame(Object.keys(readToml(`${dir}/most.toml`).value), []);
});

const schema = v.strictObject({
  name: v.string(),
  command: v.exactOptional(v.union([v.string(), v.array(v.string())])),
  later: v.exactOptional(
    v.pipe(
      v.unknown(),
      v.check(() => false, "is not supported yet"),
    ),
  ),
  env: v.exactOptional(v.record(v.pipe(v.string(), v.regex(/^[A-Z]+$/, "is not a variable's name")), v.string())),
  sizes: v.exactOptional(
    v.strictObject({
      cpus: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
      kind: v.exactOptional(v.picklist(["stat", "sha256", "none"])),
      parts: v.exactOptional(v.array(v.strictObject({ cpus: v.number() }))),
    }),
  ),
});

const said = async (text: string) =>
  (await problems(schema, parseToml(text, "x.toml"))).map(
    ({ line, column, message, hint }) => `${line}:${column} ${message}${hint ? ` | ${hint}` : ""}`,
  );

t.test("every breach has its line, in the order of the file", async (t) => {
  const text = `comand = "x"
zzz = 1
[later]
a = 1
[env]
path = "x"
A = 1
[sizes]
cpus = 1.5
kind = "stats"
cpu = 1
[[sizes.parts]]
cpus = 1
[[sizes.parts]]
cpu = "a"
`;
  t.strictSame(await said(text), [
    "1:1 unknown key 'comand' (did you mean 'command'?)",
    "1:1 name is missing",
    "2:1 unknown key 'zzz' | known here: name, command, later, env, sizes",
    "3:2 [later] is not supported yet",
    "6:1 env.path is not a variable's name",
    "7:5 env.A is 1, expected a string",
    "9:8 sizes.cpus is 1.5, expected a whole number",
    `10:8 sizes.kind is "stats", expected "stat" or "sha256" or "none" (did you mean 'stat'?)`,
    "11:1 unknown key 'cpu' in [sizes] (did you mean 'cpus'?)",
    "14:9 sizes.parts.1.cpus is missing",
    "15:1 unknown key 'cpu' in [sizes.parts.1] (did you mean 'cpus'?)",
  ]);
});

t.test("wrong kinds, among them those that pass for tables", async (t) => {
  t.strictSame(await said(`name = 5\nenv = []\nsizes = 2026-11-20`), [
    "1:8 name is 5, expected a string",
    "2:7 env is a list, expected a table",
    "3:9 sizes is a date or time, expected a table",
  ]);
  t.strictSame(await said(`name = ["a"]\ncommand = ["a",\n 5]\nsizes.cpus = 0\nsizes.parts = {}`), [
    "1:8 name is a list, expected a string",
    "3:2 command.1 is 5, expected a string",
    "4:14 sizes.cpus is 0, expected at least 1",
    "5:15 [sizes.parts] is a table, expected a list",
  ]);
  t.strictSame(await said(`name = "x"\nenv.prototype = "y"\ntoString = 1`), [
    "2:5 prototype cannot be used as a key",
    "3:1 unknown key 'toString' | known here: name, command, later, env, sizes",
  ]);
});

t.test("the checked value, or a fault with the first breach", async (t) => {
  t.strictSame(await checkedToml(schema, parseToml(`name = "x"`, "x.toml"), "config"), { name: "x" });
  await t.rejects(checkedToml(schema, parseToml(`nam = "x"\nb = 1`, "x.toml"), "config"), {
    code: "config",
    message: "x.toml:1:1: unknown key 'nam' (did you mean 'name'?) (and 2 more: lab validate shows them)",
  });
});

t.test("numbers and dates as they are written", async (t) => {
  const text = `\uFEFFa = 1.0\r\nb = [1e-4, { "c.d" = 1_000.50 }]\r\n[t]\ni = 7\nn = -inf\nd = 1979-05-27\n[[u]]\n[[u]]\nx = +1E3`;
  t.strictSame(Object.fromEntries(await spellings(parseToml(text, "x"))), {
    a: "1.0",
    "b.0": "1e-4",
    'b.1."c.d"': "1000.50",
    "t.i": "7",
    "t.n": "-inf",
    "t.d": "1979-05-27",
    "u.1.x": "+1E3",
  });
  t.equal((await spellings(parseToml("a = 1\nb = 'x'", "x"))).size, 0);
});

t.test("any text is either a document or a dataerr with a place", async () => {
  const fragment = fc.constantFrom(
    "a",
    "b.c",
    "=",
    "[",
    "]",
    "{",
    "}",
    ",",
    "1.0",
    "'x'",
    '"',
    "\n",
    "#",
    "\r\n",
    "[[",
    "]]",
    "__proto__",
    "1e",
    "é",
    "\0",
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fragment, { maxLength: 30 }).map((parts) => parts.join(" ")),
      async (text) => {
        const error = thrown(() => parseToml(text, "x"));
        if (error.message !== undefined) return error.code === "dataerr" && /^x:\d+:\d+: /.test(error.message);
        const file = parseToml(text, "x");
        const found = await problems(schema, file);
        return found.every(({ line, column }) => (line ?? 0) >= 1 && (column ?? 0) >= 1);
      },
    ),
    { numRuns: 2000 },
  );
});
