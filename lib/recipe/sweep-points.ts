// The points of a [sweep], in order: cases as they stand, with their own axes; within them the points that are listed or drawn,
// and the axes of all, the last fastest; the seeds last. What a point is made of can be told from its number alone.
import { fault } from "../record/fault.js";
import { dotted, isTable, parseDotted, type TomlPath } from "../toml/path.js";
import type { SweepTable } from "./sweep.js";
import { type AxisValue, axisValues, draws } from "./sweep-axis.js";
import { drawing, sampled } from "./sweep-random.js";

/** One value that a point sets, and where the recipe says so. */
export interface Assignment {
  path: readonly string[];
  value: unknown;
  spelled?: string;
  /** Of the value, and of the key that names the path. */
  from: TomlPath;
  key: TomlPath;
  /** The value stands there as it is, so that what is wrong inside of it has a place too. */
  verbatim: boolean;
}

export interface SweepPoint {
  assignments: readonly Assignment[];
  /** The case that it is of. */
  name?: string;
  /** The how manyeth of the seeds, where there are several. */
  replicate?: number;
}

/** The most points that one sweep can have. */
export const mostPoints = 20_000;

/** Alternatives, each of them some values that are set together. */
type Dimension = readonly (readonly Assignment[])[];

interface Part {
  name?: string;
  dimensions: readonly Dimension[];
  count: number;
}

export interface SweepSequence {
  /** How many there are before `sample` and `max_runs`. */
  all: number;
  points: SweepPoint[];
}

/** Whether the number at a path of the recipe is written as a float. */
export type IsFloat = (at: TomlPath) => boolean;

/** The points of a [sweep] that fits its schema. Throws dataerr for more than a sweep can have. */
export function sweepPoints(sweep: SweepTable, isFloat: IsFloat): SweepSequence {
  const parts = partsOf(sweep, isFloat);
  const all = parts.reduce((sum, { count }) => sum + count, 0);
  if (!Number.isSafeInteger(all)) throw fault("dataerr", "the product of the axes is too large to count");
  const chosen = chosenOf(sweep, all);
  if (chosen.length > mostPoints)
    throw fault("dataerr", `it has ${chosen.length} points, more than the ${mostPoints} of one sweep`, {
      hint: "sample = 1000 takes so many of them, max_runs the first",
    });
  const seeded = seedCount(sweep) > 1;
  return { all, points: chosen.map((number) => pointAt(parts, number, seeded)) };
}

/** Numbers of the points that are run: a sample where one is asked for, the first of these where there is a limit. */
function chosenOf({ sample, max_runs = Infinity }: SweepTable, all: number): number[] {
  if (sample === undefined) return Array.from({ length: Math.min(all, max_runs, mostPoints + 1) }, (_, i) => i);
  const { n, seed = 0 } = typeof sample === "number" ? { n: sample } : sample;
  return sampled(all, Math.min(n, mostPoints + 1), drawing(seed, "sample")).slice(0, max_runs);
}

function partsOf(sweep: SweepTable, isFloat: IsFloat): Part[] {
  const before = [...argument(sweep), ...listed(sweep), ...random(sweep)];
  const shared = grid(sweep.axes ?? {}, ["sweep", "axes"], isFloat);
  const after = seeds(sweep);
  const whole = (dimensions: readonly Dimension[]) => ({
    dimensions,
    count: dimensions.reduce((product, dimension) => product * dimension.length, 1),
  });
  if (!sweep.cases) return [whole([...before, ...shared, ...after])];
  return sweep.cases.map(({ name, set = {}, axes = {} }, i) => {
    const at = ["sweep", "cases", i];
    const own = [[assigned(set, [...at, "set"])], ...grid(axes, [...at, "axes"], isFloat)];
    return { name, ...whole([...own, ...before, ...shared, ...after]) };
  });
}

function pointAt(parts: readonly Part[], number: number, seeded: boolean): SweepPoint {
  let rest = number;
  const part = parts.find(({ count }) => {
    if (rest < count) return true;
    rest -= count;
    return false;
  });
  const { name, dimensions = [] } = part ?? {};
  const digits = dimensions.map(() => 0);
  for (let i = dimensions.length - 1; i >= 0; i -= 1) {
    const size = dimensions[i]?.length ?? 1;
    digits[i] = rest % size;
    rest = Math.floor(rest / size);
  }
  return {
    assignments: dimensions.flatMap((dimension, i) => dimension[digits[i] ?? 0] ?? []),
    ...(name === undefined ? {} : { name }),
    ...(seeded ? { replicate: digits.at(-1) ?? 0 } : {}),
  };
}

function grid(axes: Record<string, unknown>, at: TomlPath, isFloat: IsFloat): Dimension[] {
  return Object.entries(axes).map(([name, given]) => {
    const key = [...at, name];
    const float = [0, 1, 2].some((i) => isFloat([...key, "range", i]));
    return axisValues(name, given, float).map((value) => [assignment(name, value, key)]);
  });
}

function assignment(name: string, { value, spelled, at }: AxisValue, key: TomlPath): Assignment {
  return {
    path: parseDotted(name),
    value,
    ...(spelled === undefined ? {} : { spelled }),
    from: [...key, ...(at ?? [])],
    key,
    verbatim: at !== undefined,
  };
}

/** A table of paths and values, all of which are set together. */
function assigned(values: Record<string, unknown>, at: TomlPath): Assignment[] {
  return Object.entries(values).map(([name, value]) => ({
    path: parseDotted(name),
    value,
    from: [...at, name],
    key: [...at, name],
    verbatim: true,
  }));
}

function listed({ points }: SweepTable): Dimension[] {
  return points ? [points.map((values, i) => assigned(values, ["sweep", "points", i]))] : [];
}

/** Each draw is one point: all of its axes at once. */
function random({ random: spec }: SweepTable): Dimension[] {
  if (!spec) return [];
  const columns = Object.entries(spec.axes).map(([name, axis]) => {
    const listed = Array.isArray(axis);
    return draws(name, listed ? { choice: axis } : axis, spec.n, spec.seed ?? 0).map(({ at, ...value }) => {
      const place = listed ? at?.slice(1) : at;
      return assignment(name, { ...value, ...(place ? { at: place } : {}) }, ["sweep", "random", "axes", name]);
    });
  });
  return [Array.from({ length: spec.n }, (_, i) => columns.flatMap((column) => column[i] ?? []))];
}

/** labctl's form: one argument, from start to end, both of them. */
function argument({ arg, start = 0, end = -1 }: SweepTable): Dimension[] {
  if (arg === undefined) return [];
  if (end - start > mostPoints)
    throw fault("dataerr", `it has ${end - start + 1} points, more than the ${mostPoints} of one sweep`);
  const at = ["sweep", "arg"];
  const values = Array.from({ length: end - start + 1 }, (_, i) => start + i);
  return [values.map((value) => [{ path: ["args", arg], value, from: at, key: at, verbatim: false }])];
}

function seeds({ seeds: given }: SweepTable): Dimension[] {
  if (given === undefined) return [];
  const key = ["sweep", "seeds"];
  const at = (item?: number) => (item === undefined ? key : [...key, item]);
  const values = Array.isArray(given)
    ? given.map((value, item) => ({ value, from: at(item) }))
    : Array.from({ length: given.replicates }, (_, i) => ({ value: (given.base ?? 0) + i, from: at() }));
  return [values.map(({ value, from }) => [{ path: ["seed"], value, from, key, verbatim: Array.isArray(given) }])];
}

function seedCount({ seeds: given }: SweepTable): number {
  return Array.isArray(given) ? given.length : (given?.replicates ?? 0);
}

/** The recipe's table with the values of a point in it. Tables that a point does not touch are the same objects. Throws dataerr. */
export function pointTable(
  table: Record<string, unknown>,
  assignments: readonly Assignment[],
): Record<string, unknown> {
  let result = table;
  for (const { path, value } of assignments) result = withValue(result, path, value, []) as Record<string, unknown>;
  return result;
}

/** What is set replaces what was there: a table is not merged with it. Of a list that is there, a number names an item. */
function withValue(at: unknown, [key, ...rest]: readonly string[], value: unknown, above: TomlPath): unknown {
  if (key === undefined) return value;
  if (Array.isArray(at)) {
    if (!/^\d+$/.test(key) || Number(key) >= at.length)
      throw fault("dataerr", `${dotted(above)} is a list of ${at.length}, and has no '${key}'`);
    return at.with(Number(key), withValue(at[Number(key)], rest, value, [...above, key]));
  }
  const copy = Object.assign(Object.create(null) as Record<string, unknown>, isTable(at) ? at : {});
  copy[key] = withValue(copy[key], rest, value, [...above, key]);
  return copy;
}
