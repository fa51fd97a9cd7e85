import fs from "node:fs";
import path from "node:path";
import t from "tap";
import type { Run } from "../../../lib/record/run.js";
import { findArtifact } from "../../../lib/registry/artifact-refs.js";
import { envelope, sealFile } from "../../../lib/registry/layout.js";
import type { Registry } from "../../../lib/registry/open.js";
import { openRun } from "../../../lib/registry/runs.js";
import { whyUnregistered } from "../../../lib/registry/unregistered.js";
import { at, end, makeRun, registryFor } from "./artifact-support.js";
import { user } from "./support.js";

const id = "20261120-201455-k7q3mz";

function why(registry: Registry, run: Run): string | undefined {
  const disk = openRun(registry, run.user, run.id);
  return disk && whyUnregistered(registry, disk);
}

function starts(run: Run): void {
  const attempt = path.join(envelope(run.run_dir ?? ""), "attempt-1");
  fs.mkdirSync(attempt, { recursive: true });
  const start = { type: "start", v: 1, run: run.id, submission: 1, attempt: 1, job: "local-a-1", host: "n1", at };
  fs.writeFileSync(path.join(attempt, "start.json"), JSON.stringify(start));
}

t.test("what registers what a run has written, by how the run is", async (t) => {
  const registry = registryFor(t);
  const run = makeRun(registry, id);
  t.equal(why(registry, run), "the run k7q3mz is planned: it has written nothing yet");
  starts(run);
  t.equal(why(registry, run), "the run k7q3mz goes on; lab status registers what it has written by now");
  t.throws(() => findArtifact(registry, "k7q3mz:checkpoint@latest", "/"), {
    code: "noinput",
    hint: "it has no step yet: the run k7q3mz goes on; lab status registers what it has written by now",
  });
  end(run, "succeeded");
  t.equal(why(registry, run), "the run k7q3mz has ended and is not registered yet; lab status registers it");
  const others = { ...registry, user: "somebody-else" };
  t.match(why(others, run), new RegExp(`; ${user}'s next lab status registers it$`));
  fs.writeFileSync(sealFile(envelope(run.run_dir ?? "")), "{}");
  t.equal(why(registry, run), undefined);
  t.throws(() => findArtifact(registry, "k7q3mz:checkpoint@latest", "/"), { code: "noinput", hint: "it has no step" });
});

t.test("a name that a recipe will give is told of before it is given", async (t) => {
  const registry = registryFor(t);
  end(makeRun(registry, id), "succeeded");
  const coming = {
    code: "noinput",
    message: `nothing is called 'fit_model' yet: it is what ${id}:model is to be called`,
    hint: "the run k7q3mz has ended and is not registered yet; lab status registers it",
  };
  t.throws(() => findArtifact(registry, "fit_model", "/"), coming);
  t.throws(() => findArtifact(registry, `${user}/fit_model`, "/"), { ...coming, message: /is to be called$/ });
  t.throws(() => findArtifact(registry, "fit_checkpoint@latest", "/"), {
    code: "noinput",
    message: /is to be called$/,
  });
});
