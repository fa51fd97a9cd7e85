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
