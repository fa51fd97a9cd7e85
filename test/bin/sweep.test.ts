// Sweeps from end to end on the local scheduler: the example, made wider, killed in the middle, with a point that fails.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import type { Run } from "../../lib/record/run.js";
import type { SweepStatus } from "../../lib/record/sweep.js";
import { needs } from "../support/needs.js";
import { records, root, sandbox, until } from "../support/sandbox.js";

if (!needs(t, "python3")) process.exit();
t.setTimeout(300_000);
t.jobs = 2;
const place = await sandbox({ name: "sweep", extra: '[local]\nidle = "1s"\n' });
t.teardown(() => place.remove());

/** A directory with these files, and how commands run in it. */
function project(name: string, files: Record<string, string>) {
  const cwd = path.join(place.dir, name);
  fs.mkdirSync(cwd, { recursive: true });
  for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(cwd, file), text);
  return { cwd, run: (script: string) => place.run(["bash", "-o", "pipefail", "-c", script], { cwd }) };
}

async function status(run: (script: string) => ReturnType<typeof place.run>, what: string): Promise<SweepStatus> {
  const [record] = records((await run(`lab sweep status --json ${what}`)).stdout);
  return record as unknown as SweepStatus;
}

t.test(
  "the example; made wider it computes what is new; killed in the middle the rest is made as it was to be",
  async (t) => {
    const { cwd, run } = project("example", {});
    fs.cpSync(path.join(root, "examples/sweep"), cwd, { recursive: true });
    const all = await run("lab sweep -w grid.toml");
    t.equal(all.code, 0, all.stderr);
    t.match(await status(run, "--metric loss valley"), {
      counts: { succeeded: 8 },
      best: { index: 5 },
      aggregate: { state: "succeeded" },
    });
    t.match((await run("lab log @last:best")).stdout, /8 points; the best is 5/);
    const wide = `lab sweep -w --set 'sweep.axes."params.lr"=[0.1, 0.3, 0.5]' grid.toml`;
    t.equal((await run(wide)).code, 0);
    t.match((await status(run, "--metric loss @last:valley")).counts, { cached: 8, succeeded: 4 });

    const plan = `lab-plan --set 'sweep.seeds=[7]' grid.toml | lab-expand | lab-snapshot | lab-resolve`;
    const runs = records(
      (await run(`${plan} | cat >runs; head -n 3 runs | lab-create >made; cat runs`)).stdout,
    ) as unknown as Run[];
    t.match((await status(run, "@last:valley")).counts, { planned: 2, missing: 2 });
    fs.appendFileSync(path.join(cwd, "train.py"), "raise SystemExit('not this source')\n");
    const rest = await run("lab sweep resume -w @last:valley");
    t.equal(rest.code, 0, rest.stderr);
    const done = await status(run, "@last:valley");
    t.match(done, { counts: { succeeded: 4 }, aggregate: { state: "succeeded" } });
    const points = runs.filter(({ type }) => (type as string) === "run");
    t.strictSame(
      done.points?.map((point) => point.run),
      points.slice(0, 4).map(({ id }) => id),
    );
    const digests = await run(`lab show --json ${points.map(({ id }) => id).join(" ")}`);
    const made = records(digests.stdout) as unknown as Run[];
    t.strictSame([...new Set(made.map(({ source }) => source.digest))], [points[0]?.source.digest]);
    t.match((await run("lab sweep resume @last:valley")).stderr, /nothing is missing/);
    t.match(await run("lab-fsck"), { code: 0 });
  },
);

t.test("a point fails: what comes after does not begin, unless the recipe says afterany", async (t) => {
  const small = '[resources]\nmem = "64MB"\ntime = "1m"\n';
  const { run } = project("failing", {
    "r.toml": `name = "r"\ncommand = ["sh", "-c", "test $0 -lt \${MOST:-2}", "{params.x}"]\n${small}[sweep]\naxes = { "params.x" = [1, 2] }\naggregate = "after.toml"\n`,
    "after.toml": `name = "after"\ncommand = ["cat", "{inputs.points.path}"]\n${small}`,
  });
  t.equal((await run("lab sweep -w r.toml")).code, 1);
  t.match(await status(run, "r"), {
    counts: { succeeded: 1, failed: 1 },
    aggregate: { state: "failed", message: /^1 of the 2 points of the sweep ...... did not succeed$/ },
  });
  const any = `'sweep.aggregate={ recipe = "after.toml", when = "afterany" }'`;
  t.equal((await run(`lab sweep -w --set ${any} r.toml`)).code, 1, "since a point has failed");
  t.match(await status(run, "r"), { aggregate: { state: "succeeded" } });
  const told = (await run("lab log --columns text --no-header @last:after | grep index")).stdout.trim().split("\n");
  t.match(
    told.map((line) => JSON.parse(line)),
    [
      { index: 0, point: { "params.x": 1 }, state: "succeeded", outputs: {} },
      { index: 1, point: { "params.x": 2 }, state: "failed", mode: "code_error" },
    ],
  );
  const failed = (await status(run, "r")).points?.find(({ index }) => index === 1)?.run;
  t.match(await run(`lab rerun -w --set 'env.MOST="3"' ${failed}`), { code: 0 });
  const mended = await status(run, "r");
  t.match(mended, { counts: { succeeded: 2, failed: undefined } }, "a run that repeats a point stands for it");
  t.not(mended.points?.find(({ index }) => index === 1)?.run, failed);
  t.equal((await run("lab rerun -w @last:after")).code, 0);
  const again = await run("lab log --columns text --no-header @last:after | grep -c succeeded");
  t.equal(again.stdout.trim(), "2", "and what comes after is told so");
  t.match(await run("lab-fsck"), { code: 0 });
});

t.test("no more points run at once than the sweep says, and the others say what they wait for", async (t) => {
  const alone = 'cd "$0" && mkdir alone && until [ -e go ]; do sleep 0.1; done && rmdir alone';
  const { cwd, run } = project("narrow", {});
  const command = JSON.stringify(["sh", "-c", alone, cwd]);
  const resources = '[resources]\nmem = "16MB"\ntime = "5m"\nmax_concurrent = 9\n';
  const sweep = '[sweep]\naxes = { "params.x" = [1, 2, 3] }\nmax_concurrent = 1\n';
  fs.writeFileSync(path.join(cwd, "narrow.toml"), `name = "narrow"\ncommand = ${command}\n${resources}${sweep}`);
  const sent = await run("lab sweep narrow.toml");
  t.equal(sent.code, 0, sent.stderr);
  const { points = [] } = await status(run, "narrow");
  await until("the first point's begin", () => fs.existsSync(path.join(cwd, "alone")));
  const why = (await run(`lab why ${points[2]?.run}`)).stdout;
  fs.writeFileSync(path.join(cwd, "go"), "");
  t.match(why, /as many points of the sweep ...... run, or have GPUs, as may at once/);
  t.equal((await run(`lab wait ${points.map((point) => point.run).join(" ")}`)).code, 0);
  t.match((await status(run, "narrow")).counts, { succeeded: 3 }, "each was alone");
});
