// A registry for lab-serve to be tried and measured on: most runs in packs alone, the newest ones with all of their files.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type PackPass, packLoose } from "../../lib/pass/pack.js";
import type { Pipeline } from "../../lib/record/pipeline.js";
import { drawRunId, timeOfRunId } from "../../lib/record/run-id.js";
import type { Sweep } from "../../lib/record/sweep.js";
import { timestamp } from "../../lib/record/units.js";
import { sleep, useDisk } from "../../lib/registry/disk.js";
import { openRegistry, type Registry } from "../../lib/registry/open.js";
import { writePipeline } from "../../lib/registry/pipelines.js";
import { writeSweep } from "../../lib/registry/sweeps.js";
import { type PackedRun, writePack } from "../../lib/registry/write-pack.js";
import { makeManyRun, manyRun } from "./many-runs.js";
import { generator } from "./records.js";
import { as, type Owner, ownersOf } from "./registries.js";
import { type Prepared, prepare } from "./runs.js";
import { block, lastOf, type Member, memberOf, stages, varied } from "./varied-runs.js";

export interface Sizes {
  runs: number;
  /** How many of them have directories: the newest; of these how many are settled but not packed, and how many go on. */
  whole: number;
  loose: number;
  active: number;
}

/** Makes one of some users (one where the bench cannot be them), over the last ninety days. */
export async function servedRegistry(sizes: Sizes, say: (progress: string) => void): Promise<Prepared> {
  const place = await prepare("local");
  const owners = ownersOf();
  const now = Date.now();
  const span = 90 * 86_400_000;
  useDisk({ fs: { ...fs, fsyncSync: () => {} }, sleep });
  try {
    for (const [i, owner] of owners.entries()) {
      const share = (of: number) => Math.ceil(of / owners.length);
      const runs = share(sizes.runs);
      const ids = Array.from({ length: runs }, (_, n) =>
        drawRunId(now - span + Math.floor((span * (n + i / 9)) / (runs + 1))),
      );
      const own = { runs, whole: share(sizes.whole), loose: share(sizes.loose), active: share(sizes.active) };
      await as(owner, () => fill(openRegistry(place.registry, owner.uid), owner, place, ids, own, say));
    }
  } finally {
    useDisk(undefined);
  }
  return place;
}

const perPack = 5000;

function fill(
  registry: Registry,
  owner: Owner,
  place: Prepared,
  ids: readonly string[],
  { runs, whole, loose, active }: Sizes,
  say: (progress: string) => void,
): void {
  const artifacts = path.join(place.artifacts, registry.user);
  const draw = generator(owner.uid + 1);
  const of = (n: number): [string, Member, ReturnType<typeof varied>] => {
    const id = ids[n] ?? "";
    const member = memberOf(ids, n);
    return [id, member, varied(id, member, n, draw)];
  };
  let waiting: PackedRun[] = [];
  for (let n = 0; n < runs; n += 1) {
    const [id, member, how] = of(n);
    if (member.index === 0 && member.kind !== "single") note(registry, member.kind, id, ids, n);
    if (n < runs - whole) {
      waiting.push(packedOf(registry, id, artifacts, how, draw));
      if (waiting.length === perPack || n === runs - whole - 1) waiting = written(registry, waiting);
      continue;
    }
    if (n === runs - loose - active) packAll(registry);
    const settled = n < runs - active;
    makeManyRun(registry, { id, artifacts, draw, settled, varied: how });
  }
  say(`${runs} runs of ${registry.user}`);
}

function written(registry: Registry, runs: PackedRun[]): PackedRun[] {
  if (runs.length > 0) writePack(registry, "month", runs);
  return [];
}

function packAll(registry: Registry): void {
  const report: PackPass["report"] = (id, error) => {
    throw new Error(`${id}: ${error.message}`);
  };
  const most = Number.POSITIVE_INFINITY;
  for (const _ of packLoose({ registry, now: Date.now(), least: 1, most, seen_ms: 0, report, stopped: () => false }));
}

/** A run as a pack has it, without ever having been on disk. */
function packedOf(
  registry: Registry,
  id: string,
  artifacts: string,
  { plan, end, metrics = "" }: ReturnType<typeof varied>,
  draw: () => number,
): PackedRun {
  const run = { ...manyRun(registry, id, artifacts, draw), ...plan };
  const { state, mode, message, exit_code, cached_from, started_at, ended_at } = end ?? { state: "succeeded" as const };
  const elapsed = (Date.parse(ended_at ?? "") - Date.parse(started_at ?? "")) / 1000;
  const { params, args, seed, narrative, resources, epoch, workdir, tags, group } = run;
  const rest = Object.fromEntries(
    Object.entries({ mode, message, exit_code, cached_from, started_at }).filter(([, value]) => value !== undefined),
  );
  const outcome = { type: "outcome", v: 1, run: id, state, ...rest, ended_at, at: ended_at ?? run.planned_at };
  const files = { "run.json": run, "outcome.json": outcome };
  return {
    summary: {
      type: "summary",
      v: 1,
      id,
      state,
      name: run.name,
      ...(ended_at === undefined ? {} : { ended_at }),
      planned_at: run.planned_at,
      ...rest,
      ...(state === "cached" ? {} : { job: String(timeOfRunId(id)).slice(2, 9), attempt: 1 }),
      ...(Number.isNaN(elapsed) ? {} : { elapsed_s: elapsed }),
      ...(tags.length > 0 ? { tags } : {}),
      ...(group === undefined ? {} : { group }),
      ...(narrative?.note === undefined ? {} : { note: narrative.note }),
      ...(run.key === undefined ? {} : { key: run.key.digest }),
      plan: { params, args, seed, ...(narrative ? { narrative } : {}), resources, epoch, workdir },
      metrics: state === "cached" || state === "cancelled" ? {} : lastOf(metrics),
    },
    full: Buffer.from(JSON.stringify({ type: "packed", v: 1, id, files })),
  };
}

function note(registry: Registry, kind: "sweep" | "pipeline", id: string, ids: readonly string[], n: number): void {
  const { user } = registry;
  const recipe = { path: "/home/alice/project/train.toml", text: "", digest: `sha256:${"1".repeat(64)}` };
  const planned_at = timestamp(timeOfRunId(id) ?? 0);
  const own = ids.slice(n, n + (kind === "sweep" ? block.sweep : block.pipeline));
  const draw = generator(n);
  const planOf = (run: string, i: number) => varied(run, { kind, block: id, index: i }, n + i, draw).plan;
  const name = `${planOf(id, 0).name}`;
  if (kind === "sweep") {
    const points = own.map((run, index) => ({ index, run, point: planOf(run, index).sweep?.point ?? {} }));
    const axes = [{ path: "params.lr" }, { path: "batch" }];
    const sweep: Sweep = { type: "sweep", v: 1, id, name, user, planned_at, of: own.length, recipe, axes, points };
    writeSweep(registry, sweep);
    return;
  }
  const names = [...new Set(stages)];
  const pipeline: Pipeline = {
    ...{ type: "pipeline", v: 1, id, name: name.replace(/-prepare$/, ""), user, planned_at, recipe, of: own.length },
    stages: names.map((stage, i) => ({
      name: stage,
      recipe: `/home/alice/project/${stage}.toml`,
      after: i === 0 ? [] : [names[i - 1] ?? ""],
      runs: own.filter((_, at) => stages[at] === stage),
    })),
  };
  writePipeline(registry, pipeline);
}

// Alone it makes one and says where: `node test/bench/served-registry.ts RUNS`, built by lib/build/test.mjs's way.
// In a test's bundle it is not.
const [, program = ""] = process.argv;
if (program === fileURLToPath(import.meta.url) && /served-registry\.\w+$/.test(program)) {
  const runs = Number(process.argv[2] ?? 20_000);
  const sizes = { runs, whole: Math.min(2000, runs / 4), loose: 300, active: 150 };
  const { dir, env } = await servedRegistry(sizes, (progress) => process.stderr.write(`${progress}\n`));
  process.stdout.write(`${JSON.stringify({ dir, LAB_CLUSTER: env["LAB_CLUSTER"], HOME: env["HOME"] })}\n`);
}
