// The evaluation that follows the command in the same job.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { evalCommand } from "../../../lib/recipe/eval.js";
import { evaluationSchema } from "../../../lib/record/evaluation.js";
import type { Run } from "../../../lib/record/run.js";
import { violations } from "../../../lib/record/schema.js";
import { jobPlace } from "../../support/job.js";

const train = `mkdir -p "$LAB_RUN_DIR/checkpoints"; cd "$LAB_RUN_DIR/checkpoints"; touch step-5.ckpt best-step-3.ckpt`;

/** A job that trains and is evaluated so; `places` is what the training leaves. */
function evaluated(asked: NonNullable<Run["eval"]>, body = train) {
  const command = ["bash", "-c", body];
  const told = evalCommand({ command, workdir: ".", eval: asked } as Run, new Map([["params.x", "it's"]]), "/p.json");
  if (!told) throw new Error("there is none");
  const evaluation = { ...told, isLine: typeof asked.command === "string" };
  return jobPlace({ command, input: { evaluation, resuming: { command, checkpoints: {} } } });
}
const left = (place: ReturnType<typeof jobPlace>) => place.left("attempt-1/eval.json") as object;

t.test("it has the checkpoint, its arguments, a log, metrics and an end of its own", async (t) => {
  const place = evaluated({
    command: ["bash", "-c", 'echo "$@" "$LAB_CHECKPOINT"; echo lab-metric acc=0.5', "-", "{checkpoint.path}"],
    args: { split: "{params.x}", at: "<{checkpoint.path}>" },
    pass_params: true,
  });
  const { code, stderr } = await place.start();
  t.equal(code, 0, stderr);
  const checkpoint = path.join(place.dir, "checkpoints/step-5.ckpt");
  t.match(left(place), { state: "succeeded", code: 0, checkpoint: { path: checkpoint, step: 5, how: "step" } });
  t.same(violations(evaluationSchema, left(place)), []);
  const words = [checkpoint, "--split=it's", `--at=<${checkpoint}>`, "--params-json=/p.json", checkpoint];
  t.equal(place.text("attempt-1/eval.log").split("\n")[0], words.join(" "));
  const metrics = fs.readdirSync(path.join(place.lab, "attempt-1")).filter((name) => name.endsWith("-eval.ndjson"));
  t.same(JSON.parse(place.text(`attempt-1/${metrics[0]}`)), { name: "acc", value: 0.5 });
  t.notOk(fs.existsSync(path.join(place.lab, "attempt-1/metrics-log.ndjson")));
  t.match(place.left("attempt-1/exit.json"), { reason: "command", code: 0 });
});

t.test("a line of bash is a line, and the path in it one word", async (t) => {
  const place = evaluated({ command: "printf '<%s>' {checkpoint.path} \"x{checkpoint.path}\"", checkpoint: "best" });
  await place.start();
  const best = path.join(place.dir, "checkpoints/best-step-3.ckpt");
  t.equal(place.text("attempt-1/eval.log"), `<${best}><x${best}>`, "though there is an ' in it");
});

t.test("a failed one unmakes nothing; and what cannot be evaluated says why", async (t) => {
  const cases: [string, NonNullable<Run["eval"]>, string, object][] = [
    ["it fails", { command: ["sh", "-c", "exit 3"] }, train, { code: 3, message: "exit code 3" }],
    [
      "it is killed",
      { command: ["sh", "-c", "kill -9 $$"] },
      train,
      { signal: "SIGKILL", message: "killed by SIGKILL" },
    ],
    ["there is no such command", { command: ["no-such-program"] }, train, { message: /no such command/ }],
    ["no checkpoint", { command: ["true"], checkpoint: "latest" }, "true", { code: 66, message: /has no checkpoint/ }],
    [
      "not to be told",
      { command: ["true", "{checkpoint.path}"] },
      `${train}; rm *step-*; touch a b`,
      { message: /none has a step/ },
    ],
    ["not there", { command: ["true"], checkpoint: "out/x.pt" }, train, { message: /out\/x.pt' does not exist/ }],
  ];
  for (const [name, asked, body, end] of cases) {
    const place = evaluated(asked, body);
    t.equal((await place.start()).code, 0, name);
    t.match(left(place), { state: "failed", ...end }, name);
    t.match(place.left("attempt-1/exit.json"), { reason: "command", code: 0 }, name);
  }
  const there = evaluated({ command: ["test", "-e", "{checkpoint.path}"], checkpoint: "checkpoints/step-5.ckpt" });
  await there.start();
  t.match(left(there), { state: "succeeded", checkpoint: { how: "given" } });
  const failing = evaluated({ command: ["true"] }, "exit 1");
  await failing.start();
  t.equal(left(failing), undefined, "what has failed is not evaluated");
});
