// What an attempt records of the environment: enough to tell what it ran with, and no secrets.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import record from "../../../lib/job/runtime/record.sh";
import { jobPlace } from "../../support/job.js";

/** The values that are recorded for names and values. */
function recorded(table: [string, string][]): string[] {
  const script = `export LC_ALL=C\n${record}\nwhile (($#)); do lab_without_secrets "$1" "$2"; printf '%s\\0' "$REPLY"; shift 2; done`;
  const { stdout, stderr } = spawnSync("bash", ["-c", script, "bash", ...table.flat()], { encoding: "utf8" });
  if (stderr) throw new Error(stderr);
  return stdout.split("\0").slice(0, -1);
}

t.test("what is called like a secret has no value, however it is written", async (t) => {
  const names = `HF_TOKEN hf_token WANDB_API_KEY OpenAI_ApiKey AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN DB_PASSWORD
    mysql_pwd PGPASSWD SSH_PASSPHRASE DB_PASS GOOGLE_APPLICATION_CREDENTIALS NPM_CONFIG__AUTH HTTP_AUTHORIZATION
    SESSION_COOKIE GITHUB_PRIVATE_PEM SLACK_WEBHOOK AZURE_STORAGE_CONNECTION_STRING SLURM_JWT MY_TOKENS BASH_FUNC_x%%`;
  for (const name of names.split(/\s+/)) t.same(recorded([[name, "x-1 \n y"]]), ["…"], name);
});

t.test("what only looks like one stays", async (t) => {
  const table: [string, string][] = [
    ["TOKENIZERS_PARALLELISM", "false"],
    ["TOKENIZER", "/m/t.json"],
    ["MAX_TOKENS", "2048"],
    ["PWD", "/a"],
    ["OLDPWD", "/b"],
    ["LAB_INPUT_TOKENS", "/data/tokens"],
    ["LAB_OUTPUT_KEYS", "/data/keys"],
    ["OMP_NUM_THREADS", "8"],
    ["EMPTY", ""],
    ["TEXT", " two\nlines 'quoted' \\ $x é "],
    ["A_URL", "https://host:8080/a?b=c@d"],
    ["MAIL", "me@example.org"],
  ];
  t.same(
    recorded(table),
    table.map(([, value]) => value),
  );
});

t.test("secrets inside of values are taken out, and the rest stays", async (t) => {
  const table: [string, string, string][] = [
    ["PIP_INDEX_URL", "https://me:pa$$@host/simple", "https://…@host/simple"],
    ["GIT", "https://ghp_abc@host/x.git x", "https://…@host/x.git x"],
    ["PROXIES", "http://a:b@h1:1,http://c:d@h2:2/", "http://…@h1:1,http://…@h2:2/"],
    ["AT", "redis://u:p@ss@h/0", "redis://…@h/0"],
    ["SLASH", "amqp://u:pa/ss@h/v", "amqp://…@h/v"],
    ["HOOK", "https://h/x?a=1&Api_Key=abc&b=2", "https://h/x?a=1&Api_Key=…&b=2"],
    ["SAS", "https://h/x?sv=1&sig=a%2Fb", "https://h/x?sv=1&sig=…"],
    ["AZURE", "AccountName=n;AccountKey=ab/c==;Suffix=s", "AccountName=n;AccountKey=…;Suffix=s"],
    ["DSN", "host=h password=p dbname=d", "host=h password=… dbname=d"],
    ["EXTRA_ARGS", "--lr=1 --hf-token=abc --x", "--lr=1 --hf-token=… --x"],
    ["COUNTED", "--max_tokens=2048 --Tokenizer=/m/t", "--max_tokens=2048 --Tokenizer=/m/t"],
    ["BOTH", "max_tokens=2048 key_tokenizer=a hf_token=b", "max_tokens=2048 key_tokenizer=… hf_token=…"],
  ];
  t.same(
    recorded(table.map(([name, value]) => [name, value])),
    table.map(([, , want]) => want),
  );
});

t.test("no secret of the recipe, the site or the caller is in env.json", async (t) => {
  const place = jobPlace({
    context: { env: { my_api_key: "s3cr3t-1", INDEX: "https://u:s3cr3t-2@h/" } },
    input: { siteEnv: { SITE_PASSWORD: "s3cr3t-3", KEPT: "yes" }, inherit: true },
  });
  t.equal((await place.start({ CALLERS_COOKIE: "s3cr3t-4" })).code, 0);
  const text = place.text("attempt-1/env.json");
  t.notMatch(text, "s3cr3t");
  t.match(JSON.parse(text).variables, {
    my_api_key: "…",
    INDEX: "https://…@h/",
    SITE_PASSWORD: "…",
    CALLERS_COOKIE: "…",
    KEPT: "yes",
    LAB_RUN_ID: place.run,
  });
});

t.test("Python is asked in the command's environment, and its secrets are no arguments of a program", async (t) => {
  const dir = t.testdir({});
  const python = `#!/bin/sh
{ echo "$MINE $HF_TOKEN \${LC_ALL-unset} \${lab_run-unset}"; tr '\\0' ' ' </proc/$PPID/cmdline; echo; } >>"${dir}/asked"
echo "Python 3.99.1"
`;
  fs.writeFileSync(path.join(dir, "python3"), python, { mode: 0o755 });
  const place = jobPlace({ context: { env: { MINE: "a b", timeout: "x", word: "y" } }, input: { inherit: true } });
  await place.start({ PATH: `${dir}:${process.env["PATH"]}`, HF_TOKEN: "s3cr3t" });
  const [first, parent] = fs.readFileSync(path.join(dir, "asked"), "utf8").split("\n");
  t.equal(first, "a b s3cr3t unset unset");
  t.match(parent, /timeout/);
  t.notMatch(parent, "s3cr3t");
  t.match(place.left("attempt-1/env.json"), { python: "3.99.1", variables: { timeout: "x", word: "y" } });
  t.match(place.text("attempt-1/freeze.txt"), "Python 3.99.1");
});
