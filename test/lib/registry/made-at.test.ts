import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { artifactIdOf } from "../../../lib/record/artifact-id.js";
import type { Run } from "../../../lib/record/run.js";
import { madeAt } from "../../../lib/registry/made-at.js";
import type { Registry } from "../../../lib/registry/open.js";
import { collectedIdOf } from "../../../lib/registry/used.js";
import { makeRun } from "./artifact-support.js";
import { smallRegistry } from "./support.js";

const id = "20261120-201455-k7q3mz";

/** The note that a job leaves beside an output. */
function note(run: Run, role: string, more: object = {}): string {
  const place = run.outputs[role]?.path ?? "";
  const file = path.join(path.dirname(place), ".meta", `${path.basename(place)}.run.json`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, JSON.stringify({ type: "output", v: 1, run: run.id, role, path: place, ...more }));
  return file;
}

function at(registry: Registry, file: string) {
  const made = madeAt(registry, file);
  if (!made) return undefined;
  const { run, ...rest } = made;
  return { run: run.run.id, ...rest };
}

t.test("an output, and whatever is in it", async (t) => {
  const registry = smallRegistry(t);
  const run = makeRun(registry, id);
  const place = run.outputs["model"]?.path ?? "";
  t.equal(at(registry, place), undefined, "as long as no job has made it, nothing says whose it is");
  note(run, "model");
  const model = { run: id, type: "artifact", id: artifactIdOf(id, "model"), role: "model", path: place };
  t.strictSame(at(registry, place), model);
  t.strictSame(at(registry, `${place}/deep/weights.bin`), model);
  t.equal(at(registry, `${place}2/weights.bin`), undefined);
  t.equal(at(registry, path.dirname(place)), undefined, "what holds many runs' outputs is none of them");
});

t.test("of a stream the step that it is in", async (t) => {
  const registry = smallRegistry(t);
  const run = makeRun(registry, id);
  note(run, "checkpoint");
  const place = run.outputs["checkpoint"]?.path ?? "";
  const step = { run: id, type: "artifact", id: artifactIdOf(id, "checkpoint", 30), role: "checkpoint", step: 30 };
  t.strictSame(at(registry, `${place}/step_0030/w`), { ...step, path: `${place}/step_0030` });
  t.match(at(registry, `${place}/log.txt`), { id: artifactIdOf(id, "checkpoint"), path: place });
  t.match(at(registry, place), { id: artifactIdOf(id, "checkpoint") });
});

t.test("a file in a run's directory, also by way of a link", async (t) => {
  const registry = smallRegistry(t);
  const { run_dir = "" } = makeRun(registry, id);
  fs.mkdirSync(path.join(run_dir, "out"));
  const file = path.join(run_dir, "out/a.csv");
  fs.writeFileSync(file, "1");
  const collected = { run: id, type: "collected", id: collectedIdOf(id, file), path: file };
  t.strictSame(at(registry, file), collected);
  const link = path.join(t.testdir(), "link.csv");
  fs.symlinkSync(file, link);
  t.strictSame(at(registry, link), collected);
  t.equal(at(registry, run_dir), undefined, "the directory is the run itself");
  t.equal(at(registry, "/etc/passwd"), undefined);
});

t.test("a note alone proves nothing", async (t) => {
  const registry = smallRegistry(t);
  const run = makeRun(registry, id);
  const file = note(run, "model");
  const place = run.outputs["model"]?.path ?? "";
  const other = path.join(path.dirname(place), "treasure");
  fs.copyFileSync(file, path.join(path.dirname(file), "treasure.run.json"));
  t.equal(at(registry, path.join(other, "x")), undefined, "the run's own record names another place");
  fs.writeFileSync(file, JSON.stringify({ type: "output", v: 1, run: "20261120-201455-zzzzzz", role: "model" }));
  t.equal(at(registry, place), undefined, "there is no such run");
  fs.writeFileSync(file, "{");
  t.equal(at(registry, place), undefined);
  fs.rmSync(file);
  fs.symlinkSync("/dev/zero", file);
  t.equal(at(registry, place), undefined);
});
