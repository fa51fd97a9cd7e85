import fs from "node:fs";
import path from "node:path";
import t from "tap";
import type { Context } from "../../../../lib/command/context.js";
import { registerRun } from "../../../../lib/pass/register.js";
import { drawRunId } from "../../../../lib/record/run-id.js";
import { registerExternal } from "../../../../lib/registry/artifacts.js";
import { onWrite } from "../../../../lib/registry/write.js";
import { type ArtifactFilter, listArtifacts } from "../../../../lib/verb/show/artifact-listing.js";
import { type Finished, finishedRun, registerPass } from "../../pass/finished-run.js";
import { end, makeRun } from "../../registry/artifact-support.js";
import { smallRegistry, user } from "../../registry/support.js";

const everything: ArtifactFilter = {
  kind: [],
  user: [],
  all: false,
  run: [],
  role: [],
  alias: undefined,
  since: undefined,
  where: [],
  latest: false,
  history: false,
  limit: undefined,
};

function setUp(t: Parameters<typeof smallRegistry>[0]) {
  const registry = smallRegistry(t);
  const reported: string[] = [];
  const context = {
    registry: async () => registry,
    config: async () => ({ config: { cache: { trust: "group" } } }),
    report: (_: unknown, error: Error) => reported.push(error.message),
    say: (message: string) => reported.push(message),
    terminal: {},
    signal: {},
    cwd: "/",
  } as unknown as Context;
  const list = async (more: Partial<ArtifactFilter> = {}) => {
    const found: string[] = [];
    for await (const artifact of listArtifacts({ ...everything, ...more }, context)) {
      const { role = path.basename(artifact.path), step, attempt, overwritten } = artifact;
      found.push(
        `${role}${step === undefined ? "" : `@${step}`}${(attempt ?? 1) > 1 ? ` a${attempt}` : ""}${overwritten ? " old" : ""}`,
      );
    }
    return found;
  };
  const register = async (run: Finished) => registerRun(registerPass(registry).pass, run.open());
  return { context, registry, reported, list, register };
}

t.test("the newest run first, of a stream the newest step; what came from outside by its time", async (t) => {
  const { registry, reported, list, register } = setUp(t);
  const stream = { type: "checkpoint_stream", marker: "ok", alias: "stream" };
  const hour = 3_600_000;
  const id = drawRunId(Date.now() - 2 * hour);
  const first = finishedRun(registry, { ck: stream, model: {} }, { id });
  first.write("ck", { "9/ok": "", "10/ok": "" });
  first.attempt(1, { outputs: [{ role: "model", path: first.output("model"), complete: true }] });
  for (const name of ["9", "10"]) first.noteStep(1, "ck", name);
  await register(first);
  t.same(
    await list({ alias: "stream" }),
    ["ck@10", "ck@9"],
    "its run has not succeeded, so the name means nothing yet",
  );
  first.attempt(2);
  fs.writeFileSync(path.join(first.output("ck"), "9/ok"), "again");
  first.noteStep(2, "ck", "9");
  first.end("succeeded");
  await register(first);
  const file = path.join(registry.base, "../data.txt");
  fs.writeFileSync(file, "data");
  registerExternal(registry, {
    path: file,
    kind: "dataset",
    digest: "stat",
    at: new Date(Date.now() - hour).toISOString(),
  });
  const second = finishedRun(registry, { score: { type: "eval_result" } });
  second.attempt(1, { outputs: [{ role: "score", path: second.output("score"), complete: true }] });
  second.end();
  await register(second);

  t.same(await list(), ["score", "data.txt", "ck@10", "ck@9 a2", "model"]);
  t.same(await list({ limit: 2 }), ["score", "data.txt"]);
  t.same(await list({ kind: ["checkpoint"] }), ["ck@10", "ck@9 a2"]);
  t.same(await list({ kind: ["checkpoint", "dataset"], latest: true }), ["data.txt", "ck@10"]);
  t.same(await list({ role: ["ck"], history: true }), ["ck@10", "ck@9 a2", "ck@9 old"]);
  t.same(await list({ run: [second.run.id, first.run.id.slice(-6)], role: ["score", "model"] }), ["score", "model"]);
  t.same(await list({ alias: "stream" }), ["ck@10", "ck@9 a2"]);
  t.same(await list({ alias: "stream@9" }), ["ck@9 a2"]);
  t.same(await list({ alias: "stream", latest: true }), ["ck@10"]);
  t.same(await list({ alias: "model" }), ["model"]);
  t.same(await list({ alias: "str*" }), ["ck@10", "ck@9 a2"]);
  t.same(await list({ alias: "nothing*" }), []);
  t.same(await list({ since: Date.now() + 60_000 }), []);
  t.same(await list({ all: true, user: [user] }), await list());
  t.same(reported, []);
  await t.rejects(list({ user: ["nobody-here"] }), { code: "noinput" });
  await t.rejects(list({ alias: "nothing" }), { code: "noinput" });
  await t.rejects(list({ alias: "no/such/name" }), { code: "dataerr" });
});

t.test("a result has its headline", async (t) => {
  const { context, registry, register } = setUp(t);
  const run = finishedRun(registry, { a: { type: "eval_result" }, b: { type: "eval_result" }, c: {} });
  run.write("a", { "result.json": '{"tasks":{"loss":1,"x/acc":{"value":0.123456789}}}' });
  run.write("b", { "result.json": '{"traj_path":"/x"}' });
  run.attempt(1, { outputs: ["a", "b", "c"].map((role) => ({ role, path: run.output(role), complete: true })) });
  run.end();
  await register(run);
  const headlines: (string | undefined)[] = [];
  for await (const { headline } of listArtifacts(everything, context)) headlines.push(headline);
  t.same(headlines, ["x/acc 0.123457", undefined, undefined]);
});

t.test("runs that have registered nothing are not opened, and no tree is walked", async (t) => {
  const { registry, reported, list, register } = setUp(t);
  const empty = finishedRun(registry, { model: {} });
  fs.writeFileSync(path.join(empty.dir, ".lab/run.json"), "not looked at");
  const bad = finishedRun(registry, { model: {} });
  bad.attempt(1, { outputs: [{ role: "model", path: bad.output("model"), complete: true }] });
  bad.end();
  await register(bad);
  fs.writeFileSync(path.join(bad.dir, ".lab/outputs/model.a1.json"), "{");
  const writes: string[] = [];
  onWrite((step) => writes.push(step));
  t.same(await list(), []);
  onWrite(undefined);
  t.match(reported, [/model\.a1\.json': it is not JSON/]);
  t.same(writes, [], "a list writes nothing");
});

t.test("a run or a name with nothing registered yet says so, and what registers it", async (t) => {
  const { reported, list, registry } = setUp(t);
  const run = makeRun(registry, drawRunId(Date.now()));
  end(run, "succeeded");
  t.same(await list({ run: [run.id] }), []);
  t.match(reported.splice(0), [/^the run \w{6} has ended and is not registered yet; lab status registers it$/]);
  await t.rejects(list({ alias: "fit_model" }), { code: "noinput", message: /^nothing is called 'fit_model' yet/ });
  t.same(await list({ alias: `${run.id}:checkpoint` }), []);
  t.match(reported, [/is not registered yet/]);
});
