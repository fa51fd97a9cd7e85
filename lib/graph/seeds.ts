// Runs that are the same but for their seed, and their curves as one: the mean and how far they spread.
import type { SeedGroup } from "../record/comparison.js";
import type { Run } from "../record/run.js";

/** The groups of two or more runs that were given the same but for the seed, in order. Pure. */
export function seedGroups(runs: readonly Run[]): SeedGroup[] {
  const groups = new Map<string, Run[]>();
  for (const run of runs) {
    const { command, args, params, env, source, workdir, inputs } = run;
    const made = Object.entries(inputs).map(([role, input]) => [role, "id" in input ? input.id : input.path]);
    const key = JSON.stringify([command, seedless(args), seedless(params), env, source.digest, workdir, made]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()]
    .filter((same) => same.length > 1 && new Set(same.map(seedOf)).size > 1)
    .map((same) => ({ runs: same.map(({ id }) => id), seeds: same.flatMap((run) => seedOf(run) ?? []) }));
}

/** The seed of a run: its own, or the parameter or argument that is called so. */
function seedOf({ seed, params, args }: Run): number | undefined {
  const named = params["seed"] ?? args["seed"];
  return seed ?? (typeof named === "number" ? named : undefined);
}

function seedless({ seed: _, ...rest }: Record<string, unknown>): [string, unknown][] {
  return Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1));
}

export interface Band {
  x: number[];
  mean: number[];
  /** One standard deviation of the sample to either side; the mean where there is one value. */
  low: number[];
  high: number[];
  /** Of how many curves each is. */
  count: number[];
}

/** Curves as one, at every x that one of them has; between its own points a curve goes straight, beyond its ends it is not there. Pure. */
export function bandOf(curves: readonly (readonly (readonly [x: number, y: number])[])[]): Band {
  const sorted = curves.map((curve) => curve.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)).sort(byX));
  const xs = [...new Set(sorted.flatMap((curve) => curve.map(([x]) => x)))].sort((a, b) => a - b);
  const places = sorted.map(() => 0);
  const band: Band = { x: [], mean: [], low: [], high: [], count: [] };
  for (const x of xs) {
    const values = sorted.flatMap((curve, i) => {
      while ((curve[(places[i] ?? 0) + 1]?.[0] ?? Number.POSITIVE_INFINITY) <= x) places[i] = (places[i] ?? 0) + 1;
      return valueAt(curve, places[i] ?? 0, x) ?? [];
    });
    if (values.length === 0) continue;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const spread = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0;
    band.x.push(x);
    band.mean.push(mean);
    band.low.push(mean - spread);
    band.high.push(mean + spread);
    band.count.push(values.length);
  }
  return band;
}

function byX([a]: readonly [number, number], [b]: readonly [number, number]): number {
  return a - b;
}

function valueAt(curve: readonly (readonly [number, number])[], i: number, x: number): number | undefined {
  const [here, next] = [curve[i], curve[i + 1]];
  if (!here || x < here[0]) return undefined;
  if (x === here[0]) return here[1];
  return next && here[1] + ((next[1] - here[1]) * (x - here[0])) / (next[0] - here[0]);
}
