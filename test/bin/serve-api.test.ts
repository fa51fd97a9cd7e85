// Every endpoint of lab-serve, asked of the real server over a registry with some of everything: each answer is as declared,
// and none tells a secret.
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import t, { type Test } from "tap";
import * as v from "valibot";
import { violations } from "../../lib/record/schema.js";
import { api } from "../../lib/serve/api/all.js";
import type { Endpoint } from "../../lib/serve/api/api.js";
import { breaches, flaws } from "../support/json-schema.js";
import { richRegistry } from "../support/rich-registry.js";
import { dist, records } from "../support/sandbox.js";

t.setTimeout(300_000);
const place = await richRegistry();
t.teardown(() => place.remove());
const { train, again, packed, failed } = place.runs;
const policies = path.join(place.dir, "policies");
fs.mkdirSync(policies);
fs.appendFileSync(place.cluster, `[dispatch]\npolicies_dir = "${policies}"\n`);
const size = '[resources]\ntime = "10m"\nmem = "64MB"\n';
const files: Record<string, string> = {
  // What nobody must see has "hush" in it.
  "work/whole.toml": `name = "whole"
command = ["sh", "whole.sh", "--api-key", "hush-word", "--url=https://me:hush-url@example.org/"]
[params]
password = "hush-param"
[env]
WANDB_API_KEY = "hush-env"
DATABASE = "postgres://me:hush-database@example.org/x"
[outputs.score]
type = "eval_result"
[collect]
globs = ["*.csv", "*.png"]
[narrative]
hypothesis = "it is enough"
note = "after the flood"
${size}`,
  "work/whole.sh": `set -e
echo "lab-metric loss=0.5 step=10"
printf '\\211PNG\\r\\n\\032\\n' >"$LAB_RUN_DIR/step_10.png"
printf 'name,loss\\na,1\\n' >"$LAB_RUN_DIR/table.csv"
mkdir -p "$LAB_OUTPUT_SCORE/steps"
cp "$LAB_RUN_DIR/step_10.png" "$LAB_OUTPUT_SCORE/steps/step_000.png"
echo '{"step_num": 0, "action": "click", "reward": 1}' >"$LAB_OUTPUT_SCORE/trajectory.jsonl"
echo '{"accuracy": 0.5, "traj_path": "./trajectory.jsonl"}' >"$LAB_OUTPUT_SCORE/result.json"
`,
  "work/sweep.toml": `name = "many"\ncommand = ["true", "{params.lr}"]\n[params]\nlr = 1\n[sweep.axes]\n"params.lr" = [1, 2]\n${size}`,
  "work/stage.toml": `name = "stage"\ncommand = ["true"]\n${size}`,
  "work/line.toml": 'name = "line"\n[stages.a]\nrecipe = "stage.toml"\n[stages.b]\nrecipe = "stage.toml"\n',
  "work/look.toml": `name = "look"\ncommand = ["true"]\n[inputs.checkpoint]\ntype = "checkpoint"\n${size}`,
  "policies/look.toml": `name = "look"\nrecipe = ${JSON.stringify(path.join(place.work, "look.toml"))}\n[applies_to]\ntype = "checkpoint_stream"\n`,
};
for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(place.dir, name), text);
const lab = async (script: string) => {
  const { code, stdout, stderr } = await place.run(["bash", "-eo", "pipefail", "-c", script], { cwd: place.work });
  if (code !== 0) throw new Error(`${script}: ${stdout}${stderr}`);
  return stdout;
};
const whole = (await lab("lab-run -q --wait whole.toml")).trim();
const made = records(
  await lab(`lab-plan sweep.toml | lab-expand | lab-snapshot | lab-resolve | lab-create
    lab-plan line.toml | lab-snapshot | lab-resolve | lab-create
    lab-annotate --json --lesson 'floods end' ${whole}`),
);
const sweep = String(made.find(({ sweep }) => sweep)?.["sweep"]?.["id"]);
const pipeline = String(made.find(({ pipeline }) => pipeline)?.["pipeline"]?.["id"]);
const score = String(
  records(await lab("lab-artifacts --json")).find(({ run, role }) => run === whole && role === "score")?.["id"],
);

const child = spawn(path.join(dist(), "bin/lab-serve"), [], { env: place.env, stdio: ["ignore", "pipe", "inherit"] });
t.teardown(() => child.kill("SIGKILL"));
const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
const { origin, searchParams } = new URL(JSON.parse(line).url);
const ask = (where: string, { headers, ...how }: RequestInit = {}) =>
  fetch(`${origin}${where}`, {
    ...how,
    headers: { authorization: `Bearer ${searchParams.get("token")}`, ...(headers as Record<string, string>) },
  });

/** What each endpoint is asked: the parts of its path and its query. Lists must not be empty where `none` is not said. */
interface Case {
  parts?: Record<string, string>;
  query?: string;
  none?: true;
}
const ofRun = ["", "/events", "/why", "/key", "/reproduce", "/script", "/source", "/recipe", "/environment"];
const cases: Record<string, Case[]> = {
  "/api/v1/runs": [
    {},
    { query: "where=params.lr>0&sort=-metrics.loss&tag=x" },
    { query: "fields=id,env.WANDB_API_KEY,params.password&limit=2" },
    { query: "note=FLOODS+end" },
  ],
  "/api/v1/runs/groups": [
    { query: "by=state,params.lr&metric=metrics.loss&goal=min" },
    { query: "by=params.password,env.WANDB_API_KEY&note=floods" },
  ],
  "/api/v1/fields": [{}, { query: "state=failed" }],
  "/api/v1/overview": [{}, { query: "since=30d&user=me" }],
  "/api/v1/users": [{}],
  "/api/v1/search": ["tra", "look", whole.slice(-6)].map((q) => ({ query: `q=${q}` })),
  "/healthz": [{}],
  "/metrics": [{}],
  "/api/v1/openapi.json": [{}],
  "/api/v1/lineage/:what": [whole, train, score, "best"].map((what) => ({ parts: { what } })),
  "/api/v1/pipelines": [{}],
  "/api/v1/pipelines/:id": [{ parts: { id: pipeline } }],
  "/api/v1/sweeps": [{}],
  "/api/v1/sweeps/:id": [{ parts: { id: sweep } }],
  "/api/v1/artifacts": [{}, { query: "kind=model&sort=-bytes" }],
  "/api/v1/artifacts/:id": [{ parts: { id: score } }, { parts: { id: "best" } }],
  "/api/v1/aliases": [{}],
  "/api/v1/policies": [{}],
  "/api/v1/policies/:name": [{ parts: { name: "look" } }],
  "/api/v1/queue": [{ none: true }],
  "/api/v1/doctor": [{}],
  "/api/v1/evaluations/:run": [{ parts: { run: whole } }, { parts: { run: train } }],
  "/api/v1/artifacts/:id/rollout": [{ parts: { id: score } }],
  "/api/v1/artifacts/:id/frame": [{ parts: { id: score }, query: "n=0" }],
  ...Object.fromEntries(
    ofRun.map((part) => [`/api/v1/runs/:run${part}`, Object.values({ whole, ...place.runs }).map(one)]),
  ),
  "/api/v1/runs/:run/checkpoints": [one(train), { ...one(whole), none: true }],
  "/api/v1/runs/:run/similar": [one(train), { ...one(whole), none: true }],
  "/api/v1/runs/:run/narrative": [one(whole), one(train)],
  "/api/v1/compare": [{ query: `run=${whole}&run=${train}` }, { query: `run=${failed}&run=${packed}&run=${again}` }],
  "/api/v1/compare/images": [{ query: `run=${whole}&run=${train}` }],
  "/api/v1/runs/:run/logs": [one(whole), one(packed)],
  "/api/v1/runs/:run/log": [one(whole), { ...one(failed), query: "tail=5" }],
  "/api/v1/runs/:run/log/search": [{ ...one(whole), query: "q=loss" }],
  "/api/v1/runs/:run/log/raw": [one(whole)],
  "/api/v1/runs/:run/files": [one(whole), one(packed), { ...one(whole), query: "dir=.lab" }],
  "/api/v1/runs/:run/preview": ["table.csv", "step_10.png", ".lab/submit-1/script.sh", ".lab/run.json"].map((file) => ({
    ...one(whole),
    query: `path=${file}`,
  })),
  "/api/v1/runs/:run/file": [{ ...one(whole), query: "path=table.csv" }],
  "/api/v1/artifacts/:id/files": [{ parts: { id: score } }, { parts: { id: score }, query: "dir=steps" }],
  "/api/v1/artifacts/:id/preview": [{ parts: { id: score }, query: "path=trajectory.jsonl" }],
  "/api/v1/artifacts/:id/file": [{ parts: { id: score }, query: "path=steps/step_000.png" }],
  "/api/v1/runs/:run/metrics": [one(whole), { ...one(train), query: "x=relative&points=5" }],
  "/api/v1/metrics-of": [{ query: `run=${whole}&run=${train}&name=loss` }],
  "/api/v1/events": [{}],
  "/api/v1/changes": [{}],
  "/api/v1/notebook": [{}, { query: "says=lesson" }],
};

function one(run: string): Case {
  return { parts: { run } };
}

const addressOf = (pattern: string, { parts = {}, query = "" }: Case, more = "") =>
  `${pattern.replace(/:(\w+)/g, (_, name) => encodeURIComponent(parts[name] ?? ""))}?${query}&${more}`;

interface Operation {
  operationId: string;
  parameters: { name: string; in: string; required: boolean; schema: object }[];
  responses: Record<string, { description: string; content?: Record<string, { schema: Record<string, never> }> }>;
}
interface Document {
  openapi: string;
  paths: Record<string, { get: Operation }>;
  components: { schemas: Record<string, object> };
}
const openapi = (await (await ask("/api/v1/openapi.json")).json()) as Document;
const operationOf = ({ path: pattern }: Endpoint) =>
  openapi.paths[pattern.replace(/:(\w+)/g, "{$1}")]?.get as Operation;
const answers: string[] = [];

t.test("every answer is as its endpoint declares it, in all forms", async (t) => {
  t.strictSame(
    api.map(({ path: pattern }) => pattern).filter((pattern) => !cases[pattern]),
    [],
    "each endpoint is asked here",
  );
  for (const endpoint of api) for (const asked of cases[endpoint.path] ?? []) await checked(t, endpoint, asked);
});

async function checked(t: Test, endpoint: Endpoint, asked: Case) {
  const where = addressOf(endpoint.path, asked);
  const unknown = await ask(`${where}nonsense=1`);
  t.match([unknown.status, await unknown.json()], [400, { error: { code: "usage", message: /'nonsense'/ } }], where);
  const response = await ask(where);
  t.match(response.headers.get("content-type"), asked.query?.includes("path=") ? /./ : endpoint.media, where);
  if (endpoint.media === "text/event-stream") return void (await response.body?.cancel());
  const text = await response.text();
  answers.push(`${where} ${text}`);
  if (response.status !== 200) return void t.fail(`${where}: ${text}`);
  const head = await ask(where, { method: "HEAD" });
  t.strictSame([head.status, await head.text()], [200, ""], `HEAD ${where}`);
  if (!endpoint.answer) return;
  const answer = JSON.parse(text);
  t.strictSame(violations(endpoint.answer, answer), [], where);
  t.strictSame(answer, v.parse(endpoint.answer, answer), `${where} tells nothing that is not declared`);
  t.strictSame(breaches(operationOf(endpoint).responses["200"]?.content?.[endpoint.media]?.schema, answer), [], where);
  t.notOk(Object.hasOwn(answer, "problems"), `${where}: ${JSON.stringify(answer.problems)}`);
  if (!endpoint.list) return;
  if (!asked.none) t.ok(answer[endpoint.list].length > 0, `${where} has some`);
  const lines = await ask(addressOf(endpoint.path, asked, "format=ndjson"));
  t.match(lines.headers.get("content-type"), "application/x-ndjson");
  const exported = await lines.text();
  answers.push(`${where} ndjson ${exported}`);
  t.equal(records(exported).length, answer[endpoint.list].length, `${where} as lines`);
}

t.test("an answer is sent once, and in few bytes", async (t) => {
  for (const where of ["/api/v1/runs", "/api/v1/openapi.json", "/api/v1/artifacts"]) {
    const plain = await ask(where, { headers: { "accept-encoding": "identity" } });
    const text = await plain.text();
    const etag = plain.headers.get("etag") ?? "";
    const again = await ask(where, { headers: { "if-none-match": etag } });
    t.strictSame([again.status, await again.text()], [304, ""], where);
    for (const encoding of ["gzip", "br"]) {
      const small = await ask(where, { headers: { "accept-encoding": encoding } });
      t.equal(small.headers.get("content-encoding"), encoding, where);
      t.ok(Number(small.headers.get("content-length")) < text.length / 2, `${where} is smaller as ${encoding}`);
      t.strictSame(
        Object.keys(JSON.parse(await small.text())),
        Object.keys(JSON.parse(text)),
        `${where} as ${encoding}`,
      );
    }
  }
});

t.test("what was noted a moment ago is found, also by who has just asked", async (t) => {
  const where = "/api/v1/runs?note=afterthought";
  const before = await ask(where);
  t.match(await before.json(), { total: 0 });
  await lab(`lab-annotate --lesson 'an Afterthought' ${train}`);
  const after = await ask(where, { headers: { "if-none-match": before.headers.get("etag") ?? "" } });
  t.match(await after.json(), { runs: [{ id: train }], total: 1 });
});

t.test("the document is OpenAPI: each path, parameter and schema", async (t) => {
  t.match(openapi.openapi, /^3\.1\.\d$/);
  t.strictSame(
    Object.keys(openapi.paths).sort(),
    api.map(({ path: pattern }) => pattern.replace(/:(\w+)/g, "{$1}")).sort(),
  );
  const names = new Set<string>();
  const wrong = (schema: object, where: string) => t.strictSame(flaws(schema), [], where);
  for (const [name, schema] of Object.entries(openapi.components.schemas)) wrong(schema, name);
  for (const endpoint of api) {
    const { operationId, parameters, responses } = operationOf(endpoint);
    t.notOk(names.has(operationId) || !/^\w+$/.test(operationId), `${endpoint.path} has a name of its own`);
    names.add(operationId);
    const inPath = Array.from(endpoint.path.matchAll(/:(\w+)/g), ([, name = ""]) => name);
    const inQuery = Object.keys((endpoint.query as unknown as { entries: object }).entries);
    t.strictSame(
      parameters.map((one) => `${one.in} ${one.name}`),
      [...inPath.map((name) => `path ${name}`), ...inQuery.map((name) => `query ${name}`)],
    );
    for (const { name, in: place, required, schema } of parameters) {
      t.ok(required || place === "query", `${endpoint.path} ${name}`);
      wrong(schema, `${endpoint.path} ${name}`);
    }
    for (const [status, { description, content = {} }] of Object.entries(responses)) {
      t.match(`${status} ${description}`, /^(\d{3}|[45]XX) ./);
      for (const { schema } of Object.values(content)) {
        const name = /^#\/components\/schemas\/(\w+)$/.exec(String(schema["$ref"]))?.[1];
        if (schema["$ref"] === undefined) wrong(schema, `${endpoint.path} ${status}`);
        else t.ok(openapi.components.schemas[name ?? ""], `${endpoint.path} ${status}`);
      }
    }
  }
});

t.test("no answer tells a secret", async (t) => {
  t.match(answers.join("\n"), /WANDB_API_KEY/, "it is known that there is one");
  t.strictSame(
    answers.flatMap((answer) =>
      Array.from(answer.matchAll(/.{0,60}hush.{0,20}/g), ([found]) => `${answer.slice(0, 60)} … ${found}`),
    ),
    [],
  );
});
