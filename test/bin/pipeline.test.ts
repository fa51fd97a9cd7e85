// Pipelines from end to end on the local scheduler.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import type { Run } from "../../lib/record/run.js";
import { records, sandbox } from "../support/sandbox.js";

t.setTimeout(300_000);
t.jobs = 2;
const place = await sandbox({ name: "pipeline", extra: '[local]\nidle = "1s"\n' });
t.teardown(() => place.remove());

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
function project(name: string, files: Record<string, string>) {
  const cwd = path.join(place.dir, name);
  fs.mkdirSync(cwd, { recursive: true });
  for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(cwd, file), text);
  return { cwd, run: (script: string) => place.run(["bash", "-o", "pipefail", "-c", script], { cwd }) };
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
