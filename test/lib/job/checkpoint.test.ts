// The cases that lib/registry answers alike in TypeScript.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { bashArray, bashValue } from "../../../lib/job/quote.js";
import checkpoint from "../../../lib/job/runtime/checkpoint.sh";
import words from "../../../lib/job/runtime/words.sh";
import { startSchema } from "../../../lib/record/facts.js";
import { violations } from "../../../lib/record/schema.js";
import { jobPlace } from "../../support/job.js";
import { root } from "../../support/sandbox.js";

type File = string | { file: string; text?: string } | { link: string; to: string };

interface Case {
  id: string;
  files: File[];
  newest?: string;
  globs?: string[];
  pointer?: string;
  outputs?: Record<string, { type: string; marker?: string; path: string }>;
  expected: { path: string; step?: number; how: string } | { error: string; candidates?: string[] } | null;
}

const { steps, cases } = JSON.parse(
  fs.readFileSync(path.join(root, "test/fixtures/checkpoint-cases.json"), "utf8"),
) as { steps: { name: string; step?: number }[]; cases: Case[] };

/** Runs lines of bash after the runtime's own; stdout. */
function bash(lines: string[]): string {
  const script = ["export LC_ALL=C", words, checkpoint, ...lines].join("\n");
  const { stdout, stderr } = spawnSync("bash", ["-c", script], { cwd: "/", encoding: "utf8" });
  if (stderr !== "") throw new Error(stderr);
  return stdout;
}

t.test("the step in a name", async (t) => {
  const told = bash(steps.map(({ name }) => `lab_step_in_name ${JSON.stringify(name)}; printf '%s\\n' "$REPLY"`));
  t.strictSame(
    told.split("\n").slice(0, -1),
    steps.map(({ step }) => String(step ?? "")),
  );
});

for (const one of cases) t.test(one.id, async (t) => t.strictSame(answer(t.testdir(), one), one.expected));

/** What the node says of a case. */
function answer(place: string, one: Case, policy = "latest") {
  const dir = path.join(place, "a run's [own]");
  fs.mkdirSync(dir);
  for (const file of one.files) write(dir, file);
  if (one.newest !== undefined) fs.utimesSync(path.join(dir, one.newest), new Date(), new Date(Date.now() + 60_000));
  const outputs = Object.entries(one.outputs ?? {});
  const each = (name: string, value: (output: { type: string; marker?: string; path: string }) => string) =>
    bashArray(
      `lab_output_${name}`,
      outputs.map(([, output]) => value(output)),
    );
  const said = bash([
    bashValue("lab_run_dir", dir),
    bashArray("lab_checkpoint_globs", one.globs ?? ["checkpoints/**"]),
    bashValue("lab_checkpoint_pointer", one.pointer ?? ""),
    bashArray(
      "lab_output_role",
      outputs.map(([role]) => role),
    ),
    each("path", (output) => path.join(dir, output.path)),
    each("marker", ({ marker }) => marker ?? ""),
    each("stream", ({ type }) => String(type === "checkpoint_stream")),
    `lab_tell_checkpoint ${policy}`,
  ]);
  const [found = "", step = "", how = "", trouble = ""] = said.split("\0");
  if (trouble !== "") {
    const { candidates: wanted } = (one.expected ?? {}) as { candidates?: string[] };
    const listed = /^(?:of )?\d+ checkpoints .*?: (.*)/.exec(trouble)?.[1]?.split(", ");
    if (!listed) return { error: "pointer" };
    return { error: "ambiguous", candidates: wanted ? listed.map((at) => path.relative(dir, at)) : [] };
  }
  if (found === "") return null;
  return { path: path.relative(dir, found), ...(step === "" ? {} : { step: Number(step) }), how };
}

function write(dir: string, file: File): void {
  const name = typeof file === "string" ? file : "link" in file ? file.link : file.file;
  const at = path.join(dir, name);
  fs.mkdirSync(path.dirname(at), { recursive: true });
  if (typeof file === "object" && "link" in file) fs.symlinkSync(file.to, at);
  else fs.writeFileSync(at, typeof file === "string" ? "" : (file.text ?? "").replaceAll("{run}", dir));
}

t.test("the best is what is called so, else the latest", async (t) => {
  const of = (files: string[]) => answer(t.testdir(), { id: "best", files, expected: null }, "best");
  t.match(of(["checkpoints/best-step-9.ckpt", "checkpoints/best-step-30.ckpt", "checkpoints/step-90.ckpt"]), {
    path: "checkpoints/best-step-30.ckpt",
    how: "step",
  });
  t.match(of(["checkpoints/Best.pt", "checkpoints/step-90.ckpt"]), { path: "checkpoints/Best.pt", how: "single" });
  t.match(of(["checkpoints/step-9.ckpt", "checkpoints/step-90.ckpt"]), { path: "checkpoints/step-90.ckpt" });
  t.match(of(["checkpoints/a/best.pt", "checkpoints/b/best.pt"]), { error: "ambiguous" });
});

const saving =
  'mkdir -p "$LAB_RUN_DIR/checkpoints"; : "$LAB_RESUME_FROM"; echo "from=$_" "$@"; touch "$LAB_RUN_DIR/checkpoints/step-$LAB_ATTEMPT.pt"; exit 1';

t.test(
  "a later attempt goes on from the right checkpoint and says so; the first one from what it was given",
  async (t) => {
    const command = ["bash", "-c", saving, "-"];
    const resuming = { command, checkpoints: { resume_arg: "--resume" } };
    const place = jobPlace({ command, input: { resuming } });
    const checkpoint = path.join(place.dir, "checkpoints/step-1.pt");
    await place.start();
    await place.start();
    t.equal(place.text("attempt-1/job.log"), "from=\n");
    t.equal(place.text("attempt-2/job.log"), `from=${checkpoint} --resume=${checkpoint}\n`);
    t.notOk(Object.hasOwn(place.left("attempt-1/start.json") ?? {}, "resume"));
    t.match(place.left("attempt-2/start.json"), { resume: { path: checkpoint, step: 1, how: "single" } });
    t.same(violations(startSchema, place.left("attempt-2/start.json")), []);

    fs.copyFileSync(checkpoint, path.join(place.dir, "checkpoints/step-2.copy"));
    t.equal((await place.start()).code, 66);
    t.match(place.left("attempt-3/exit.json"), {
      reason: "launch_error",
      message: /2 checkpoints are of step 2: .*step-2\.copy/,
    });

    const given = path.join(t.testdir({ "other.pt": "" }), "other.pt");
    const spaced = { ...resuming, args_format: { style: "space" as const }, resume: { path: given, step: 5 } };
    const again = jobPlace({ command, input: { resuming: spaced } });
    await again.start();
    t.equal(again.text("attempt-1/job.log"), `from=${given} --resume ${given}\n`);
    t.match(again.left("attempt-1/start.json"), { resume: { path: given, step: 5, how: "given" } });
    fs.rmSync(given);
    await again.start();
    t.match(again.left("attempt-2/start.json"), { resume: { how: "single" } }, "its own counts more");
    const gone = jobPlace({ command, input: { resuming: spaced } });
    await gone.start();
    t.match(gone.left("attempt-1/exit.json"), { reason: "input_error", path: given });
  },
);
