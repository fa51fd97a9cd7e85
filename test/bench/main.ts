// Runs the benches that are named (all, where none is): records to stdout, a table to stderr and to results/latest.md.
import fs from "node:fs";
import path from "node:path";
import { root } from "../support/sandbox.js";
import type { Bench } from "./bench.js";
import { type Figure, tableOf } from "./figure.js";
import { idle } from "./idle.js";
import { lineage } from "./lineage.js";
import { metrics } from "./metrics.js";
import { nfs } from "./nfs.js";
import { page } from "./page.js";
import { passthrough } from "./passthrough.js";
import { pipe } from "./pipe.js";
import { reconcile } from "./reconcile.js";
import { registry } from "./registry.js";
import { keep, machine } from "./results.js";
import { serve } from "./serve.js";
import { snapshot } from "./snapshot.js";
import { startup } from "./startup.js";
import { sweep } from "./sweep.js";

const benches: Record<string, Bench> = {
  startup,
  passthrough,
  snapshot,
  pipe,
  sweep,
  reconcile,
  lineage,
  metrics,
  idle,
  nfs,
  registry,
  serve,
  page,
};

const named = process.argv.slice(2);
const unknown = named.filter((name) => !(name in benches));
if (unknown.length > 0) {
  process.stderr.write(`bench: no bench '${unknown[0]}'; there are ${Object.keys(benches).join(", ")}\n`);
  process.exit(64);
}
// Node 20 reads this bundle of certificates at every start, which would flatter every ratio.
delete process.env["NODE_EXTRA_CA_CERTS"];

const left: string[] = [];
for (const [name, bench] of Object.entries(benches)) {
  if (named.length > 0 && !named.includes(name)) continue;
  const missing = bench.missing();
  if (missing === undefined) await run(name, bench);
  else left.push(`${name}: ${missing}`);
  if (missing !== undefined) process.stderr.write(`\n!!! NOT RUN: ${name}: ${missing}\n\n`);
}
for (const what of left) process.stderr.write(`!!! NOT RUN: ${what}\n`);
process.exit(left.length > 0 && process.env["CI"] === "true" ? 1 : 0);

async function run(name: string, bench: Bench): Promise<void> {
  process.stderr.write(`# ${name} (${machine()})\n`);
  const figures: Figure[] = [];
  for await (const figure of bench.figures((progress) => process.stderr.write(`# ${name}: ${progress}\n`))) {
    figures.push(figure);
    fs.writeSync(1, `${JSON.stringify(figure)}\n`);
  }
  process.stderr.write(`${tableOf(figures).join("\n")}\n\n`);
  keep(path.join(root, "test/bench/results/latest.md"), name, bench.title, figures);
}
