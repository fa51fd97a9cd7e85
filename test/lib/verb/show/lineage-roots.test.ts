import fs from "node:fs";
import path from "node:path";
import t, { type Test } from "tap";
import type { Run } from "../../../../lib/record/run.js";
import { bindAlias } from "../../../../lib/registry/aliases.js";
import { registerExternal } from "../../../../lib/registry/artifacts.js";
import type { Registry } from "../../../../lib/registry/open.js";
import { thingsOn } from "../../../../lib/registry/things.js";
import { collectedIdOf } from "../../../../lib/registry/used.js";
import { rootsOf } from "../../../../lib/verb/show/lineage-roots.js";
import { zeros } from "../../record/sample.js";
import { at, register, registryFor } from "../../registry/artifact-support.js";
import { external, idOf, noteOutput, usingRun } from "../../registry/lineage-support.js";
import { user } from "../../registry/support.js";

interface Place {
  registry: Registry;
  run: Run;
  data: string;
  warnings: string[];
  /** `type name` of what a word means. */
  means(ref: string, cwd?: string): string[];
  fails(ref: string): { code: string; message: string; hint: string | undefined };
}

function place(t: Test): Place {
  const registry = registryFor(t, "best", "000001", "both");
  const data = path.join(fs.realpathSync(t.testdir({ "data.csv": "1", "other.csv": "2" })), "data.csv");
  const source = { kind: "git" as const, root: "/home/me/repo", digest: zeros, commit: "abcdef0123456789" };
  const run = usingRun(registry, 1, { data: external(data, zeros) }, { source, name: "train" });
  for (const role of ["model", "checkpoint"]) noteOutput(run, role);
  register(registry, run, "model");
  for (const step of [1, 2]) register(registry, run, "checkpoint", step);
  const warnings: string[] = [];
  const find = (ref: string, cwd: string) => {
    const things = thingsOn(
      registry,
      () => "succeeded",
      (_, message) => warnings.push(message),
    );
    return rootsOf(ref, { things, cwd, trusts: () => true, warn: (message) => warnings.push(message) });
  };
  return {
    registry,
    run,
    data,
    warnings,
    means: (ref, cwd = "/") => find(ref, cwd).map(({ type, name }) => `${type} ${name}`),
    fails(ref) {
      try {
        find(ref, "/");
      } catch (error) {
        const { code, message, hint } = error as Error & { code: string; hint?: string };
        return { code, message, hint };
      }
      throw new Error(`'${ref}' means something`);
    },
  };
}

t.test("runs, as everywhere", async (t) => {
  const { means, run } = place(t);
  for (const ref of [run.id, "000001", "@last", "@last:train", run.run_dir ?? "", `${run.run_dir}/.lab/run.json`])
    t.strictSame(means(ref), ["run train"], ref);
  t.strictSame(means(".", run.run_dir), ["run train"]);
});

t.test("artifacts, by id, run and role, step, and name", async (t) => {
  const { means, registry, run } = place(t);
  const artifact = register(registry, run, "model");
  bindAlias(registry, {
    scope: "global",
    name: "best",
    target: { artifact: artifact.id, run: run.id, role: "model" },
    at,
  });
  bindAlias(registry, { scope: "user", name: "mine", target: { run: run.id, role: "checkpoint" }, at });
  for (const ref of [artifact.id, "000001:model", `${run.id}:model`, "@last:model", "best"])
    t.strictSame(means(ref), ["artifact model"], ref);
  const steps = ["artifact checkpoint step 1", "artifact checkpoint step 2"];
  for (const ref of ["mine", `${user}/mine`]) t.strictSame(means(ref), steps, "a stream is its steps");
  for (const ref of ["mine@latest", "000001:checkpoint@2", "@last:checkpoint@latest"])
    t.strictSame(means(ref), ["artifact checkpoint step 2"], ref);
});

t.test("paths: of inputs, of outputs and what is in them, of files in a run", async (t) => {
  const { means, run, data, registry } = place(t);
  t.strictSame(means(data), ["external data.csv"]);
  t.strictSame(means("./data.csv", path.dirname(data)), ["external data.csv"]);
  t.strictSame(means("data.csv", path.dirname(data)), ["external data.csv"], "a word that is a file and nothing else");
  const link = path.join(path.dirname(data), "link");
  fs.symlinkSync(data, link);
  t.strictSame(means(link), ["external data.csv"]);
  const model = run.outputs["model"]?.path ?? "";
  t.strictSame(means(model), ["artifact model"]);
  t.strictSame(means(`${model}/weights`), ["artifact model"]);
  t.strictSame(means(`${run.outputs["checkpoint"]?.path}/step_2/w`), ["artifact checkpoint step 2"]);
  fs.writeFileSync(path.join(run.run_dir ?? "", "table.csv"), "1");
  t.strictSame(means(path.join(run.run_dir ?? "", "table.csv")), ["collected table.csv"]);
  usingRun(registry, 2, { data: external(data) });
  t.strictSame(
    means(data),
    ["external data.csv", "external data.csv"],
    "other bytes at the same place are another thing",
  );
  const other = path.join(path.dirname(data), "other.csv");
  registerExternal(registry, { path: other, kind: "dataset", digest: "stat", at });
  t.strictSame(means(other), ["artifact other.csv"]);
});

t.test("ids of things that have no record, and digests of snapshots", async (t) => {
  const { means, run, registry } = place(t);
  for (const ref of [`src-${"0".repeat(20)}`, zeros, zeros.slice(7)])
    t.strictSame(means(ref), ["source repo@abcdef0"], ref);
  const file = path.join(run.run_dir ?? "", "table.csv");
  usingRun(registry, 3, { table: external(file) });
  t.strictSame(means(collectedIdOf(run.id, file)), ["collected table.csv"]);
});

t.test("what is nothing, and what could be several", async (t) => {
  const { fails, means, registry, run } = place(t);
  t.match(fails("nothing"), { code: "noinput", message: "no run, artifact or file is called 'nothing'" });
  t.match(fails("tra"), { code: "noinput" });
  t.match(fails("/no/such"), { code: "noinput", message: /nothing in the registry was made from '\/no\/such'/ });
  t.match(fails(`art-${"0".repeat(20)}`), { code: "noinput" });
  for (const ref of [`src-${"1".repeat(20)}`, `ext-${"1".repeat(20)}`, "f".repeat(64)])
    t.match(fails(ref), { code: "noinput", message: /no run is known that used/ });
  t.match(fails("000001:modle"), { code: "noinput", hint: /model/ });
  t.match(fails("@first"), { code: "usage" });
  usingRun(registry, 2, {});
  t.match(fails("2026"), { code: "dataerr", message: /could be 2 runs/ });
  bindAlias(registry, { scope: "global", name: "000001", target: { run: run.id, role: "checkpoint" }, at });
  t.match(fails("000001"), {
    code: "dataerr",
    message: `'000001' is the run ${idOf(1)}, and also what an artifact is called`,
  });
  t.strictSame(means("000001:model"), ["artifact model"]);
});
