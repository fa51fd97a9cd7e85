import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { registerRun } from "../../../lib/pass/register.js";
import { fingerprintOf } from "../../../lib/pass/rehash.js";
import { artifactIdOf } from "../../../lib/record/artifact-id.js";
import { currentAlias } from "../../../lib/registry/aliases.js";
import { edgesOf } from "../../../lib/registry/edges.js";
import { artifactsOf, overwrittenOf, sealOf } from "../../../lib/registry/outputs.js";
import { marked } from "../../../lib/registry/runs.js";
import { onWrite } from "../../../lib/registry/write.js";
import { atOnce, child, isRoot, namesIn, smallRegistry, user } from "../registry/support.js";
import { type Finished, finishedRun, registerPass } from "./finished-run.js";

const stream = { type: "checkpoint_stream", marker: "ok" };
const ago = (s: number) => new Date(Date.now() - s * 1000).toISOString();
const whole = (run: Finished, role: string) => ({ role, path: run.output(role), complete: true, files: 2, bytes: 3 });
const roles = (run: Finished) =>
  artifactsOf(run.open()).map(
    ({ role, step, attempt }) => `${role}${step === undefined ? "" : `@${step}`} a${attempt}`,
  );

t.test("a run that succeeded: its outputs, the copies beside them, the seal, and then it is settled", async (t) => {
  const registry = smallRegistry(t);
  const run = finishedRun(registry, { model: { marker: "DONE" }, notes: {}, ck: stream }, { tags: ["x"] });
  run.write("model", { w: "1", DONE: "" });
  run.write("notes", { a: "1" });
  run.write("ck", { "step_0010/w": "1", "step_0010/ok": "" });
  const digest = `sha256:${"2".repeat(64)}`;
  const bytes = ["model", "notes", "ck"].map((role) => fingerprintOf(run.output(role), "stat"));
  run.attempt(1, { outputs: [{ ...whole(run, "model"), digest }, whole(run, "notes")] });
  run.noteStep(1, "ck", "step_0010");
  run.end();
  const { pass, reported } = registerPass(registry);
  const { made, seal } = await registerRun(pass, run.open());
  t.same(reported, []);
  t.same(roles(run), ["ck@10 a1", "model a1", "notes a1"]);
  t.same(
    ["model", "notes", "ck"].map((role) => fingerprintOf(run.output(role), "stat")),
    bytes,
    "the bytes are where they were, and nothing beside them",
  );
  const id = artifactIdOf(run.run.id, "model");
  t.match(
    made.find((artifact) => artifact.role === "model"),
    {
      type: "artifact",
      v: 1,
      id,
      kind: "model",
      user,
      path: run.output("model"),
      run: run.run.id,
      recipe: "train",
      alias: "model",
      marker: "DONE",
      marker_bytes: 0,
      files: 2,
      bytes: 3,
      digest,
      digest_of: "stat",
      tags: ["x"],
    },
  );
  t.match(
    made.find(({ step }) => step === 10),
    { kind: "checkpoint", path: path.join(run.output("ck"), "step_0010") },
  );
  t.match(seal, { state: "succeeded", artifacts: [{ role: "ck", step: 10 }, { id }, { role: "notes" }] });
  t.notOk(seal?.missing);
  t.same(sealOf(run.open()), seal);
  t.same(marked(registry, "active", user), []);
  t.same(marked(registry, "loose", user), [run.run.id]);
  t.match(edgesOf(registry, id), [{ verb: "made", run: run.run.id, user }]);
  const meta = path.join(run.output("model"), "../.meta");
  t.same(namesIn(meta), [`model@${run.run.id}.a1.json`, `notes@${run.run.id}.a1.json`]);
  const record = path.join(run.dir, ".lab/outputs/model.a1.json");
  t.equal(fs.readFileSync(path.join(meta, `model@${run.run.id}.a1.json`), "utf8"), fs.readFileSync(record, "utf8"));
  t.same(await registerRun(pass, run.open()), { run: run.open(), made: [] }, "twice is the same as once");
});

t.test("without a marker, or with one that came and a run that failed: only steps count", async (t) => {
  const registry = smallRegistry(t);
  const run = finishedRun(registry, { model: { marker: "DONE" }, notes: {}, ck: stream });
  run.write("model", { DONE: "" });
  run.write("notes", { a: "1" });
  run.write("ck", { "1/ok": "", "2/ok": "", "3/w": "" });
  run.attempt(1, { code: 1, outputs: [whole(run, "model"), whole(run, "notes")] });
  run.noteStep(1, "ck", "1");
  run.end("failed", { mode: "code_error" });
  const { seal } = await registerRun(registerPass(registry).pass, run.open());
  t.same(roles(run), ["ck@1 a1", "ck@2 a1"], "also one that nobody had the time to note");
  t.same(
    seal?.missing?.map(({ role, step, reason }) => [role, step, reason]),
    [
      ["model", undefined, "the run failed (code_error)"],
      ["notes", undefined, "the run failed (code_error)"],
      ["ck", 3, "it has no 'ok'"],
    ],
  );
  t.equal(artifactsOf(run.open())[1]?.digest, undefined, "nobody has described it");
  t.match(artifactsOf(run.open())[0], { digest: /^sha256:1/, digest_of: "stat" });
});

t.test("a success whose marker is not there registers nothing of it", async (t) => {
  const registry = smallRegistry(t);
  const run = finishedRun(registry, { model: { marker: "DONE" }, gone: {}, ck: stream, table: { type: "file" } });
  fs.rmSync(run.output("gone"), { recursive: true });
  run.attempt(1, { outputs: [{ ...whole(run, "model"), complete: false }], at: ago(100) });
  run.end();
  const { seal } = await registerRun(registerPass(registry).pass, run.open());
  t.same(
    seal?.missing?.map(({ role, reason }) => `${role}: ${reason}`),
    [
      "model: no 'DONE' was written there",
      "gone: nothing was written there",
      "ck: no step was written",
      "table: nothing was written there",
    ],
  );
  t.same(seal?.artifacts, []);
});

t.test("steps while the run goes on; what is written anew is registered anew", async (t) => {
  const registry = smallRegistry(t);
  const run = finishedRun(registry, { ck: stream, model: {}, marked: { marker: "DONE" } });
  const { pass, reported } = registerPass(registry);
  run.attempt(1);
  run.write("marked", { DONE: "" });
  run.write("ck", { "checkpoint-49/ok": "", "checkpoint-50/w": "", "tmp/ok": "" });
  run.noteStep(1, "ck", "checkpoint-49");
  const first = await registerRun(pass, run.open());
  t.same(
    first.made.map(({ step }) => step),
    [49],
  );
  t.notOk(first.seal);
  t.same(marked(registry, "active", user), [run.run.id]);
  t.same((await registerRun(pass, run.open())).made, []);

  fs.writeFileSync(path.join(run.output("ck"), "checkpoint-49/ok"), "again");
  t.same((await registerRun(pass, run.open())).made, [], "not before the job has noted how it is now");
  run.noteStep(1, "ck", "checkpoint-49");
  t.match((await registerRun(pass, run.open())).made, [{ step: 49, attempt: 1, revision: 2, marker_bytes: 5 }]);

  run.attempt(2);
  fs.writeFileSync(path.join(run.output("ck"), "checkpoint-49/ok"), "once more");
  run.noteStep(2, "ck", "checkpoint-49");
  t.match((await registerRun(pass, run.open())).made, [{ step: 49, attempt: 2, revision: undefined }]);
  t.match(artifactsOf(run.open()), [{ step: 49, attempt: 2 }]);
  t.match(overwrittenOf(run.open()), [{ attempt: 1 }, { attempt: 1, revision: 2 }]);
  const outputs = path.join(run.dir, ".lab/outputs");
  t.same(namesIn(outputs), ["ck.49.a1.2.json", "ck.49.a1.json", "ck.49.a2.json"]);
  t.same(
    namesIn(path.join(run.output("ck"), "../.meta")),
    namesIn(outputs).map((name) => name.replace("ck", `ck@${run.run.id}`)),
  );
  t.same(reported, []);
});

t.test("what the job says it wrote, and cannot be seen yet, is waited for", async (t) => {
  const registry = smallRegistry(t);
  const run = finishedRun(registry, { model: {}, ck: stream });
  run.write("ck", { "1/ok": "" });
  run.attempt(1, { outputs: [whole(run, "model")] });
  run.noteStep(1, "ck", "1");
  fs.rmSync(run.output("ck"), { recursive: true });
  fs.rmSync(run.output("model"), { recursive: true });
  run.end();
  t.notOk((await registerRun(registerPass(registry).pass, run.open())).seal, "too soon to say that it is gone");
  t.same(marked(registry, "active", user), [run.run.id]);
  const { seal } = await registerRun(registerPass(registry, { now: Date.now() + 61_000 }).pass, run.open());
  t.match(seal?.missing, [
    { role: "model", reason: /^it was there/ },
    { step: 1, reason: /^it was complete once/ },
  ]);
});

t.test("where the place of outputs is not to be seen, nothing is concluded", async (t) => {
  const registry = smallRegistry(t);
  const run = finishedRun(registry, { model: {} });
  run.attempt(1, { outputs: [whole(run, "model")], at: ago(1000) });
  run.end();
  const mount = path.join(registry.base, "../artifacts");
  fs.renameSync(mount, `${mount}.elsewhere`);
  const { pass } = registerPass(registry);
  await t.rejects(registerRun(pass, run.open()), { code: "unavailable", hint: /mounted/ });
  t.same(marked(registry, "active", user), [run.run.id]);
  fs.renameSync(`${mount}.elsewhere`, mount);
  t.ok((await registerRun(pass, run.open())).seal);
});

t.test("every end is sealed, with what is missing and why", async (t) => {
  const registry = smallRegistry(t);
  for (const [state, mode, reason] of [
    ["cancelled", "cancelled", "the run was cancelled"],
    ["lost", undefined, "the run was lost"],
    ["failed", "submit_error", "the run failed (submit_error)"],
  ] as const) {
    const run = finishedRun(registry, { model: {} });
    run.end(state, { ...(mode ? { mode } : {}) });
    const { seal } = await registerRun(registerPass(registry).pass, run.open());
    t.match(seal, { state, artifacts: [], missing: [{ role: "model", reason }] });
  }
  t.same(marked(registry, "active", user), []);
});

t.test("names of directories: digits at the end, one step each, and no links", async (t) => {
  const registry = smallRegistry(t);
  const run = finishedRun(registry, { ck: stream });
  const names = ["49", "iter_0000050", "step9000", "step9000.tmp", "a-7", "b-7", "x", `n${"9".repeat(16)}`];
  run.write("ck", Object.fromEntries(names.map((name) => [`${name}/ok`, ""])));
  run.write("ck", { file12: "" });
  fs.symlinkSync("49", path.join(run.output("ck"), "latest-1"));
  run.attempt(1, { code: 1 });
  run.end("failed");
  const { seal } = await registerRun(registerPass(registry).pass, run.open());
  t.same(roles(run), ["ck@7 a1", "ck@49 a1", "ck@50 a1", "ck@9000 a1"]);
  t.match(seal?.missing, [{ step: 7, path: /b-7$/, reason: "step 7 is 'a-7' already" }]);
});

t.test(
  "a pass that is killed before any of its writes is completed by the next; several at once are one",
  async (t) => {
    const registry = smallRegistry(t);
    const make = () => {
      const run = finishedRun(registry, { model: { marker: "DONE" }, ck: stream });
      run.write("model", { DONE: "" });
      run.write("ck", { "1/ok": "", "2/ok": "" });
      run.attempt(1, { outputs: [whole(run, "model")] });
      run.noteStep(1, "ck", "1");
      run.end();
      return run;
    };
    const finish = async (run: Finished) => {
      await registerRun(registerPass(registry).pass, run.open());
      const stem = (name: string) => name.replaceAll(run.run.id, "");
      const seal = sealOf(run.open());
      return {
        roles: roles(run),
        seal: seal?.artifacts.map(({ role, step }) => [role, step]),
        edges: artifactsOf(run.open()).map(({ id }) => edgesOf(registry, id).length),
        alias: currentAlias(registry, user, "model")?.run === run.run.id,
        active: marked(registry, "active", user).includes(run.run.id),
        meta: ["model", "ck"].flatMap((role) =>
          namesIn(path.join(run.output(role), "../.meta"))
            .filter((name) => name.includes(run.run.id))
            .map(stem),
        ),
        outputs: namesIn(path.join(run.dir, ".lab/outputs")),
      };
    };
    const expected = await finish(make());
    t.same(expected.roles, ["ck@1 a1", "ck@2 a1", "model a1"]);
    let at = 1;
    for (let died = true; died; at += 1) {
      const run = make();
      died = child("register", [registry.base, run.run.id], { killAt: at }).signal === "SIGKILL";
      t.same(await finish(run), expected, `killed before write ${at}`);
    }
    t.ok(at > 20, `${at} writes`);

    const run = make();
    const both = await atOnce([1, 2, 3].map(() => ["register", [registry.base, run.run.id]]));
    t.same(both, [{ value: [] }, { value: [] }, { value: [] }], "several at once are in nobody's way");
    t.same(await finish(run), expected);
  },
);

t.test(
  "files in outputs/ that are no records of this run count for nothing, and do not stand in the way",
  async (t) => {
    const registry = smallRegistry(t);
    const run = finishedRun(registry, { model: {} });
    run.write("model", { w: "1" });
    run.attempt(1, { outputs: [whole(run, "model")] });
    run.end();
    const outputs = path.join(run.dir, ".lab/outputs");
    fs.mkdirSync(outputs);
    fs.writeFileSync(path.join(outputs, "model.a1.json"), "{");
    const forged = {
      type: "artifact",
      v: 1,
      id: artifactIdOf(run.run.id, "model"),
      kind: "model",
      user,
      path: "/x",
      run: run.run.id,
      role: "model",
      attempt: 7,
      at: ago(0),
    };
    fs.writeFileSync(path.join(outputs, "model.a9.json"), JSON.stringify(forged));
    fs.writeFileSync(path.join(outputs, "other.a7.json"), JSON.stringify({ ...forged, role: "other" }));
    fs.mkdirSync(path.join(outputs, "directory.a1.json"));
    if (isRoot) {
      fs.writeFileSync(path.join(outputs, "model.a7.json"), JSON.stringify(forged));
      fs.chownSync(path.join(outputs, "model.a7.json"), 12345, 12345);
    }
    const { pass, reported } = registerPass(registry);
    const { made } = await registerRun(pass, run.open());
    t.match(made, [{ role: "model", attempt: 1, revision: 2, path: run.output("model") }]);
    t.match(artifactsOf(run.open()), [{ attempt: 1, revision: 2 }]);
    for (const trouble of [
      /not JSON/,
      /speaks of another artifact/,
      /not a regular file/,
      ...(isRoot ? [/belongs to uid 12345/] : []),
    ])
      t.ok(
        reported.some((message) => trouble.test(message)),
        String(trouble),
      );
  },
);

t.test("a dry pass shows all of it and writes none", async (t) => {
  const registry = smallRegistry(t);
  const run = finishedRun(registry, { model: {}, ck: stream });
  run.write("ck", { "1/ok": "" });
  run.attempt(1, { outputs: [whole(run, "model")] });
  run.noteStep(1, "ck", "1");
  run.end();
  const writes: string[] = [];
  onWrite((step, file) => writes.push(`${step} ${file}`));
  const { made, seal } = await registerRun(registerPass(registry, { dry: true }).pass, run.open());
  onWrite(undefined);
  t.same(writes, []);
  t.match(made, [
    { role: "model", dry_run: true },
    { role: "ck", step: 1, dry_run: true },
  ]);
  t.match(seal, { dry_run: true, artifacts: [{ role: "model" }, { role: "ck" }] });
  t.same(marked(registry, "active", user), [run.run.id]);
});

t.test("nobody registers what another's run has made", async (t) => {
  const registry = smallRegistry(t);
  const run = finishedRun(registry, {});
  const { pass } = registerPass({ ...registry, uid: registry.uid + 1 });
  await t.rejects(registerRun(pass, run.open()), { code: "noperm" });
});

t.test("the seal has what was collected and where it is tracked; results are in their artifacts", async (t) => {
  const registry = smallRegistry(t);
  const run = finishedRun(
    registry,
    { score: { type: "eval_result", marker: "r.json" }, bad: { type: "result" } },
    { collect: { globs: ["*.csv"] }, tracking: { wandb: { entity: "e", project: "p" } } },
  );
  run.write("score", { "r.json": '{"tasks":{"a":0.5}}' });
  run.write("bad", { "result.json": "oops" });
  fs.writeFileSync(path.join(run.dir, "a.csv"), "1");
  fs.symlinkSync("/etc/passwd", path.join(run.dir, "b.csv"));
  run.attempt(1, { outputs: [whole(run, "score"), whole(run, "bad")] });
  run.end();
  const { pass, reported } = registerPass(registry);
  const { seal } = await registerRun(pass, run.open());
  t.match(artifactsOf(run.open()), [
    { role: "bad", result: undefined },
    { role: "score", result: { tasks: { a: 0.5 } } },
  ]);
  t.match(reported, [/result\.json': it is no JSON object/]);
  t.match(seal, {
    artifacts: [{ role: "bad" }, { role: "score" }],
    collected: [{ path: path.join(run.dir, "a.csv"), bytes: 1 }],
    excluded: [{ path: path.join(run.dir, "b.csv"), reason: /a link out of the run/ }],
    tracking: { wandb: { url: `https://wandb.ai/e/p/runs/${run.run.id}`, source: "recipe" } },
  });
});

t.test("aliases are bound at success, a stream's to the stream, and by a late pass no more", async (t) => {
  const registry = smallRegistry(t);
  const outputs = { model: { alias: "best" }, ck: { ...stream, alias: "stream" }, absent: { alias: "absent" } };
  const make = (state: "succeeded" | "failed", ended_at = ago(0)) => {
    const run = finishedRun(registry, outputs);
    run.write("ck", { "1/ok": "" });
    fs.rmSync(run.output("absent"), { recursive: true });
    run.attempt(1, { outputs: [whole(run, "model")] });
    run.end(state, { ended_at });
    return run;
  };
  const register = (run: Finished) => registerRun(registerPass(registry).pass, run.open());
  await register(make("failed"));
  t.equal(currentAlias(registry, user, "best"), undefined);
  const first = make("succeeded", ago(50));
  await register(first);
  const id = artifactIdOf(first.run.id, "model");
  t.match(currentAlias(registry, user, "best"), {
    artifact: id,
    run: first.run.id,
    role: "model",
    scope: "user",
    generation: 1,
  });
  t.match(currentAlias(registry, user, "stream"), { artifact: undefined, run: first.run.id, role: "ck" });
  t.equal(currentAlias(registry, user, "absent"), undefined);
  const older = make("succeeded", ago(100));
  await register(older);
  t.ok(sealOf(older.open()));
  t.match(currentAlias(registry, user, "best"), { run: first.run.id }, "it ended before the one that the name means");
  const newer = make("succeeded", ago(10));
  await register(newer);
  t.match(currentAlias(registry, user, "best"), { run: newer.run.id, generation: 2 });
});

t.test("an alias that cannot be a name keeps the run from nothing", async (t) => {
  const registry = smallRegistry(t);
  const run = finishedRun(registry, { model: { alias: `art-${"0".repeat(20)}` } });
  run.attempt(1, { outputs: [whole(run, "model")] });
  run.end();
  const { pass, reported } = registerPass(registry);
  t.ok((await registerRun(pass, run.open())).seal);
  t.match(reported, [/cannot be a name/]);
});

t.test("bytes are read again on request: what is new gets its digest then, what is known is compared", async (t) => {
  const registry = smallRegistry(t);
  const digest = `sha256:${"2".repeat(64)}`;
  const make = () => {
    const run = finishedRun(registry, { model: { digest: "sha256" }, quick: {}, none: { digest: "none" } });
    for (const role of ["model", "quick", "none"]) run.write(role, { w: "weights" });
    run.attempt(1, {
      outputs: [{ ...whole(run, "model"), digest }, whole(run, "quick"), { ...whole(run, "none"), digest }],
    });
    run.end();
    return run;
  };
  const again = make();
  const { pass, reported } = registerPass(registry, { rehash: true });
  const { made } = await registerRun(pass, again.open());
  const by = (how: "stat" | "sha256", role: string) => fingerprintOf(again.output(role), how);
  t.match(made, [
    { role: "model", digest: by("sha256", "model").digest, digest_of: "sha256", files: 1, bytes: 7 },
    { role: "quick", digest: by("stat", "quick").digest, digest_of: "stat" },
    { role: "none", digest: undefined, digest_of: undefined },
  ]);
  t.same((await registerRun(pass, again.open())).made, []);
  t.same(reported, [], "all is as it was registered, also of a settled run");
  again.write("model", { w: "others!" });
  fs.rmSync(again.output("quick"), { recursive: true });
  await registerRun(pass, again.open());
  t.match(reported, [/model@.*' is not what was registered: sha256 says sha256:/, /cannot read '.*quick@/]);
  const believed = make();
  await registerRun(registerPass(registry).pass, believed.open());
  t.equal(artifactsOf(believed.open())[0]?.digest, digest);
});
