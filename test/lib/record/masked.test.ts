import t from "tap";
import { maskedRecord, maskedText } from "../../../lib/record/masked.js";

t.test("texts lose the values of secrets, and nothing else", async (t) => {
  const cases: [string, string][] = [
    ['API_KEY = "abc"', 'API_KEY = "…"'],
    ["env.HF_TOKEN='abc'", "env.HF_TOKEN='…'"],
    ['{"DB_PASSWORD": "a\\"b", "x": 1}', '{"DB_PASSWORD": "…", "x": 1}'],
    ["lab_recipe_env=('DB_PASSWORD=two words' A=1)", "lab_recipe_env=('DB_PASSWORD=…' A=1)"],
    ["lab_recipe_env=($'X_TOKEN=a\\nb\\'c' A=1)", "lab_recipe_env=($'X_TOKEN=…' A=1)"],
    ["lab_recipe_env=(X_TOKEN=abc A=1)", "lab_recipe_env=(X_TOKEN=… A=1)"],
    ["curl --api-key abc --verbose", "curl --api-key … --verbose"],
    ["curl --token=abc", "curl --token=…"],
    ['["curl", "--token", "abc"]', '["curl", "--token", "…"]'],
    ['["curl",\n  "--token",\n  "abc"\n]', '["curl",\n  "--token",\n  "…"\n]'],
    ['SECRET = """\nab\n"""\nlr = 1', 'SECRET = """…"""\n\n\nlr = 1'],
    ["git clone https://ada:pw@db.example/x", "git clone https://…@db.example/x"],
    [`x = "${"hf_"}${"a".repeat(30)}"`, 'x = "…"'],
  ];
  for (const [text, shown] of cases) t.equal(maskedText(text), shown);
});

t.test("so do texts within texts of JSON, however deep, and these stay JSON", async (t) => {
  const inner = `command = ["curl", "--token", "hush"]
A_KEY = "hu\\"sh"
B_KEY = """
hush
"""
C_KEY = 'hush'
D_KEY = ""
lr = 0.1
`;
  const shown = /curl.*--token.*A_KEY.*B_KEY.*C_KEY.*D_KEY.*lr = 0.1/s;
  for (let text = inner, depth = 0; depth < 3; depth += 1) {
    text = JSON.stringify({ X_TOKEN: "hush", text });
    const masked = maskedText(text);
    t.notMatch(masked, /hush|hu\W*sh/, masked);
    t.match(masked, shown);
    t.doesNotThrow(() => JSON.parse(masked), masked);
  }
});

t.test("the name of an exception is no name of a secret", async (t) => {
  for (const text of ["KeyError: 'train'", "exit code 1: lab.TokenError: unexpected end"]) {
    t.equal(maskedText(text), text);
    t.equal(maskedRecord(text), text);
  }
  t.equal(maskedText("error_key: 'train'"), "error_key: '…'");
});

t.test("what only sounds like it stays", async (t) => {
  for (const text of [
    `lab_key=sha256:${"a".repeat(64)}`,
    '"key": "lab-key/1"',
    'pass = ["HF_TOKEN"]',
    "lab_pass=(HF_TOKEN)",
    "max_tokens = 2048",
    "tokens_per_batch = 5e5",
    'tokenizer = "bert"',
    "use_key_bias = true",
    "export API_KEY=$MY_KEY",
    'author = "Ada"',
  ])
    t.equal(maskedText(text), text);
});

t.test("records: names, command lines, addresses, and texts inside", async (t) => {
  const plain = { type: "run", key: "sha256:1", params: { lr: 0.1, max_tokens: "12" }, command: ["sh", "-c", "true"] };
  t.equal(maskedRecord(plain), plain, "not even a copy");
  t.strictSame(
    maskedRecord({
      env: { HF_TOKEN: "abc", HOME: "/home/ada" },
      command: ["curl", "--api-key", "abc", "-x"],
      args: { password: "abc" },
      source: { remote: "https://ada:pw@git.example/x" },
      text: 'env.A_KEY = "abc"\n',
      list: [{ token: "abc" }],
      fields: [
        { path: "env.A_KEY", count: 1, values: ["abc"] },
        { path: "env.A_KEY", from: "abc", to: "xyz" },
        { path: "params.lr", values: ["abc"] },
        { path: "params.password", share: 0.5, levels: [{ value: "hunter2", count: 3, mean: 0.5 }] },
      ],
    }),
    {
      env: { HF_TOKEN: "…", HOME: "/home/ada" },
      command: ["curl", "--api-key", "…", "-x"],
      args: { password: "…" },
      source: { remote: "https://…@git.example/x" },
      text: 'env.A_KEY = "…"\n',
      list: [{ token: "…" }],
      fields: [
        { path: "env.A_KEY", count: 1, values: ["…"] },
        { path: "env.A_KEY", from: "…", to: "…" },
        { path: "params.lr", values: ["abc"] },
        { path: "params.password", share: 0.5, levels: [{ value: "…", count: 3, mean: 0.5 }] },
      ],
    },
  );
});

t.test("a long text takes no time that grows faster than it", async (t) => {
  for (const text of [
    "key".repeat(200_000),
    "'".repeat(300_000),
    '"token": "'.repeat(50_000),
    "--key ".repeat(100_000),
  ]) {
    const before = process.hrtime.bigint();
    maskedText(text);
    const took = Number(process.hrtime.bigint() - before) / 1e6;
    t.ok(took < 5000, `${took} ms`);
  }
});
