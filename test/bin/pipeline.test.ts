// Pipelines from end to end on the local scheduler.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import type { PipelineStatus } from "../../lib/record/pipeline.js";
import type { Run } from "../../lib/record/run.js";
import { needs } from "../support/needs.js";
import { records, root, sandbox } from "../support/sandbox.js";

t.setTimeout(300_000);
t.jobs = 2;
const place = await sandbox({ name: "pipeline", extra: '[local]\nidle = "1s"\n' });
/** One in which a run is taken away, so that nothing can be said of it meanwhile. */
const hurt = await sandbox({ name: "hurt pipeline", extra: '[local]\nidle = "1s"\n' });
t.teardown(() => {
  place.remove();
  hurt.remove();
});

const small = '[resources]\nmem = "32MB"\ntime = "1m"\n';
/** Writes its inputs, and a word of its own, to its output. */
const stage = (name: string, inputs: string, word = "{params.word}") => `name = "${name}"
command = 'cat {inputs.up.path} >"$LAB_OUTPUT_TEXT" 2>/dev/null; echo ${word} >>"$LAB_OUTPUT_TEXT"'
[params]
word = "${name}"
${inputs}
[outputs.text]
type = "file"
${small}`;

const files = {
  "a.toml": stage("a", "").replace('cat {inputs.up.path} >"$LAB_OUTPUT_TEXT" 2>/dev/null; ', ""),
  "b.toml": stage("b", '[inputs.up]\ntype = "stage"\nstage = "a"\nrole = "text"'),
  "c.toml": stage("c", '[inputs.up]\ntype = "stage"\nstage = "b"\nrole = "text"'),
  "line.toml": `name = "line"
[stages.c]
recipe = "c.toml"
[stages.b]
recipe = "b.toml"
set = { "params.word" = "bee" }
[stages.a]
recipe = "a.toml"
`,
};

/** A directory with these files, and how commands run in it. */
function project(name: string, files: Record<string, string>, at = place) {
  const cwd = path.join(at.dir, name);
  fs.mkdirSync(cwd, { recursive: true });
  for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(cwd, file), text);
  return { cwd, run: (script: string) => at.run(["bash", "-o", "pipefail", "-c", script], { cwd }) };
}

const runsOf = (stdout: string) => records(stdout).filter(({ type }) => type === "run") as unknown as Run[];

t.test("three stages in a line: submitted, repeated in flight and when it is done", async (t) => {
  const { run } = project("line", files);
  const pipe =
    "lab-plan line.toml | lab-snapshot | lab-resolve | lab-create | lab-cache | lab-render-sbatch | lab-submit";
  const first = await run(`${pipe} >../out && lab-wait --json <../out; cat ../out`);
  t.equal(first.code, 0, first.stderr);
  const [a, b, c] = runsOf(first.stdout);
  t.strictSame([a?.name, b?.name, c?.name, b?.params], ["a", "b", "c", { word: "bee" }]);
  t.equal(fs.readFileSync(c?.outputs["text"]?.path ?? "", "utf8"), "a\nbee\nc\n");
  const second = runsOf((await run(pipe)).stdout);
  t.strictSame(
    second.map(({ key, decision }) => [key?.digest, decision?.decision]),
    [a, b, c].map((one) => [one?.key?.digest, "hit"]),
  );
  t.match(await run("lab-fsck"), { code: 0 });
});

t.test(
  "broken in the middle, run again from there; the dry run says why; killed before the last was made",
  async (t) => {
    const { cwd, run } = project(
      "broken",
      {
        ...files,
        "b.toml": files["b.toml"].replace("; echo", "; test {params.word} = good && echo"),
      },
      hurt,
    );
    const show = async (what = "broken") => {
      const [record] = records((await run(`lab pipeline show --json ${what}`)).stdout) as unknown as PipelineStatus[];
      return record as PipelineStatus;
    };
    const states = ({ stages = [] }: PipelineStatus) => stages.map(({ runs }) => runs[0]?.state);
    t.equal((await run("lab pipeline -w --name broken line.toml")).code, 1);
    const broken = await show();
    t.match(broken, { name: "broken", of: 3, counts: { succeeded: 1, failed: 2 } });
    t.match(broken.stages?.[2]?.runs[0], { state: "failed", mode: "dependency" });

    const dry = await run("lab pipeline -n --table --name broken --set b.params.word=good line.toml");
    t.match(dry.stdout, /a +hit\n└─ b +run\n +└─ c +run\n/);
    t.match(dry.stdout, /b: run: differs from ...... in params.word \("bee" → "good"\)\n +c: run: differs from/);
    const again = await run("lab pipeline rerun -n --table");
    t.match(again, { code: 64, stderr: /needs|at least|PIPELINE/ });
    t.match((await run("lab pipeline rerun -n --table broken")).stdout, /a +stays\n└─ b +run\n +└─ c +run\n/);

    fs.writeFileSync(path.join(cwd, "b.toml"), files["b.toml"]);
    t.equal((await run("lab pipeline rerun -w broken")).code, 1, "the recipe is the one that it was planned with");
    t.equal((await show()).rerun_of, broken.id);
    t.equal((await run("lab pipeline -w --name broken --set b.params.word=good line.toml")).code, 0);
    const mended = await show();
    t.strictSame(states(mended), ["succeeded", "succeeded", "succeeded"]);
    t.equal((await run("lab pipeline rerun -w --from b --recompute broken")).code, 0);
    const anew = await show();
    t.strictSame(states(anew), ["succeeded", "succeeded", "succeeded"]);
    t.equal(anew.stages?.[0]?.runs[0]?.run, mended.stages?.[0]?.runs[0]?.run, "what comes before stays as it is");
    t.not(anew.stages?.[1]?.runs[0]?.run, mended.stages?.[1]?.runs[0]?.run);
    t.match(await run("lab pipeline rerun --from d broken"), { code: 64, stderr: /no stage 'd'.*its stages: a, b, c/ });

    const half = "lab-plan --name half --set a.params.word=new line.toml | lab-snapshot | lab-resolve | lab-create";
    const killed = await run(
      `${half} >../half; head -n 3 ../half | lab-cache | lab-render-sbatch | lab-submit; cat ../half`,
    );
    const last = runsOf(killed.stdout).at(-1);
    fs.rmSync(last?.run_dir ?? "", { recursive: true });
    for (const area of ["active", "loose"]) fs.rmSync(path.join(hurt.registry, area, last?.user ?? "", last?.id ?? ""));
    t.equal((await show("half")).counts["missing"], 1);
    t.match(
      (await run("lab pipeline show --table half")).stdout,
      /1 of its runs were never made: lab pipeline resume ....../,
    );
    fs.appendFileSync(path.join(cwd, "a.toml"), "# not this source\n");
    t.equal((await run("lab pipeline resume -w half")).code, 0);
    const whole = await show("half");
    t.match(whole.counts, { succeeded: 3 });
    t.equal(whole.stages?.[2]?.runs[0]?.run, last?.id);
    t.match((await run("lab pipeline resume half")).stderr, /nothing is missing/);
  },
);

t.test("one stage cannot be planned: nothing is made; cancelled as a whole", async (t) => {
  const { run } = project("whole", files);
  const wrong = await run(
    'lab pipeline --json --set \'b.inputs.up={ type = "external", path = "/nowhere" }\' line.toml',
  );
  t.equal(wrong.code, 1);
  t.match(wrong.stderr, /\/nowhere/);
  t.strictSame(
    runsOf(wrong.stdout).map(({ error }) => error !== undefined),
    [true, true, true],
  );
  t.match((await run("lab pipeline ls --json --name x")).code, 64);
  t.notMatch((await run("lab pipeline ls --json")).stdout, /"whole"/);
  t.equal((await run("lab pipeline --name whole --set 'a.command=sleep 300' line.toml")).code, 0);
  const ended = await run("lab pipeline cancel whole && lab-pipeline-status --runs whole | lab-wait --json");
  t.strictSame(
    records(ended.stdout)
      .slice(-3)
      .map(({ state }) => state),
    ["cancelled", "cancelled", "cancelled"],
  );
});

t.test(
  "the example: a stage for each value, one for each of that, one of all; made wider it computes what is new",
  async (t) => {
    if (!needs(t, "python3")) return;
    const { cwd, run } = project("example", {});
    fs.cpSync(path.join(root, "examples/pipeline"), cwd, { recursive: true });
    t.match(await run("lab validate pipeline.toml"), { code: 0 });
    const first = await run("lab pipeline -w pipeline.toml");
    t.equal(first.code, 0, first.stderr);
    const shown = await run("lab pipeline show --table slope");
    t.match(shown.stdout, /points +succeeded.*\n.*fit +succeeded 3.*\n.*score +succeeded 3.*\n.*best +succeeded/);
    const wide = `lab pipeline -w --set 'fit.sweep.axes={ "params.lr" = [0.01, 0.1, 0.3, 0.5] }' pipeline.toml`;
    t.equal((await run(wide)).code, 0);
    const [status] = records((await run("lab pipeline show --json slope")).stdout) as unknown as PipelineStatus[];
    t.match(
      status?.stages?.map(({ counts }) => counts),
      [{ cached: 1 }, { cached: 3, succeeded: 1 }, { cached: 3, succeeded: 1 }, { succeeded: 1 }],
    );
    const last = status?.stages?.[3]?.runs[0]?.run;
    t.match((await run(`lab log ${last}`)).stdout, /the best learning rate is 0/);
    const sources = await run(`lab lineage --up -q ${last}`);
    t.equal(sources.code, 0, sources.stderr);
    t.equal((await run("lab pipeline rerun -w --from best --recompute slope")).code, 0, "told of the same ones again");
    t.match(await run("lab-fsck"), { code: 0 });
  },
);

t.test(
  "a step of what another stage writes: the last, the best, one by number, all; of two streams; repeated",
  async (t) => {
    const train = `name = "train"
command = '''
for step in 1 2 3; do
  mkdir -p "$LAB_OUTPUT_CKPT/step$step"; echo {params.tag}$step >"$LAB_OUTPUT_CKPT/step$step/w"
  echo "{\\"name\\":\\"loss\\",\\"value\\":$(((step - 2) * (step - 2))),\\"step\\":$step}" >>"$LAB_METRICS"
  : >"$LAB_OUTPUT_CKPT/step$step/DONE"
done'''
[params]
tag = "t"
[outputs.ckpt]
type = "checkpoint_stream"
marker = "DONE"
${small}`;
    const use = `name = "use"
command = 'cat {inputs.up.path}/w >"$LAB_OUTPUT_TEXT"'
[inputs.up]
type = "stage"
stage = "train"
role = "ckpt"
[outputs.text]
type = "file"
${small}`;
    const stages = (picks: Record<string, string>, more = "") =>
      Object.entries(picks).map(
        ([name, step]) => `[stages.${name}]\nrecipe = "use.toml"\nset = { "inputs.up.step" = ${step}${more} }\n`,
      );
    const from = (step: string) => `"inputs.up" = { type = "from", role = "ckpt", step = ${step} }`;
    const list = `, command = 'tr -d "\\n" <"$LAB_INPUT_UP_STEPS" >"$LAB_OUTPUT_TEXT"'`;
    const { run } = project("steps", {
      "train.toml": train,
      "use.toml": use,
      "steps.toml": [
        'name = "steps"\n[stages.train]\nrecipe = "train.toml"\n',
        ...stages({ last: '"latest"', best: '"best:loss"', first: "1" }),
        ...stages({ every: '"all"' }, list),
        '[stages.two]\nrecipe = "train.toml"\nforeach = { "params.tag" = ["x", "y"] }\n',
        '[stages.one]\nrecipe = "use.toml"\nforeach = "two"\n',
        'set = { "inputs.up.stage" = "two", "inputs.up.step" = "best:loss:max" }\n',
      ].join(""),
      "more.toml": `name = "more"
[stages.best]\nrecipe = "use.toml"\nset = { ${from('"best:loss"')} }
[stages.every]\nrecipe = "use.toml"\nset = { ${from('"all"')}${list} }
`,
    });
    const written = (runs: Run[], name: string) =>
      runs
        .filter(({ pipeline }) => pipeline?.stage === name)
        .map((one) => fs.readFileSync(one.outputs["text"]?.path ?? "", "utf8"));
    const first = await run(
      "lab pipeline --json steps.toml >../stepped && lab-wait --json <../stepped >&2; cat ../stepped",
    );
    t.equal(first.code, 0, first.stderr);
    const runs = runsOf(first.stdout);
    const seen = ["last", "best", "first", "one"].map((name) => written(runs, name));
    t.strictSame(seen, [["t3\n"], ["t2\n"], ["t1\n"], ["x3\n", "y3\n"]]);
    t.match(written(runs, "every")[0], /^{"step":1,"path":"[^"]*step1"}{"step":2,.*{"step":3,/);
    const again = runsOf((await run("lab pipeline --json steps.toml")).stdout);
    t.strictSame(
      again.map(({ key, decision }) => [key?.digest, decision?.decision]),
      runs.map(({ key }) => [key?.digest, "hit"]),
    );
    const more = `lab pipeline --json --set from=${runs[0]?.id} more.toml >../more && lab-wait --json <../more >&2; cat ../more`;
    const extended = await run(more);
    t.equal(extended.code, 0, extended.stderr);
    t.strictSame(written(runsOf(extended.stdout), "best"), ["t2\n"]);
    const every = runs.find((one) => one.pipeline?.stage === "every");
    t.match(runsOf(extended.stdout)[1]?.decision, { decision: "hit", leader: every?.id }, "the same of a pinned run");
    const rerun = runsOf((await run("lab pipeline rerun --json --from last steps")).stdout);
    t.match(rerun, [{ key: { digest: runs.find((one) => one.pipeline?.stage === "last")?.key?.digest } }]);
    t.match(rerun, [{ decision: { decision: "hit" } }]);
    const none = await run("lab pipeline -w --set 'best.inputs.up.step=\"best:nothing:min\"' steps.toml");
    t.match(none, { code: 1, stderr: /cannot tell the best step of .*: none of 3 has a value of 'nothing'/ });
    t.match(await run("lab-fsck"), { code: 0 });
  },
);
