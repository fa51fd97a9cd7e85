import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { settle } from "../../../../lib/pass/settle.js";
import type { Run } from "../../../../lib/record/run.js";
import { bindAlias } from "../../../../lib/registry/aliases.js";
import { registerExternal } from "../../../../lib/registry/artifacts.js";
import { openRun } from "../../../../lib/registry/runs.js";
import { resolvedArtifact } from "../../../../lib/verb/plan/artifact-inputs.js";
import { at, makeRun, register } from "../../registry/artifact-support.js";
import { type FakeContext, fakeContext } from "../fake-context.js";

const id = "20261120-201455-k7q3mz";
const key = { version: "lab-key/1", digest: `sha256:${"1".repeat(64)}`, of: {} };
const resolve = (context: FakeContext, artifact: string) =>
  resolvedArtifact("model", { type: "artifact", artifact }, context);

function end({ given }: FakeContext, run: Run, state: "succeeded" | "failed", mode?: "oom"): void {
  const disk = openRun(given, run.user, run.id);
  if (disk) settle(given, disk, { state, ...(mode ? { mode } : {}), final: true }, Date.now());
}

t.test("what a run made, or still makes, with who makes it", async (t) => {
  const context = fakeContext(t);
  const run = makeRun(context.given, id, { key });
  const made = { user: run.user, run: id, role: "model", key: key.digest, epoch: id, path: run.outputs["model"]?.path };
  const before = await resolve(context, "k7q3mz:model");
  t.match(before, { type: "artifact", artifact: "k7q3mz:model", id: /^art-/, ...made });
  t.notOk("marker" in before || "digest" in before);
  end(context, run, "succeeded");
  await t.rejects(resolve(context, "k7q3mz:model"), {
    code: "noinput",
    message: /^input 'model': cannot read '.*': no such file/,
    hint: `it is ${run.user}'s`,
  });
  register(context.given, run, "model");
  t.same(await resolve(context, "k7q3mz:model"), before, "the same before and after");
});

t.test("a stream and its steps", async (t) => {
  const context = fakeContext(t);
  const run = makeRun(context.given, id, { epoch: "3" });
  register(context.given, run, "checkpoint", 20);
  const step = await resolve(context, "k7q3mz:checkpoint@latest");
  t.match(step, { run: id, role: "checkpoint", step: 20, marker: "_DONE", epoch: "3", path: /step_20$/ });
  t.notOk("key" in step);
  const stream = await resolve(context, "k7q3mz:checkpoint");
  t.same(context.said, ["input 'model' is the whole stream of 1 step; one step of it is k7q3mz:checkpoint@latest"]);
  t.match(stream, { run: id, role: "checkpoint", path: run.outputs["checkpoint"]?.path });
  t.notOk("id" in stream || "step" in stream || "marker" in stream, "the marker is one of steps");
  end(context, run, "failed", "oom");
  t.same(await resolve(context, "k7q3mz:checkpoint@20"), { ...step, artifact: "k7q3mz:checkpoint@20" });
  await t.rejects(resolve(context, "k7q3mz:checkpoint"), {
    code: "refused",
    message: `input 'model': the run ${id}, which was to make it, has failed (oom)`,
    hint: "lab why k7q3mz",
  });
});

t.test("what was registered from outside, with its record and its digests", async (t) => {
  const context = fakeContext(t);
  const file = path.join(t.testdir({ data: "x" }), "data");
  const { artifact } = registerExternal(context.given, { path: file, kind: "dataset", digest: "sha256", at });
  bindAlias(context.given, { scope: "user", name: "data", target: { artifact: artifact.id }, at });
  const { id: known, digest, stat_digest, user } = artifact;
  const input = await resolve(context, "data");
  t.match(input, { id: known, user, path: file, digest, digest_of: "sha256", stat_digest });
  t.ok(fs.existsSync(input.record ?? ""));
  t.notOk("run" in input || "role" in input);
  fs.rmSync(file);
  await t.rejects(resolve(context, "data"), { code: "noinput" });
  await t.rejects(resolve(context, "dat"), { code: "noinput", message: "input 'model': no artifact is called 'dat'" });
});
