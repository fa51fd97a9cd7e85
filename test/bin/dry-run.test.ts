// --dry-run of every command that acts: what it would do is shown, and not a byte changes anywhere.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { places } from "../support/golden.js";
import { dist, records, root, type Sandbox, until } from "../support/sandbox.js";

t.setTimeout(600_000);
const made = places();
t.teardown(() => made.remove());
const place = await made.history();
t.teardown(() => place.remove());
const work = path.join(place.dir, "work");
const recipe = 'name = "small"\ncommand = ["true"]\n[resources]\ntime = "10m"\nmem = "64MB"\n';
fs.writeFileSync(path.join(work, "small.toml"), recipe);
fs.writeFileSync(
  path.join(work, "swept.toml"),
  `${recipe.replace("small", "swept")}[sweep]\naxes = { "params.x" = [1, 2] }\n`,
);
const sh = (script: string, input = "") => place.run(["sh", "-c", script], { cwd: work, input });

/** Everything below the place: names, modes, times of change of contents, contents. */
function everything({ dir }: Sandbox): string[] {
  return fs
    .readdirSync(dir, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      const { mode, mtimeMs, ino } = fs.lstatSync(file);
      const contents = entry.isFile() ? createHash("sha256").update(fs.readFileSync(file)).digest("hex") : "";
      return [path.relative(dir, file), mode.toString(8), mtimeMs, ino, contents].join(" ");
    })
    .sort();
}

// What each command would do something with; made beforehand, so that only the dry run is looked at.
const chain = ["lab-plan small.toml", "lab-snapshot", "lab-resolve", "lab-create", "lab-render-sbatch"];
const inputs: Record<string, string> = {};
for (const [i, command] of chain.entries()) {
  const { code, stdout, stderr } = await sh(command, inputs[chain[i - 1] ?? ""] ?? "");
  if (code !== 0) throw new Error(stderr);
  inputs[command] = stdout;
}
// A job that has ended and of which nobody has been told yet.
const submitted = await sh("lab-submit", inputs["lab-render-sbatch"]);
const [run] = records(submitted.stdout);
if (run?.["phase"] !== "submitted") throw new Error(submitted.stderr);
const runDir = String(run["run_dir"]);
await until("the job's end", () => fs.existsSync(path.join(runDir, ".lab/attempt-1/exit.json")));
const queue = path.join(place.registry, "queue");
await until("the worker's end", () => {
  const names = fs.readdirSync(queue, { recursive: true }).map(String);
  const jobs = names.filter((name) => name.endsWith(".queued.json"));
  return jobs.every((name) => names.includes(name.replace(".queued.", ".ended.")));
});
await until("the worker's leave", () => !fs.readdirSync("/proc").some((pid) => isWorker(pid)));

// Something registered, and a run that waits for what another will not make.
fs.writeFileSync(path.join(work, "data"), "x");
const eats = `${recipe.replace("small", "eats")}[inputs.checkpoint]\ntype = "checkpoint"\n`;
fs.writeFileSync(path.join(work, "eats.toml"), eats);
const policy = 'name = "p"\nrecipe = "eats.toml"\n[applies_to]\ntype = "dataset"\n';
fs.writeFileSync(path.join(work, "policy.toml"), policy);
fs.writeFileSync(path.join(work, "makes.toml"), `${recipe.replace("small", "makes")}[outputs.m]\ntype = "model"\n`);
const needs = '[inputs.m]\ntype = "artifact"\nartifact = "@last:makes:m"\n';
fs.writeFileSync(path.join(work, "needs.toml"), `${recipe.replace("small", "needs")}${needs}`);
const waits = await sh(`lab-register-external -q data --alias data &&
lab-plan makes.toml | lab-snapshot | lab-resolve | lab-create -q && lab-run -q needs.toml && lab-cancel -q @last:makes`);
if (waits.code !== 0) throw new Error(waits.stderr);
// Another registry, which is asked as one of another cluster.
const other = await sh(`lab-init -q --yes --root "$PWD/far" --scheduler local --name far --output far.toml &&
lab-register-external -q --cluster far.toml data --alias theirs && printf '[remote]\\nssh_alias = "far"\\n' >>far.toml`);
if (other.code !== 0) throw new Error(other.stderr);

// A sweep whose second point was never made.
const broken = await sh(
  "lab-plan swept.toml | lab-expand | lab-snapshot | lab-resolve >swept && head -n 2 swept | lab-create >made && cat swept",
);
if (broken.code !== 0) throw new Error(broken.stderr);
const sweep = records(broken.stdout)[0]?.["id"];
const swept = await sh("lab-plan swept.toml");
// A pipeline of which nothing was sent.
fs.writeFileSync(path.join(work, "piped.toml"), 'name = "piped"\n[stages.small]\nrecipe = "small.toml"\n');
const piped = await sh("lab-plan piped.toml | lab-snapshot | lab-resolve | lab-create");
const pipeline = records(piped.stdout)[0]?.["id"];

function isWorker(pid: string): boolean {
  try {
    const argv = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8");
    return argv.includes("lab-worker") && fs.readFileSync(`/proc/${pid}/environ`, "utf8").includes(place.dir);
  } catch {
    return false;
  }
}

// Plans of its own for each: a run that is there already would be passed on as it is.
const [plan, snapshotted, resolved] = ["lab-plan small.toml", "lab-snapshot", "lab-resolve"].map((name) => {
  const id = "20261120-130000-dryrnx";
  return (inputs[name] ?? "").replaceAll(String(run["id"]), id).replaceAll(String(run["id"]).slice(-6), "dryrnx");
});

const dry: Record<string, { cmd: string; input?: string | undefined; shows?: object }> = {
  "lab-plan": { cmd: "lab-plan -n small.toml", shows: { phase: "planned" } },
  "lab-expand": { cmd: "lab-expand -n", input: swept.stdout, shows: { type: "sweep", of: 2 } },
  "lab-replan": { cmd: `lab-replan -n ${run["id"]}`, shows: { type: "run", phase: "snapshotted" } },
  "lab-pipeline-resume": {
    cmd: `lab-pipeline-resume -n ${pipeline}`,
    shows: { type: "pipeline", id: pipeline, resumed: 1 },
  },
  "lab-sweep-resume": { cmd: `lab-sweep-resume -n ${sweep}`, shows: { type: "sweep", id: sweep } },
  "lab-snapshot": {
    cmd: "lab-snapshot -n",
    input: plan,
    shows: { phase: "snapshotted", source: { digest: /^sha256:/ } },
  },
  "lab-resolve": { cmd: "lab-resolve -n", input: snapshotted, shows: { phase: "resolved" } },
  "lab-create": { cmd: "lab-create --dry-run", input: resolved, shows: { phase: "created" } },
  "lab-cache": { cmd: "lab-cache -n", input: inputs["lab-create"], shows: { phase: "cached" } },
  "lab-render-sbatch": {
    cmd: "lab-render-sbatch -n",
    input: inputs["lab-create"],
    shows: { phase: "rendered", script: /^#!/ },
  },
  "lab-submit": { cmd: "lab-submit -n @last:idle", shows: { type: "run", phase: "rendered" } },
  "lab-cancel": { cmd: "lab-cancel -n @last:idle", shows: { type: "status", state: "planned" } },
  "lab-forget": { cmd: "lab-forget -n @last:idle", shows: { type: "status", error: { code: "refused" } } },
  "lab-requeue": { cmd: "lab-requeue -n @last:idle", shows: { type: "status", error: { code: "dataerr" } } },
  "lab-reconcile": { cmd: "lab-reconcile -n", shows: { id: run["id"], state: "succeeded" } },
  "lab-register": { cmd: "lab-register -n", shows: { type: "outputs", state: "cancelled" } },
  "lab-pack": { cmd: "lab-pack -n", shows: {} },
  "lab-advance": { cmd: "lab-advance -n", shows: { type: "status", name: "needs", state: "blocked" } },
  "lab-annotate": { cmd: "lab-annotate -n @last:idle 'too long'", shows: { type: "note", text: "too long" } },
  "lab-alias": { cmd: "lab-alias -n best data", shows: { type: "alias", name: "best", generation: 1 } },
  "lab-register-external": { cmd: "lab-register-external -n data --digest sha256", shows: { type: "artifact" } },
  "lab-fetch-artifact": {
    cmd: `PATH="${path.join(root, "test/fixtures/near")}:$PATH" lab-fetch-artifact -n --foreign far.toml theirs`,
    shows: { type: "artifact", alias: "theirs", imported_from: { cluster: "far" } },
  },
  "lab-evald": { cmd: "lab-evald -n policy.toml", shows: { type: "run", evaluates: { policy: "p", attempt: 1 } } },
  // No job waits here, so that there is none to hold: test/bin/throttle has some.
  "lab-throttle": { cmd: "lab-throttle -n --name x --max 1" },
  "lab-derive": {
    cmd: `lab-derive -n --name two --command 'echo "{\\"two\\":2}"' ${run["id"]}`,
    shows: { type: "derived", name: "two" },
  },
  "lab-fsck": { cmd: "lab-fsck -n --repair", shows: { type: "problem", check: "edge", repairable: true } },
  "lab-tend": { cmd: "echo '1h always touch no' | lab-tend -n -", shows: { type: "check", name: "touch" } },
  "lab-units": { cmd: "lab-units install -n --with cron", shows: { type: "line", source: "crontab" } },
  "lab-gc": { cmd: "lab-gc -n --apply", shows: { type: "garbage", kind: "temporary" } },
  "lab-new": { cmd: "lab-new -n script project", shows: { type: "file" } },
  "lab-init": {
    cmd: "lab-init -n --yes --root new --name here --scheduler local --output new/cluster.toml",
    shows: { type: "check", name: "registry" },
  },
};

// What there is nothing for to do.
const refused = ["lab-forget", "lab-requeue"];

// An edge of the index that is missing, for lab-fsck.
const index = path.join(place.registry, "index");
const edge = fs.readdirSync(index, { recursive: true, encoding: "utf8" }).find((name) => /src-.*used/.test(name)) ?? "";
fs.rmSync(path.join(index, edge));
// What a process that was killed left, for lab-gc.
const left = path.join(place.registry, "snapshots", edge.split(path.sep)[0] ?? "", ".tmp-elsewhere-1-abcdef");
fs.writeFileSync(left, "");
fs.utimesSync(left, 1, 1);

t.test("every command that acts is here", async (t) => {
  const all = JSON.parse(fs.readFileSync(path.join(dist(), "commands.json"), "utf8")) as {
    name: string;
    acts: boolean;
  }[];
  const acting = all.filter(({ acts }) => acts).map(({ name }) => name);
  t.strictSame(Object.keys(dry).sort(), acting.sort());
});

for (const [name, { cmd, input, shows }] of Object.entries(dry)) {
  t.test(name, async (t) => {
    const before = everything(place);
    const { code, stdout, stderr } = await sh(cmd, input);
    t.strictSame(everything(place), before, "nothing changed");
    t.equal(code, [...refused, "lab-fsck"].includes(name) ? 1 : 0, stderr);
    if (shows === undefined) t.equal(stdout, "");
    else t.match(records(stdout)[0], refused.includes(name) ? shows : { ...shows, dry_run: true });
  });
}

t.test("the first -n goes through the whole pipe", async (t) => {
  const before = everything(place);
  const { code, stdout } = await sh(
    "lab-plan -n small.toml | lab-snapshot | lab-resolve | lab-create | lab-render-sbatch | lab-submit",
  );
  t.equal(code, 0);
  t.match(records(stdout), [{ dry_run: true, phase: "rendered", script: /^#!/ }]);
  t.match(await sh("lab-run -n small.toml"), { code: 0, stdout: /"dry_run":true/ });
  t.match(
    await sh("lab-run --dry-run --wait -q small.toml"),
    { code: 0 },
    "and nobody waits for what was not submitted",
  );
  t.strictSame(everything(place), before, "nothing changed");
});

t.test("without it they do what was shown", async (t) => {
  const { stdout } = await sh("lab-reconcile");
  t.match(records(stdout)[0], { id: run["id"], state: "succeeded" });
  t.equal((await sh("lab-reconcile -n")).stdout, "");
  t.match(records((await sh("lab-cancel @last:idle")).stdout)[0], { state: "cancelled" });
});
