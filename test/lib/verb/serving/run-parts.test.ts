// What the pages of a run and of comparisons are made from: every answer fits its declaration, and says what is so.
import { EventEmitter } from "node:events";
import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { violations } from "../../../../lib/record/schema.js";
import { writeNote } from "../../../../lib/registry/notes.js";
import { api } from "../../../../lib/serve/api/all.js";
import type { Endpoint } from "../../../../lib/serve/api/api.js";
import { routeFor } from "../../../../lib/serve/route.js";
import { routesOf } from "../../../../lib/verb/serving/routes.js";
import { labRegistry } from "../../../support/lab-registry.js";
import { fakeContext } from "../fake-context.js";

const context = fakeContext(t);
const { given: registry } = context;
const lab = labRegistry(registry);
const index = Object.assign(new EventEmitter(), { close() {} });
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

t.test("every part of a run, and what people wrote about it, without secrets", async (t) => {
  writeNote(registry, { run: lab.train, lesson: "warm up longer", outcome: "validates" }, Date.now());
  const dir = path.join(registry.base, "runs", registry.user, lab.train);
  fs.mkdirSync(path.join(dir, ".lab/submit-1"), { recursive: true });
  fs.writeFileSync(path.join(dir, ".lab/submit-1/script.sh"), "export WANDB_API_KEY=hushhush\necho hello\n");
  const handle = lab.train.slice(-6);
  const parts = [
    "events",
    "why",
    "key",
    "reproduce",
    "script",
    "source",
    "recipe",
    "checkpoints",
    "similar",
    "narrative",
    "environment",
  ];
  const answers = new Map<string, Record<string, never>>();
  for (const part of parts) answers.set(part, await ask(`/runs/${handle}/${part}`));
  t.notMatch(JSON.stringify([...answers]), /hushhush/);
  t.match(answers.get("script"), { script: /echo hello/, submission: 1 });
  t.match(answers.get("narrative"), { markdown: /### What was learned\n\n- warm up longer/ });
  t.match(answers.get("recipe"), { effective: /^name = "fit_qwen3vl"\n/ });
  t.match(answers.get("reproduce"), { steps: [{ command: `lab rerun ${handle}` }] });
  await t.rejects(ask("/runs/%2Fetc%2Fpasswd/script"), { code: "usage" }, "no path of this machine");
});

t.test("of runs side by side what differs, and their metrics with the best step", async (t) => {
  const answer = await ask(`/compare?run=${lab.train}&run=${lab.evaluation.slice(-6)}`);
  t.match(answer, {
    runs: [{ id: lab.train }, { id: lab.evaluation }],
    metrics: [
      { name: "loose_accuracy", goal: "max" },
      { name: "strict_accuracy" },
      {
        name: "train/loss",
        goal: "min",
        values: { [lab.train]: { count: 6, last: 1.31, best: 1.31, best_step: 600 } },
      },
      { name: "val/loss", values: { [lab.train]: { last: 1.61, best: 1.6, best_step: 500 } } },
    ],
  });
  const fields = answer["fields"] as unknown as { path: string; differs: boolean }[];
  t.ok(fields.some(({ path: name, differs }) => name === "name" && differs));
  await t.rejects(ask(`/compare?run=${lab.train}`), { code: "usage" });
  await t.rejects(ask(`/compare?run=${lab.train}&run=${lab.train}`), { code: "usage" }, "one run twice is one run");
  await t.rejects(ask(`/compare?${"run=x&".repeat(51)}`), { code: "usage" });
});

t.test("images are found by name and step", async (t) => {
  const dir = path.join(registry.base, "runs", registry.user, lab.train);
  const seal = path.join(dir, ".lab/outputs.json");
  const outputs = JSON.parse(fs.readFileSync(seal, "utf8"));
  const file = (name: string) => ({ path: path.join(dir, name), bytes: 9, modified_at: "2026-11-20T20:14:55Z" });
  const names = ["s/step_20/a.png", "s/step_100/a.png", "epoch7.jpg", "plot.png", "table.csv"];
  fs.writeFileSync(seal, JSON.stringify({ ...outputs, collected: names.map(file) }));
  const { names: found, images } = await ask(`/compare/images?run=${lab.train}&run=${lab.evaluation}`);
  t.strictSame(found, ["epoch#.jpg", "plot.png", "s/step_#/a.png"]);
  t.strictSame(
    (images as unknown as { step?: number }[]).map(({ step }) => step),
    [20, 100, 7, undefined],
  );
});
