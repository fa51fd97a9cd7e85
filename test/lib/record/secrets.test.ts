import t from "tap";
import { withoutSecrets } from "../../../lib/record/secrets.js";

t.test("what is called like a secret has no value", async (t) => {
  for (const name of [
    "HF_TOKEN",
    "wandb_api_key",
    "DB_PASSWORD",
    "PGPASS",
    "AWS_SECRET_ACCESS_KEY",
    "Cookie",
    "GH_AUTH",
  ])
    t.equal(withoutSecrets(name, "abc123"), "…", name);
  t.equal(withoutSecrets("MY_TOKENS", "abc"), "…");
});

t.test("what only looks like it stays", async (t) => {
  for (const [name, value] of [
    ["TOKENIZERS_PARALLELISM", "false"],
    ["MAX_TOKENS", "2048"],
    ["OMP_NUM_THREADS", "8"],
    ["HOME", "/home/ada"],
  ] as const)
    t.equal(withoutSecrets(name, value), value, name);
});

t.test("secrets inside of values go", async (t) => {
  t.equal(withoutSecrets("URL", "https://ada:pw@db.example/x"), "https://…@db.example/x");
  t.equal(withoutSecrets("URL", "https://x.example/?a=1&token=abc&b=2"), "https://x.example/?a=1&token=…&b=2");
  t.equal(withoutSecrets("DSN", "Host=db;AccountKey=abc;Port=1"), "Host=db;AccountKey=…;Port=1");
});

t.test("what is counted inside of values stays", async (t) => {
  for (const text of ["train --max_tokens=2048 --tokens_per_s=31.5", "asttokens==2.4.1", "tokenizer=/m/t.json;batch=8"])
    t.equal(withoutSecrets("TEXT", text), text);
  t.equal(withoutSecrets("TEXT", "max_tokens=2048&hf_token=hf_12"), "max_tokens=2048&hf_token=…");
  t.equal(withoutSecrets("TEXT", "api_tokens=a1"), "api_tokens=…");
});
