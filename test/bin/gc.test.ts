// lab-gc: tells what nobody needs, removes it when told to, and never what somebody needs, whatever goes on beside it.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import t from "tap";
import { records, type Sandbox, sandbox } from "../support/sandbox.js";

t.setTimeout(600_000);

const recipe = 'name = "x"\ncommand = ["true"]\n[resources]\ntime = "10m"\nmem = "64MB"\n';
const old = Date.now() / 1000 - 3 * 86_400;

interface Place extends Sandbox {
  work: string;
  /** Something of the user's in an area. */
  own(area: string, ...more: string[]): string;
}

async function place(t: { teardown(act: () => void): void }): Promise<Place> {
  const made = await sandbox({ name: "gc" });
  t.teardown(() => made.remove());
  const work = path.join(made.dir, "work");
  fs.mkdirSync(work);
  fs.writeFileSync(path.join(work, "x.toml"), recipe);
  await made.run(["sh", "-c", "lab-plan x.toml | lab-snapshot | lab-resolve | lab-create -q"], { cwd: work });
  const [user = ""] = fs.readdirSync(path.join(made.registry, "runs"));
  return { ...made, work, own: (area, ...more) => path.join(made.registry, area, user, ...more) };
}

/** A file (or with undefined a directory) of three days ago. */
function put(file: string, text: string | undefined): string {
  fs.mkdirSync(text === undefined ? file : path.dirname(file), { recursive: true });
  if (text !== undefined) fs.writeFileSync(file, text, { mode: 0o640 });
  fs.utimesSync(file, old, old);
  return file;
}

const aged = (...files: string[]) => {
  for (const file of files) fs.utimesSync(file, old, old);
};
const listed = (text: string) =>
  (records(text) as unknown as { kind: string; path: string; removed?: true }[])
    .map(({ kind, path: at }) => `${kind} ${at}`)
    .sort();
const snapshots = (directory: string) =>
  fs
    .readdirSync(directory)
    .filter((name) => /^[0-9a-f]{64}\.tar$/.test(name))
    .sort();

/** The file of a sweep of which no point was made yet. */
const halfMade = ({ work }: { work: string }, digest: string) =>
  `${JSON.stringify({
    type: "sweep",
    v: 1,
    id: "20200102-000000-abcdef",
    name: "x",
    user: os.userInfo().username,
    planned_at: "2020-01-02T00:00:00.000Z",
    of: 1,
    recipe: { text: "", digest: `sha256:${"0".repeat(64)}` },
    axes: [],
    source: { kind: "directory", root: work, digest: `sha256:${digest}` },
  })}\n`;

/** The same of a pipeline. */
const unmade = ({ work }: { work: string }, digest: string) =>
  `${JSON.stringify({
    ...JSON.parse(halfMade({ work }, digest)),
    ...{ type: "pipeline", id: "20200102-000000-abcdeg", stages: [], source: undefined },
    plans: [{ source: { kind: "directory", root: work, digest: `sha256:${digest}` } }],
  })}\n`;

/** The place of bytes that came from another cluster. */
const incoming = ({ artifacts }: Place, digit: string, ...more: string[]) =>
  path.join(artifacts, "dataset", os.userInfo().username, ".meta", `incoming-imported-${digit.repeat(20)}`, ...more);

/** A lease that this process holds. */
function ownLease(): string {
  const boot = fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  const pid_start = fs.readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ")[19];
  const at = new Date(old * 1000).toISOString();
  return JSON.stringify({
    type: "lease",
    v: 1,
    host: os.hostname(),
    boot,
    pid: process.pid,
    pid_start,
    token: "x",
    at,
  });
}

/** An array of one run, of which a part was sent. */
function sentArray(at: Place, id: string, run: string): void {
  const dir = at.own("arrays", id);
  const line = `${run} 1\n`;
  const more = { name: "x", of: 1, width: line.length, at: new Date(old * 1000).toISOString() };
  put(path.join(dir, "index"), line);
  put(path.join(dir, "array.json"), JSON.stringify({ type: "array", v: 1, id, user: os.userInfo().username, ...more }));
  put(path.join(dir, "part-1"), undefined);
}

t.test("what nobody needs: told, then removed; twice is the same as once", async (t) => {
  const at = await place(t);
  const [run = ""] = fs.readdirSync(at.own("runs"));
  const dir = at.own("runs", run);
  const kept = snapshots(at.own("snapshots"));
  aged(...fs.readdirSync(at.own("snapshots")).map((name) => at.own("snapshots", name)));
  fs.writeFileSync(path.join(at.work, "more"), "1");
  await at.run(["sh", "-c", "lab-plan x.toml | lab-snapshot"], { cwd: at.work });
  const [unused = ""] = snapshots(at.own("snapshots")).filter((name) => !kept.includes(name));
  aged(at.own("snapshots", unused), at.own("snapshots", unused.replace("tar", "json")));
  const before = snapshots(at.own("snapshots"));
  fs.writeFileSync(path.join(at.work, "more"), "2");
  await at.run(["sh", "-c", "lab-plan x.toml | lab-snapshot"], { cwd: at.work });
  const [ofSweep = ""] = snapshots(at.own("snapshots")).filter((name) => !before.includes(name));
  aged(at.own("snapshots", ofSweep), at.own("snapshots", ofSweep.replace("tar", "json")));
  put(at.own("sweeps", "20200102-000000-abcdef.ndjson"), halfMade(at, ofSweep.replace(".tar", "")));
  const earlier = snapshots(at.own("snapshots"));
  fs.writeFileSync(path.join(at.work, "more"), "3");
  await at.run(["sh", "-c", "lab-plan x.toml | lab-snapshot"], { cwd: at.work });
  const [ofPipeline = ""] = snapshots(at.own("snapshots")).filter((name) => !earlier.includes(name));
  aged(at.own("snapshots", ofPipeline), at.own("snapshots", ofPipeline.replace("tar", "json")));
  put(at.own("pipelines", "20200102-000000-abcdeg.json"), unmade(at, ofPipeline.replace(".tar", "")));
  const hex = (digit: string) => digit.repeat(64);
  const cache = path.join(
    at.home,
    ".cache/lab",
    JSON.parse(fs.readFileSync(path.join(at.registry, "REGISTRY.json"), "utf8")).id,
  );
  const handle = run.slice(-6);
  put(
    path.join(dir, ".lab/outcome.json"),
    JSON.stringify({ type: "outcome", v: 1, run, state: "failed", mode: "submit_error", at: new Date().toISOString() }),
  );
  put(path.join(dir, "src.1/a"), "source");
  const unborn = put(at.own("runs", "20200101-000000-abcdef", ".lab/recipe.toml"), "x");
  aged(path.dirname(unborn), path.dirname(path.dirname(unborn)));
  const expected = [
    `snapshot ${at.own("snapshots", unused)}`,
    `snapshot ${put(at.own("snapshots", `${hex("1")}.tar`), "tar")}`,
    `temporary ${put(path.join(dir, ".lab/.tmp-elsewhere-1-abcdef"), "x")}`,
    `temporary ${put(path.join(dir, ".lab/.tmp-attempt-abcdefgh"), undefined)}`,
    `temporary ${put(path.join(at.registry, "aliases/00/.tmp-elsewhere-1-abcdef"), "x")}`,
    `source ${put(path.join(dir, "src.1"), undefined)}`,
    `run ${path.dirname(path.dirname(unborn))}`,
    `edge ${put(at.own("index", "abc", "art-abc00000000000000000.used.20200101-000000-bcdefg"), "")}`,
    `lease ${put(at.own("leases", "worker-elsewhere.1.json"), "{}")}`,
    `cache ${put(path.join(cache, "rows.json.999999999"), "x")}`,
    `scratch ${put(path.join(at.dir, "tmp", `lab-${handle}.abcdefgh`), undefined)}`,
    `scratch ${put(path.join(at.dir, "tmp", "lab-derive-abcdef"), undefined)}`,
    `scratch ${put(path.join(at.dir, "tmp", "lab-array-abcdeh.abcdefgh"), undefined)}`,
    `temporary ${put(at.own("holds", ".tmp-elsewhere-1-abcdef"), "x")}`,
    `incoming ${path.dirname(put(incoming(at, "1", "data/a"), "bytes"))}`.replace(/\/data$/, ""),
  ].sort();
  aged(incoming(at, "1"));
  put(incoming(at, "2", "fetch.1.json"), ownLease());
  aged(incoming(at, "2"));
  sentArray(at, "20200101-000000-abcdeh", run);
  sentArray(at, "20200101-000000-abcdej", "20200101-000000-zzzzzz");
  put(path.join(at.dir, "tmp", "lab-array-abcdej.abcdefgh"), undefined);
  put(at.own("leases", "worker-elsewhere.2.json"), "{}");
  const young = [at.own("snapshots", `${hex("2")}.tar`), path.join(dir, ".lab/.tmp-elsewhere-2-abcdef")];
  for (const file of young) fs.writeFileSync(file, "x");
  const env = { TMPDIR: path.join(at.dir, "tmp") };
  const dry = await at.run(["lab-gc"], { env });
  t.same(listed(dry.stdout), expected);
  t.match(dry, { code: 0, stderr: /15 things, .* to free: lab gc --apply/ });
  t.ok(records(dry.stdout).every((one) => one["dry_run"] && !one["removed"]));
  t.same(
    listed((await at.run(["lab-gc", "--apply", "-n"], { env })).stdout),
    expected,
    "told again, so nothing was done",
  );
  const applied = await at.run(["lab-gc", "--apply"], { env });
  t.same(listed(applied.stdout), expected);
  t.match(applied, { code: 0, stderr: /15 things, .* freed/ });
  for (const item of expected) t.notOk(fs.existsSync(item.slice(item.indexOf(" ") + 1)), item);
  t.ok(
    [...young, at.own("leases", "worker-elsewhere.2.json")].every((file) => fs.existsSync(file)),
    "what is young, or counts, stays",
  );
  t.same(
    snapshots(at.own("snapshots")).filter((name) => !name.startsWith("2222")),
    [...kept, ofSweep, ofPipeline].sort(),
    "what a run was made from stays, and what the points are to be made from that a sweep still lacks",
  );
  t.match(await at.run(["lab-gc", "--apply"], { env }), { code: 0, stdout: "", stderr: /0 things/ });
});

t.test("as long as one run cannot be read, no snapshot goes", async (t) => {
  const at = await place(t);
  fs.writeFileSync(path.join(at.work, "more"), "1");
  await at.run(["sh", "-c", "lab-plan x.toml | lab-snapshot"], { cwd: at.work });
  aged(...fs.readdirSync(at.own("snapshots")).map((name) => at.own("snapshots", name)));
  const [run = ""] = fs.readdirSync(at.own("runs"));
  fs.writeFileSync(at.own("runs", run, ".lab/run.json"), "{");
  const before = snapshots(at.own("snapshots"));
  const { code, stdout, stderr } = await at.run(["lab-gc", "--apply"]);
  t.equal(code, 1, stderr);
  t.same(listed(stdout), []);
  t.match(stderr, /run\.json/);
  t.same(snapshots(at.own("snapshots")), before);
});

t.test("beside submissions, and killed in between: what a run was made from is there", async (t) => {
  const at = await place(t);
  const rounds = 12;
  const chain = "lab-plan x.toml | lab-snapshot | lab-resolve | lab-create -q";
  for (let round = 0; round < rounds; round += 1) {
    // An old snapshot that nobody uses, and a submission that finds it at the moment at which it is to go.
    fs.writeFileSync(path.join(at.work, "source"), String(round % 3));
    await at.run(["sh", "-c", "lab-plan x.toml | lab-snapshot"], { cwd: at.work });
    aged(...fs.readdirSync(at.own("snapshots")).map((name) => at.own("snapshots", name)));
    const gc = spawn("lab-gc", ["--apply"], { env: at.env, stdio: "ignore", cwd: at.work });
    const ended = new Promise((resolve) => gc.on("close", resolve));
    const submitting = at.run(["sh", "-c", chain], { cwd: at.work });
    if (round % 2 === 1) setTimeout(() => gc.kill("SIGKILL"), 100 + 40 * round);
    t.equal((await submitting).code, 0, `round ${round}`);
    await ended;
    const found = records((await at.run(["lab-fsck", "--deep"])).stdout).filter((one) => one["check"] !== "temporary");
    t.same(found, [], `round ${round}`);
    // Runs of earlier rounds go, so that their snapshots are unused again.
    for (const id of fs.readdirSync(at.own("runs")).slice(1))
      for (const place of [at.own("runs", id), at.own("active", id), at.own("loose", id)])
        fs.rmSync(place, { recursive: true, force: true });
  }
});
