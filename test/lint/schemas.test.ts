// The shipped JSON Schemas: they are schemas, there is one for each type, and what the commands write fits them.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { records as declared } from "../../lib/record/records.js";
import { places } from "../support/golden.js";
import { breaches, flaws } from "../support/json-schema.js";
import { dist, records } from "../support/sandbox.js";

t.setTimeout(300_000);
const schemas = new Map(
  fs
    .readdirSync(path.join(dist(), "schema"))
    .map((name) => [
      name.replace(".schema.json", ""),
      JSON.parse(fs.readFileSync(path.join(dist(), "schema", name), "utf8")),
    ]),
);

t.test("one for each type of record, and each is a schema", async (t) => {
  t.strictSame([...schemas.keys()].sort(), Object.keys(declared).sort());
  for (const [type, schema] of schemas) {
    t.strictSame(flaws(schema), [], type);
    t.match(schema, { title: type, type: "object", properties: { type: { const: type }, v: { const: 1 } } });
    t.ok(schema.required.includes("type") && schema.required.includes("v"), type);
  }
});

t.test("the check itself finds what is wrong", async (t) => {
  t.strictSame(flaws({ type: "strin", requird: [], pattern: "a", properties: { a: 7 } }), [
    '#/type cannot be "strin"',
    "#/requird is no keyword that is known here",
    "#/properties/a is no schema",
  ]);
  const schema = schemas.get("status");
  t.match(breaches(schema, { type: "status", v: 1 }).join(), /\$\.id is missing/);
  t.match(breaches(schema, { type: "other", v: 2 }).join(), /\$\.type is not "status".*\$\.v is not 1/);
  t.match(breaches(schema, { id: "no id" }).join(), /\$\.id does not match/);
});

t.test("what the commands write fits", async (t) => {
  const made = places();
  t.teardown(() => made.remove());
  const place = await made.history();
  t.teardown(() => place.remove());
  const recipe =
    'name = "small"\ncommand = ["true"]\nparams.lr = 1.0\n[resources]\ntime = "10m"\nmem = "64MB"\n[inputs.data]\ntype = "external"\npath = "/etc/passwd"\n[outputs.model]\ntype = "model"\nalias = "m"\n';
  fs.writeFileSync(path.join(place.dir, "work/small.toml"), recipe);
  const use = recipe
    .replace("small", "use")
    .replace('type = "external"\npath = "/etc/passwd"', 'type = "artifact"\nartifact = "best"');
  fs.writeFileSync(path.join(place.dir, "work/use.toml"), use);
  fs.writeFileSync(path.join(place.dir, "work/bad.toml"), "nmae = 1\n");
  const script = `lab-plan --note n --tag t --group g --parent @last:good small.toml | tee planned | lab-snapshot | tee snapshotted | lab-resolve | tee resolved | lab-create | tee created | lab-render-sbatch | tee rendered | lab-submit
cat planned snapshotted resolved created rendered
lab-register-external small.toml --alias data; lab-alias best data; lab-alias --list; lab-alias --history best
lab-plan use.toml | tee used | lab-snapshot | lab-resolve | tee using | lab-create | lab-render-sbatch | lab-submit; cat used using
lab-plan --set 'inputs.data.artifact="@last:use:model"' --name later use.toml | lab-snapshot | lab-resolve | lab-create | lab-render-sbatch | lab-submit; lab-advance; lab-register @last:good
lab-wait @last:small
lab-ls; lab-show @last:good; lab-show @last; lab-log @last:good; lab-metrics @last:good; lab-events --since 2026-01-01; lab-why @last:bad @last:good
lab-config; lab-validate bad.toml; lab-init -n --root x --name x --scheduler local --output x.toml; lab-help --json; lab-completion fish
lab-cancel @last:idle; lab-forget @last:good; lab-reconcile; lab-show zzzzzz; lab-ls --bogus; lab-worker --idle 0; lab-create <bad.toml`;
  const { stdout } = await place.run(["sh", "-c", script], { cwd: path.join(place.dir, "work") });
  const inputs = records(stdout).map((record) => JSON.stringify((record as { inputs?: unknown }).inputs ?? ""));
  t.ok(
    inputs.some((text) => /"type":"artifact".*"id":"art-.*"record":/.test(text)),
    "an artifact that was registered",
  );
  t.ok(
    inputs.some((text) => /"type":"artifact".*"id":"art-.*"run":/.test(text)),
    "an artifact that a run makes",
  );
  const seen = new Map<string, number>();
  const check = (record: Record<string, unknown>, from: string) => {
    const type = String(record["type"]);
    seen.set(type, (seen.get(type) ?? 0) + 1);
    t.ok(schemas.has(type), `${type} has a schema (${from})`);
    t.strictSame(breaches(schemas.get(type), record), [], `${type} of ${from}`);
    t.strictSame(Object.keys(record).slice(0, 2), ["type", "v"], `${type} begins with type and v (${from})`);
  };
  for (const record of records(stdout)) check(record, "the commands");
  // and in the registry's own files
  for (const name of fs.readdirSync(place.registry, { recursive: true, encoding: "utf8" })) {
    if (!/\.(json|ndjson)$/.test(name) || /(^|\/)(REGISTRY|params|hardware|env|lab-env)\.json$/.test(name)) continue;
    const text = fs.readFileSync(path.join(place.registry, name), "utf8");
    const found = name.endsWith(".ndjson") ? (name.includes("metrics") ? [] : records(text)) : [JSON.parse(text)];
    for (const record of found) if (typeof record === "object" && "type" in record) check(record, name);
  }
  const unseen = [...schemas.keys()].filter((type) => !seen.has(type));
  t.comment(`not seen here: ${unseen.join(" ")}`);
  for (const type of [
    "run",
    "status",
    "metric",
    "event",
    "line",
    "problem",
    "check",
    "setting",
    "reason",
    "failure",
    "command",
  ])
    t.ok(seen.has(type), `${type} was written`);
  for (const type of [
    "intent",
    "receipt",
    "context",
    "start",
    "exit",
    "outcome",
    "snapshot",
    "job-queued",
    "job-started",
    "job-ended",
  ])
    t.ok(seen.has(type), `${type} was written as a file`);
});
