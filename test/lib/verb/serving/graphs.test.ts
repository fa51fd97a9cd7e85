// What the page's graphs are drawn from: every answer fits its declaration, and says what is so.

import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { violations } from "../../../../lib/record/schema.js";
import { openArtifact } from "../../../../lib/registry/artifacts.js";
import { api } from "../../../../lib/serve/api/all.js";
import type { Endpoint } from "../../../../lib/serve/api/api.js";
import { routeFor } from "../../../../lib/serve/route.js";
import { openIndex } from "../../../../lib/verb/serving/index/index.js";
import { routesOf } from "../../../../lib/verb/serving/routes.js";
import { labRegistry } from "../../../support/lab-registry.js";
import { fakeContext } from "../fake-context.js";

const context = fakeContext(t);
const { given: registry } = context;
const lab = labRegistry(registry);
const policies = path.join(registry.base, "../policies");
fs.mkdirSync(policies, { recursive: true });
fs.writeFileSync(
  path.join(policies, "evaluate.toml"),
  'name = "evaluate"\ncommand = ["true"]\n[inputs.checkpoint]\ntype = "checkpoint"\n',
);
fs.writeFileSync(
  path.join(policies, "if-eval.toml"),
  'name = "if-eval"\nrecipe = "evaluate.toml"\n[applies_to]\ntype = "checkpoint_stream"\n',
);
const plain = context.config;
context.config = async () => {
  const { config } = await plain();
  return {
    files: [],
    warnings: [],
    kept: [],
    config: {
      ...config,
      dispatch: { policies_dir: policies },
      scheduler: { ...config.scheduler, kind: "local" },
      filesystem: { artifact_roots: {}, output_roots: {} },
      repos: {},
      local: {},
    },
  } as never;
};
let asked = 0;
context.scheduler = async () =>
  ({
    ...context.fake,
    kind: "slurm",
    explain: () => ({ message: "others are before it" }),
    everybody: async () => {
      asked += 1;
      const view = {
        job: "1",
        phase: "pending",
        word: "PENDING",
        reason: "Priority",
        submitted_at: "2026-11-20T20:14:55.000Z",
      };
      const running = { job: "2", phase: "running", word: "RUNNING" };
      return [
        { view: running, user: "lab-bob", partition: "gpu", gpus: 8, cpus: 32 },
        { view, user: "lab-bob", partition: "gpu", gpus: 4, cpus: 8, position: 1 },
      ];
    },
  }) as never;
const index = await openIndex(registry, { accounting_grace: 1, submit_grace: 1 } as never, (error) => {
  throw error;
});
t.teardown(() => index.close());
while (!index.ready()) await index.fresh();
const routes = routesOf({ context, registry, index } as never);

/** Asks, and holds the answer against its declaration. */
async function ask(where: string): Promise<Record<string, never>> {
  const url = new URL(where, "http://x");
  const found = routeFor(routes, `/api/v1${url.pathname}`);
  if (!found) throw new Error(`nothing at ${where}`);
  const answer = await found.route.answer({ parts: found.parts, query: url.searchParams } as never);
  const plain = JSON.parse(JSON.stringify(answer));
  const declared = api.find(({ path: pattern }) => pattern === found.route.path) as Endpoint;
  const wrong = declared.answer ? violations(declared.answer, plain) : [];
  if (wrong.length > 0) throw new Error(`${where}: ${wrong.join("; ")}`);
  return plain;
}

const list = (answer: object, name: string) => (answer as Record<string, Record<string, never>[]>)[name] ?? [];

t.test("lineage goes both ways, and says where and how much is left out", async (t) => {
  const all = await ask(`/lineage/${lab.checkpoint}`);
  const names = list(all, "nodes").map(({ type, name }) => `${type} ${name}`);
  for (const name of [
    "run fit_qwen3vl",
    "artifact dataset",
    "run prepare",
    "external 2026-11",
    "run evaluate",
    "run report",
  ])
    t.ok(names.includes(name), name);
  const near = await ask(`/lineage/${lab.checkpoint}?depth=1&direction=up`);
  t.strictSame(
    list(near, "nodes").map(({ name, depth, more }) => [name, depth, more]),
    [
      ["checkpoint step 6000", 0, undefined],
      ["fit_qwen3vl", -1, { up: 2 }],
    ],
  );
  const down = await ask("/lineage/best-qwen?direction=up&depth=3");
  const dataset = list(down, "nodes").find(({ name }) => name === "dataset") as { id: string } | undefined;
  const crowd = await ask(`/lineage/${dataset?.id}?direction=down&depth=1`);
  t.match(list(crowd, "nodes")[0], { more: { down: 61 - 24 } }, "of very many users the newest");
  t.equal(list(crowd, "edges").length, 24);
  await t.rejects(ask("/lineage/nothing-of-that-name"), { code: "noinput" });
  await t.rejects(ask(`/lineage/${encodeURIComponent(registry.base)}`), { code: "usage" }, "no path of this machine");
});

t.test("pipelines have their stages, when these ran, and why they wait", async (t) => {
  const { pipelines, total } = (await ask("/pipelines")) as never as { pipelines: { id: string }[]; total: number };
  t.strictSame([pipelines.map(({ id }) => id), total], [[lab.pipelines.underWay, lab.pipelines.ended], 2]);
  const first = (await ask("/pipelines?limit=1")) as never as { next: string };
  t.match(await ask(`/pipelines?cursor=${first.next}`), { pipelines: [{ id: lab.pipelines.ended }] });
  const { pipeline } = (await ask(`/pipelines/${lab.pipelines.underWay.slice(-6)}`)) as never as {
    pipeline: {
      counts: object;
      stages: { name: string; ended_at?: string; runs: { state: string; waits?: string[] }[] }[];
    };
  };
  t.strictSame(
    pipeline.stages.map(({ name, runs, ended_at }) => [name, runs[0]?.state, ended_at !== undefined]),
    [
      ["prepare", "succeeded", true],
      ["train", "running", false],
      ["probe", "failed", true],
      ["evaluate", "planned", false],
    ],
  );
  t.match(pipeline.stages[3]?.runs[0]?.waits, [/^it waits for .* \(fit_qwen3vl\): running/]);
});

t.test("a sweep knows what mattered", async (t) => {
  t.match(await ask("/sweeps"), {
    sweeps: [{ id: lab.sweep, of: 45, axes: [{ path: "params.lr" }, {}, {}] }],
    total: 1,
  });
  const found = (await ask(`/sweeps/${lab.sweep}`)) as never as {
    sweep: { best: { value: number; run: string }; metric: object };
    metrics: string[];
    points: { point: Record<string, number>; value?: number; run: string }[];
    best_so_far: { best: number }[];
    importance: { path: string; share: number; levels: object[] }[];
  };
  t.strictSame(found.sweep.metric, { name: "val_loss", goal: "min" });
  t.strictSame(found.metrics, ["accuracy", "val_loss"]);
  t.strictSame(
    found.importance.map(({ path: axis, levels }) => [axis, levels.length]),
    [
      ["params.lr", 5],
      ["params.width", 3],
      ["seed", 3],
    ],
  );
  t.ok((found.importance[0]?.share ?? 0) > 0.7);
  t.equal(found.sweep.best.value, Math.min(...found.points.flatMap(({ value }) => value ?? [])));
  t.equal(found.best_so_far.at(-1)?.best, found.sweep.best.value);
  const other = (await ask(`/sweeps/${lab.sweep}?metric=accuracy`)) as never as typeof found;
  t.strictSame(other.sweep.metric, { name: "accuracy", goal: "max" });
});

t.test("artifacts are found, counted and sorted; one has its history", async (t) => {
  const all = (await ask("/artifacts?limit=5")) as never as {
    total: number;
    next: number;
    ready: boolean;
    kinds: object[];
  };
  t.match(all, {
    total: 69,
    next: 5,
    ready: true,
    kinds: [{ value: "model", count: 54 }, { value: "checkpoint_stream", count: 8 }, {}, {}],
  });
  t.match(await ask("/artifacts?kind=dataset&sort=-bytes"), {
    artifacts: [{ bytes: 51e9 }, { bytes: 48e9 }],
    total: 2,
  });
  t.match(await ask(`/artifacts?q=checkpoint%20${lab.train.slice(-6)}&latest=true`), {
    artifacts: [{ step: 6000 }],
    total: 1,
  });
  const one = await ask(`/artifacts/${encodeURIComponent("best-qwen")}`);
  t.match(one, {
    artifact: { step: 5000, aliases: ["best-qwen"], made_by: { id: lab.train }, used_by: [{ name: "evaluate" }] },
    names: [{ name: "best-qwen", scope: "global", history: [{ step: 5000 }, { step: 4000, note: "0.55 on if-eval" }] }],
  });
  t.match(await ask("/aliases"), { aliases: [{ name: "best-qwen", step: 5000, generation: 2 }] });
});

t.test("a policy has a leaderboard over steps", async (t) => {
  t.match(await ask("/policies"), { policies: [{ id: "if-eval", evaluated: 5, failed: 1 }], directory: policies });
  const found = await ask("/policies/if-eval");
  t.match(found, {
    metric: "strict_accuracy",
    goal: "max",
    leaderboard: [
      { run: lab.train, evaluated: 5, best: { value: 0.58, step: 5000 }, last: { value: 0.57, step: 6000 } },
    ],
  });
  t.strictSame((list(found, "leaderboard")[0] as unknown as { points: object[] }).points[0], [1000, 0.31]);
});

t.test("evaluations of a run are by step, with what failed", async (t) => {
  const found = list(await ask(`/evaluations/${lab.train}`), "evaluations") as unknown as {
    step: number;
    state: string;
    rollouts?: number;
  }[];
  t.strictSame(
    found.map(({ step, state, rollouts }) => [step, state, rollouts]),
    [
      [1000, "succeeded", undefined],
      [2000, "failed", undefined],
      [3000, "succeeded", undefined],
      [4000, "succeeded", undefined],
      [5000, "succeeded", undefined],
      [6000, "succeeded", 2],
    ],
  );
});

t.test("a rollout is read from where it belongs, and from nowhere else", async (t) => {
  const first = await ask(`/artifacts/${lab.rollout}/rollout`);
  t.match(first, {
    tasks: [{ name: "book a flight" }, { name: "find the paper" }],
    frames: [0, 1, 2, 3, 4, 5, 6, 7],
    total_reward: 1,
  });
  t.match(list(await ask(`/artifacts/${lab.rollout}/rollout?task=1&from=3`), "steps"), [
    { step: 3, reward: 0 },
    { step: 4 },
  ]);
  await t.rejects(ask(`/artifacts/${lab.rollout}/rollout?task=2`), { code: "noinput" });
  const artifact = openArtifact(registry, lab.rollout)?.artifact as { path: string };
  const task = path.join(artifact.path, "task_00");
  fs.writeFileSync(path.join(task, "steps/other.png"), "");
  fs.rmSync(path.join(task, "trajectory.jsonl"));
  fs.symlinkSync("/etc/passwd", path.join(task, "trajectory.jsonl"));
  await t.rejects(ask(`/artifacts/${lab.rollout}/rollout`), { code: "noperm" }, "links are not followed");
});

t.test("the scheduler is asked once, whatever the number of readers", async (t) => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask("/queue")));
  await ask("/queue?user=lab-bob");
  t.equal(asked, 1);
  t.match(answers[7], {
    jobs: [{ state: "running" }, { state: "pending", message: "others are before it" }],
    partitions: [{ name: "gpu", running: { jobs: 1, gpus: 8 }, pending: { jobs: 1, gpus: 4 } }],
    users: [{ name: "lab-bob" }],
    reasons: [{ reason: "Priority", count: 1 }],
  });
});

t.test("the doctor of the page writes nothing", async (t) => {
  const before = fs.readdirSync(registry.base, { recursive: true }).length;
  const times = () => fs.statSync(path.join(registry.base, "runs", registry.user)).mtimeMs;
  const was = times();
  t.match(list(await ask("/doctor"), "checks")[0], { type: "check" });
  t.strictSame([fs.readdirSync(registry.base, { recursive: true }).length, times()], [before, was]);
});
