// What a look at lineage costs, counted: files opened and directories listed do not grow with the registry.
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import type { Run } from "../../../lib/record/run.js";
import { drawRunId } from "../../../lib/record/run-id.js";
import { indexDirectory } from "../../../lib/registry/layout.js";
import type { Registry } from "../../../lib/registry/open.js";
import { sourceIdOf } from "../../../lib/registry/used.js";
import { sampleRun, zeros } from "../record/sample.js";
import { end, register } from "./artifact-support.js";
import { external, outputOf, traced, using, usingRun } from "./lineage-support.js";
import { smallRegistry, user } from "./support.js";

t.setTimeout(300_000);
const source = { kind: "git" as const, root: "/home/me/repo", digest: zeros };

/** Data, a training with five checkpoints, an evaluation of each of two, and a report of one of these. */
function chain(registry: Registry): void {
  const train = usingRun(registry, 1, { data: external("/data/d.csv") }, { source });
  const steps = [1, 2, 3, 4, 5].map((step) => register(registry, train, "checkpoint", step));
  for (const n of [2, 3]) {
    const evaluate = usingRun(registry, n, { model: using(steps[n] as never) }, { source });
    const result = register(registry, evaluate, "model");
    if (n === 3) register(registry, usingRun(registry, 4, { result: using(result) }, { source }), "model");
    end(evaluate, "succeeded");
  }
  end(train, "succeeded");
}

/** Runs that have nothing to do with it but their source: their records, and what the index says of them. */
function crowd(registry: Registry, count: number): void {
  const src = sourceIdOf(zeros);
  const directory = indexDirectory(registry.base, user, src);
  fs.mkdirSync(directory, { recursive: true });
  const began = Date.parse("2025-01-01T00:00:00Z");
  for (let i = 0; i < count; i += 1) {
    const id = drawRunId(began + i * 1000);
    const lab = path.join(registry.base, "runs", user, id, ".lab");
    fs.mkdirSync(lab, { recursive: true });
    const run: Run = sampleRun({ id, user, source });
    fs.writeFileSync(path.join(lab, "run.json"), JSON.stringify(run));
    fs.writeFileSync(path.join(directory, `${src}.used.${id}`), "");
  }
}

/** What is opened and listed meanwhile. */
async function counted(work: () => Promise<unknown>): Promise<{ opened: string[]; listed: string[] }> {
  const opened: string[] = [];
  const listed: string[] = [];
  const { openSync, readdirSync } = fs;
  const watched = (names: string[], name: unknown) => names.push(String(name));
  fs.openSync = (...args: Parameters<typeof openSync>) => {
    watched(opened, args[0]);
    return openSync(...args);
  };
  fs.readdirSync = ((...args: Parameters<typeof readdirSync>) => {
    watched(listed, args[0]);
    return readdirSync(...args);
  }) as typeof readdirSync;
  try {
    await work();
  } finally {
    Object.assign(fs, { openSync, readdirSync });
  }
  return { opened, listed };
}

t.test("in a registry of 2,000 runs only what is shown is opened", async (t) => {
  const costs = [];
  for (const others of [0, 2000]) {
    const registry = smallRegistry(t);
    chain(registry);
    crowd(registry, others);
    const began = performance.now();
    let words: string[] = [];
    const { opened, listed } = await counted(async () => {
      const answer = await traced(registry, outputOf(1, "checkpoint", 3));
      t.strictSame(answer.problems, []);
      words = answer.words;
    });
    t.comment(`${others} others: ${opened.length} opened, ${listed.length} listed, ${performance.now() - began} ms`);
    t.strictSame(words, [
      "run1 -> checkpoint step 3",
      "d.csv -data-> run1",
      "repo -source-> run1",
      "checkpoint step 3 -model-> run2",
      "run2 -> model",
    ]);
    const runs = new Set(opened.map((file) => /\/runs\/[^/]+\/([^/]+)\//.exec(file)?.[1]).filter(Boolean));
    t.strictSame([...runs].map((id) => id?.slice(-6)).sort(), ["000001", "000002"]);
    costs.push({ opened: opened.length, listed: listed.length, runs: runs.size });
  }
  t.strictSame(costs[1], costs[0]);
});
