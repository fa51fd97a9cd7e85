import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { indexDirectory } from "../../lib/registry/layout.js";
import { type Person, recipe, site, userOf } from "../support/cluster.js";
import { asUser, type Result } from "../support/sandbox.js";

// One user's tree, and what she can put into the directories that all share, full of what no command of ours ever wrote:
// it neither stops, nor slows, nor fools the others.
t.setTimeout(900_000);
const place = await site({
  name: "hostile",
  founder: "lab-carol",
  kind: "local",
  env: { LAB_LOCAL_IDLE: "1s", LAB_SCHEDULER_ACCOUNTING_GRACE: "1s" },
});
t.teardown(() => place.remove());
const [alice, bob] = [place.person("lab-alice"), place.person("lab-bob")];
const many = 25_000;

/** A shell's words as bob. */
function asBob(script: string, ...args: string[]): void {
  const [program = "", ...words] = asUser(userOf("lab-bob"), ["sh", "-c", script, "sh", ...args]);
  const { status, stderr } = spawnSync(program, words, { cwd: "/", encoding: "utf8" });
  if (status !== 0) throw new Error(`${script}: ${stderr}`);
}

/** Ways in which a file is not what its name says; each is tried under every name. */
const kinds: Record<string, string> = {
  "wrong JSON": 'printf "{\\"type\\":" >"$1"',
  "another record": 'printf "{\\"type\\":\\"nothing\\",\\"v\\":99}\\n" >"$1"',
  "a pipe": 'mkfifo "$1"',
  "a loop of links": 'ln -s "$1" "$1"',
  "a line without end": 'truncate -s 1G "$1"',
  "a link to what nobody may read": 'ln -s /etc/shadow "$1"',
  "a link to a device that never ends": 'ln -s /dev/zero "$1"',
  "a directory": 'mkdir "$1"',
};

/** Runs, of which all can be well: in these three areas each id, with its record if there shall be one. */
const makeRuns = `set -e
runs=$1 loose=$2 active=$3
shift 3
while [ $# -gt 0 ]; do
  mkdir -p "$runs/$1/.lab"
  : >"$loose/$1"
  : >"$active/$1"
  [ -z "$2" ] || printf %s "$2" >"$runs/$1/.lab/run.json"
  shift 2
done`;

/** All kinds in one shell, since this is done hundreds of times. */
const plantAll = `set -e
for file do [ -d "\${file%/*}" ] || mkdir -p "\${file%/*}"; done
rm -rf "$@"
${Object.values(kinds)
  .map((script, n) => `make_${n}() { ${script}; }\nmake_${n} "\${${n + 1}}"`)
  .join("\n")}`;

function plant(directory: string, name: (n: number) => string): string[] {
  const files = Object.keys(kinds).map((_, n) => path.join(directory, name(n)));
  asBob(plantAll, ...files);
  return files;
}

function junk(directory: string): void {
  asBob(`mkdir -p "$1"; cd "$1"; seq -f "junk-%.0f.json" ${many} | xargs -n 5000 touch`, directory);
}

const model = '[outputs.model]\ntype = "model"\nalias = "kept"\n';
const body = 'echo hello; mkdir -p "$LAB_OUTPUT_MODEL"; echo x >"$LAB_OUTPUT_MODEL/x"';
const file = (person: Person) => person.write("r/x.toml", recipe("x", { body, more: model }));
const [mine] = await alice.lab(["lab", "run", "-w", "--json", file(alice)]);
const [theirs] = await bob.lab(["lab", "run", "-w", "--json", "--no-cache", file(bob)]);
const run: string = mine?.["id"];
const [artifact] = await alice.lab(["lab-artifacts", "--json"]);
await alice.lab(["lab-alias", "--json", "best", artifact?.["id"]]);

/** What the others look at and do, every day. */
const commands: Record<string, string[]> = {
  ls: ["lab-ls", "--json"],
  "ls --all": ["lab-ls", "--all", "--json"],
  status: ["lab-status", "--json"],
  show: ["lab-show", "--json", run],
  "show a name": ["lab-show", "--json", "best"],
  log: ["lab-log", run],
  metrics: ["lab-metrics", "--json", run],
  events: ["lab-events", "--json"],
  "events --all": ["lab-events", "--all", "--json"],
  why: ["lab-why", "--json", run],
  queue: ["lab-queue", "--json"],
  artifacts: ["lab-artifacts", "--json"],
  "artifacts --all": ["lab-artifacts", "--all", "--json"],
  aliases: ["lab-alias", "--list", "--json"],
  alias: ["lab-alias", "--json", "best"],
  lineage: ["lab-lineage", "--json", artifact?.["id"]],
  reconcile: ["lab-reconcile", "--json"],
  register: ["lab-register", "--json"],
  advance: ["lab-advance", "--json"],
};
/** After all looks, since they change what is seen. */
const acts: Record<string, string[]> = {
  "run, which is answered": ["lab", "run", "-w", "--json", "r/x.toml"],
  "run, which is computed": ["lab", "run", "-w", "--json", "--no-cache", "r/x.toml"],
};
/** Of what names everybody's things only hers must be as before. */
const others = (name: string) => name.includes("--all") || name === "queue" || name === "aliases";

interface Look extends Result {
  ms: number;
}

async function lookAll(what: Record<string, string[]>): Promise<Map<string, Look>> {
  const looks = new Map<string, Look>();
  for (const [name, argv] of Object.entries(what)) {
    const began = Date.now();
    looks.set(name, { ...(await alice.run(argv)), ms: Date.now() - began });
  }
  return looks;
}

/** What is said, without what is another with every look. */
const steady = (stdout: string, name: string) =>
  name.startsWith("run")
    ? stdout
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line)["state"])
        .join()
    : stdout;
const hers = (stdout: string) => stdout.split("\n").filter((line) => line.includes("lab-alice")).length;

const before = await lookAll(acts);
await alice.lab(["lab-reconcile", "--json"]);
for (const [name, look] of await lookAll(commands)) before.set(name, look);

t.test("there is something to see", async (t) => {
  for (const [name, { code, stderr }] of before) t.equal(code, 0, `${name}: ${stderr}`);
});

t.test("hostile files in every area neither stop, slow nor fool the others", async (t) => {
  const at = (...parts: string[]) => path.join(place.registry, ...parts);
  const lab = path.join(theirs?.["run_dir"], ".lab");
  const template = fs.readFileSync(path.join(lab, "run.json"), "utf8");
  const planted: string[] = [];
  const facts = [
    "run.json",
    "outcome.json",
    "scheduler.json",
    "decision-1.json",
    "outputs.json",
    "outputs/model.a1.json",
  ];
  facts.push("attempt-1/start.json", "attempt-1/exit.json", "attempt-1/steps.ndjson", "attempt-1/job.log");
  facts.push("attempt-1/metrics-h-1.ndjson", "submit-1/intent.json", "submit-1/receipt.json", "recipe.toml");
  const areas = ["runs", "loose", "active"].map((area) => at(area, "lab-bob"));
  for (const [i, fact] of facts.entries()) {
    const ids = Object.keys(kinds).map((_, n) => `20261120-0000${String(i).padStart(2, "0")}-aaaaa${n}`);
    const whole = (id: string) => (fact === "run.json" ? "" : template.replaceAll(theirs?.["id"], id));
    asBob(makeRuns, ...areas, ...ids.flatMap((id) => [id, whole(id)]));
    planted.push(...plant(at("runs/lab-bob"), (n) => path.join(ids[n] ?? "", ".lab", fact)));
  }
  const claims = fs.readdirSync(at("claims")).find((part) => fs.readdirSync(at("claims", part)).length > 0) ?? "00";
  const claim = fs.readdirSync(at("claims", claims)).find((name) => /\.e1\.1\.json$/.test(name)) ?? "";
  t.match(claim, /^[0-9a-f]{64}\.e1\.1\.json$/, "alice has claimed");
  planted.push(...plant(at("claims", claims), (n) => claim.replace(/\.1\.json$/, `.${n + 2}.json`)));
  planted.push(...plant(at("claims", claims), (n) => claim.replace(/\.1\.json$/, `.${n + 2}.go.json`)));
  for (const part of fs.readdirSync(at("aliases")).filter((name) => name.length === 2))
    if (fs.readdirSync(at("aliases", part)).includes("best.1.json")) {
      planted.push(...plant(at("aliases", part), (n) => `best.${n + 2}.json`));
      junk(at("aliases", part));
    }
  planted.push(...plant(at("aliases/by-user/lab-bob/00"), (n) => `kept.${n + 1}.json`));
  planted.push(...plant(at("events/lab-bob"), (n) => `2026112${n % 2}-host${n}.ndjson`));
  planted.push(...plant(at("artifacts/lab-bob"), (n) => `art-${String(n).padStart(20, "0")}.json`));
  planted.push(...plant(at("queue/lab-bob"), (n) => `local-aaaaa${n}-1.queued.json`));
  planted.push(...plant(at("leases/lab-bob"), (n) => `worker-host.${n + 1}.json`));
  planted.push(...plant(at("hosts"), (n) => `host.${n + 1}.json`));
  for (const part of ["summary.ndjson", "full.ndjson", "handles"])
    planted.push(...plant(at("packs/lab-bob"), (n) => `20261120-00000${n}-aaaaa0..20261120-00000${n}-aaaaa9.${part}`));
  const index = path.basename(indexDirectory("", "lab-alice", artifact?.["id"]));
  planted.push(
    ...plant(at("index/lab-bob", index), (n) => `${artifact?.["id"]}.used.2026112${n % 2}-00000${n}-aaaaa0`),
  );
  for (const directory of [
    "loose/lab-bob",
    "active/lab-bob",
    `claims/${claims}`,
    `index/lab-bob/${index}`,
    "packs/lab-bob",
  ])
    junk(at(directory));
  t.comment(
    `${planted.length} files of ${Object.keys(kinds).length} kinds, and ${many} junk names in each of 6 directories`,
  );

  const now = new Map([...(await lookAll(commands)), ...(await lookAll(acts))]);
  const shadow = fs.readFileSync("/etc/shadow", "utf8").split("\n")[0] ?? "root:";
  let [slowest, told] = ["", 0];
  let most = 0;
  for (const [name, look] of now) {
    const was = before.get(name) as Look;
    t.ok([0, 1].includes(look.code ?? 99), `${name}: ${look.code ?? look.signal} ${look.stderr.slice(-300)}`);
    if (!others(name)) {
      t.equal(look.code, 0, `${name} is none of bob's business: ${look.stderr.slice(0, 300)}`);
      t.equal(steady(look.stdout, name), steady(was.stdout, name), `${name} says the same`);
    } else t.equal(hers(look.stdout), hers(was.stdout), `${name} shows all of hers`);
    t.notOk(`${look.stdout}${look.stderr}`.includes(shadow), `${name} shows no secret`);
    // Whoever asks for everybody's things reads bob's; the others should hardly notice.
    const limit = (others(name) ? 20 : 6) * was.ms + 10_000;
    t.ok(look.ms < limit, `${name} took ${look.ms} ms, ${was.ms} before`);
    if (look.ms / was.ms > most) [slowest, most] = [name, look.ms / was.ms];
    told += look.stderr.split("\n").length - 1;
  }
  t.comment(`slowest beside before: ${slowest}, ${most.toFixed(1)} times; ${told} lines tell of what is wrong`);
  t.ok(told > 0, "what is wrong is told of");
});
