import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { artifactIdOf } from "../../../lib/record/artifact-id.js";
import { bindAlias } from "../../../lib/registry/aliases.js";
import { findArtifact } from "../../../lib/registry/artifact-refs.js";
import { registerExternal } from "../../../lib/registry/artifacts.js";
import { userAliasDirectory } from "../../../lib/registry/layout.js";
import { at, end, makeRun, register, registryFor } from "./artifact-support.js";
import { answer, people, user } from "./support.js";

const id = "20261120-201455-k7q3mz";
const other = "20261120-201456-m2x9ta";

t.test("by run and role: made, or still to be made", async (t) => {
  const registry = registryFor(t);
  const run = makeRun(registry, id);
  const expected = { id: artifactIdOf(id, "model"), run: id, user, role: "model", path: run.outputs["model"]?.path };
  t.match(findArtifact(registry, `${id}:model`, "/"), { ...expected, pending: true });
  t.match(findArtifact(registry, "k7q3mz:model", "/"), expected);
  t.match(findArtifact(registry, "@last:model", "/"), expected);
  t.match(findArtifact(registry, "@last:train:model", "/"), expected);
  t.match(findArtifact(registry, `${run.run_dir}:model`, "/"), expected);
  end(run, "succeeded");
  t.equal(findArtifact(registry, "k7q3mz:model", "/").pending, undefined, "it succeeded, its registration is to come");
  const artifact = register(registry, run, "model");
  t.match(findArtifact(registry, "k7q3mz:model", "/"), { artifact });
  t.match(findArtifact(registry, artifact.id, "/"), { artifact, run: id, role: "model", path: artifact.path });
});

t.test("steps of a stream", async (t) => {
  const registry = registryFor(t);
  const run = makeRun(registry, id);
  const whole = { run: id, role: "checkpoint", path: run.outputs["checkpoint"]?.path, pending: true };
  const stream = findArtifact(registry, "k7q3mz:checkpoint", "/");
  t.match(stream, whole);
  t.notOk("id" in stream);
  t.throws(() => findArtifact(registry, "k7q3mz:checkpoint@latest", "/"), {
    code: "noinput",
    message: "no step 'latest' of 'k7q3mz:checkpoint'",
    hint: "it has no step yet: the run k7q3mz is planned: it has written nothing yet",
  });
  for (const step of [3, 20, 100]) register(registry, run, "checkpoint", step);
  const third = findArtifact(registry, "k7q3mz:checkpoint@3", "/");
  t.match(third, { step: 3, id: artifactIdOf(id, "checkpoint", 3), path: /step_3$/ });
  t.notOk(third.pending, "what is registered is there though the run goes on");
  t.match(findArtifact(registry, "k7q3mz:checkpoint@latest", "/"), { step: 100 });
  t.throws(() => findArtifact(registry, "k7q3mz:checkpoint@4", "/"), {
    code: "noinput",
    hint: /^it has 3, 20, 100: the run/,
  });
  t.throws(() => findArtifact(registry, "k7q3mz:model@latest", "/"), {
    code: "dataerr",
    message: "'k7q3mz:model' has no steps: it is no stream",
  });
  t.throws(() => findArtifact(registry, `${artifactIdOf(id, "checkpoint", 3)}@latest`, "/"), /it is a step itself$/);
  const best = (word: string) => () => findArtifact(registry, `k7q3mz:checkpoint@${word}`, "/");
  t.throws(best("best"), { code: "dataerr", message: /'best' does not say by which metric/ });
  t.throws(best("best:loss"), { code: "noinput", message: /^no step with a value of 'loss' of 'k7q3mz:checkpoint'$/ });
  const attempt = path.join(run.run_dir ?? "", ".lab", "attempt-1");
  fs.mkdirSync(attempt, { recursive: true });
  const lines = [3, 4, 20, 100].map(
    (at) => `${JSON.stringify({ name: "eval/loss", value: (at - 10) ** 2, step: at })}\n`,
  );
  fs.writeFileSync(path.join(attempt, "metrics-h-1.ndjson"), lines.join(""));
  t.match(best("best:eval/loss")(), { step: 3 }, "there is none of step 4");
  t.match(best("best:eval/loss:max")(), { step: 100 });
  bindAlias(registry, { scope: "user", name: "fit", target: { run: id, role: "checkpoint" }, at });
  t.match(findArtifact(registry, "fit", "/"), { ...whole, alias: { name: "fit" } });
  t.match(findArtifact(registry, "fit@latest", "/"), { step: 100 });
  t.match(findArtifact(registry, `${user}/fit@20`, "/"), { step: 20 });
  const step = { artifact: artifactIdOf(id, "checkpoint", 20), run: id, role: "checkpoint", step: 20 };
  bindAlias(registry, { scope: "user", name: "twenty", target: step, at });
  t.match(findArtifact(registry, "twenty", "/"), { step: 20, path: /step_20$/ });
  t.throws(() => findArtifact(registry, "twenty@latest", "/"), /it is a step itself$/);
});

t.test("a bare name: mine, else everybody's; what was registered from outside too", async (t) => {
  const registry = registryFor(t, "best");
  const [one, two] = [makeRun(registry, id), makeRun(registry, other)];
  const target = (run: string) => ({ artifact: artifactIdOf(run, "model"), run, role: "model" });
  bindAlias(registry, { scope: "global", name: "best", target: target(id), at });
  t.match(findArtifact(registry, "best", "/"), { run: one.id });
  bindAlias(registry, { scope: "user", name: "best", target: target(other), at });
  t.match(findArtifact(registry, "best", "/"), { run: two.id });
  const file = path.join(registry.base, "../data.txt");
  fs.writeFileSync(file, "x");
  const { artifact } = registerExternal(registry, { path: file, kind: "dataset", digest: "stat", at });
  bindAlias(registry, { scope: "user", name: "data", target: { artifact: artifact.id }, at });
  const found = findArtifact(registry, "data", "/");
  t.match(found, { id: artifact.id, path: file, user, artifact });
  t.notOk("run" in found || "role" in found);
});

t.test("what is not there, or is no name", async (t) => {
  const registry = registryFor(t, "best_model");
  makeRun(registry, id);
  bindAlias(registry, { scope: "global", name: "best_model", target: { run: id, role: "checkpoint" }, at });
  bindAlias(registry, { scope: "user", name: "small_model", target: { run: id, role: "checkpoint" }, at });
  const hint = (ref: string) => {
    try {
      findArtifact(registry, ref, "/");
      return "found";
    } catch (error) {
      return `${(error as { code: string }).code}: ${(error as Error).message} (${(error as { hint?: string }).hint})`;
    }
  };
  t.equal(hint("best_modle"), "noinput: no artifact is called 'best_modle' (did you mean best_model?)");
  t.equal(hint("smal_model"), "noinput: no artifact is called 'smal_model' (did you mean small_model?)");
  t.equal(
    hint(`${user}/small_mode`),
    `noinput: you have no artifact called 'small_mode' (did you mean ${user}/small_model?)`,
  );
  t.match(hint("nothing-like-it"), /^noinput: no artifact is called 'nothing-like-it' \(lab alias --list/);
  const meant = (run: string) => `what a run made is RUN:ROLE: did you mean ${run}:model or ${run}:checkpoint?`;
  t.equal(hint("k7q3mz"), `noinput: no artifact is called 'k7q3mz' (${meant("k7q3mz")})`);
  t.match(hint("zzzzzz"), /\(what a run made is RUN:ROLE: zzzzzz:ROLE\)$/);
  t.match(hint("@last:train"), /^noinput: the run .* has no output 'train' \(.*did you mean @last:train:model or /);
  t.equal(hint("@last"), `dataerr: '@last' is a run, and no artifact (${meant("@last")})`);
  t.match(hint("k7q3mz:modell"), /^noinput: the run .* has no output 'modell' \(it has model, checkpoint\)$/);
  t.match(hint("zzzzzz:model"), /^noinput: no run 'zzzzzz'/);
  t.match(hint(`art-${"0".repeat(20)}`), /^noinput: no artifact 'art-0+' \(nobody has registered it\)$/);
  for (const place of ["/data/x", "./x", "../x", "a/b/c", "data/x/"])
    t.match(hint(place), /^dataerr: .*"external"/, place);
  for (const bad of ["", "@latest", "a b", "x@y", "@3", "-x"])
    t.match(hint(bad), /^dataerr: cannot read the artifact/, bad);
  bindAlias(registry, { scope: "user", name: "small_model", target: undefined, at });
  t.match(hint("small_model"), /^noinput/, "taken back");
});

t.test("another user's name: alone with a warning, several not at all", async (t) => {
  const users = people(t);
  if (!users) return;
  const registry = registryFor(t);
  const run = makeRun(registry, id);
  const target = { artifact: artifactIdOf(id, "model"), run: id, run_user: run.user, role: "model" };
  const bind = (as: string) =>
    t.match(answer("bind", [registry.base, { scope: "user", name: "fit", target, at }], { as }), {
      value: { made: true },
    });
  bind(users.alice);
  t.match(findArtifact(registry, "fit", "/"), {
    run: id,
    warning: `'fit' is taken for ${users.alice}/fit: nobody else has that name`,
  });
  t.throws(() => findArtifact(registry, "fit", "/", { trusts: (user) => user === users.bob }), { code: "noinput" });
  bind(users.bob);
  t.throws(() => findArtifact(registry, "fit", "/"), {
    code: "dataerr",
    message: `'fit' could be ${users.alice}/fit, ${users.bob}/fit`,
  });
  t.match(findArtifact(registry, "fit", "/", { trusts: (user) => user === users.bob }), { alias: { user: users.bob } });
  t.match(findArtifact(registry, `${users.alice}/fit`, "/"), { alias: { user: users.alice } });
  bindAlias(registry, { scope: "user", name: "fit", target, at });
  t.match(findArtifact(registry, "fit", "/"), { alias: { user } });
  // One who lets nobody read hers is in nobody's way.
  fs.chmodSync(userAliasDirectory(registry.base, users.bob), 0o700);
  const find = (ref: string) => answer("findArtifact", [registry.base, ref], { as: users.carol });
  t.match(find("fit"), { code: "dataerr", message: /^'fit' could be (?!.*lab-bob)/ });
  bindAlias(registry, { scope: "user", name: "fit", target: undefined, at });
  t.match(find("fit"), { value: `'fit' is taken for ${users.alice}/fit: nobody else has that name` });
  t.match(find("fti"), { code: "noinput", hint: "did you mean fit?" });
});
