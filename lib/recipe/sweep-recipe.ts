// A recipe with a [sweep] as its points: each the table of a recipe of its own, with its numbers as they are spelled.
import { spellings } from "../toml/document.js";
import { dotted, type TomlPath } from "../toml/path.js";
import { type Layer, layerOf, merged } from "./layers.js";
import { addSpelling, isFloat, type Numbers, numbersOf, numeric, plainTable } from "./numbers.js";
import type { SweepTable } from "./sweep.js";
import { type Assignment, pointTable, type SweepPoint, sweepPoints } from "./sweep-points.js";

export interface SweptRecipe {
  sweep: SweepTable;
  /** How many there are before `sample` and `max_runs`. */
  all: number;
  points: SweepPoint[];
  /** The recipe that a point is. Throws dataerr where something is set that cannot be. */
  at(point: Pick<SweepPoint, "assignments">): { table: Record<string, unknown> } & Numbers;
  /** What a point sets, by path, as JSON can hold it. */
  values(point: Pick<SweepPoint, "assignments">): Record<string, unknown>;
}

/** The points of a recipe whose [sweep] fits its schema. Throws dataerr where there are too many. */
export async function sweptRecipe(layers: readonly Layer[]): Promise<SweptRecipe> {
  const { sweep, ...base } = merged(layers);
  const whole = { ...base, sweep };
  const known = await numbersOf(layers);
  const spelled = new Map<Layer["file"], Map<string, string>>();
  for (const { file } of layers) spelled.set(file, await spellings(file));
  const spellingAt = (path: TomlPath) => {
    const layer = layerOf(layers, whole, path);
    return layer && spelled.get(layer.file)?.get(dotted(path));
  };
  const { all, points } = sweepPoints(sweep as SweepTable, (path) => isFloat(spellingAt(path) ?? ""));
  // Points share what they set.
  const told = new WeakMap<Assignment, Numbers>();
  const numbersIn = (assignment: Assignment) => {
    const found = told.get(assignment) ?? spelledIn(assignment, spellingAt);
    told.set(assignment, found);
    return found;
  };
  return {
    sweep: sweep as SweepTable,
    all,
    points,
    at: ({ assignments }) => ({
      table: pointTable(base, assignments),
      ...overlaid(known, assignments, assignments.map(numbersIn)),
    }),
    values: ({ assignments }) =>
      Object.fromEntries(
        assignments.map((assignment) => [
          dotted(assignment.path),
          plainTable(assignment.value, assignment.path, numbersIn(assignment)),
        ]),
      ),
  };
}

/** What is known of the recipe's numbers without what the point sets anew, and that. */
function overlaid(known: Numbers, assignments: readonly Assignment[], own: readonly Numbers[]): Numbers {
  const result: Numbers = { numbers: { ...known.numbers }, dates: { ...known.dates } };
  for (const [i, { path }] of assignments.entries()) {
    if (path[0] !== "args" && path[0] !== "params") continue;
    const at = dotted(path);
    for (const key of ["numbers", "dates"] as const) {
      for (const one of Object.keys(known[key])) if (one === at || one.startsWith(`${at}.`)) delete result[key][one];
      Object.assign(result[key], own[i]?.[key]);
    }
  }
  return result;
}

/** The numbers and dates in a value, by where the point puts them, as numbersOf has those of a recipe. */
function spelledIn(
  { path, value, spelled, from, verbatim }: Assignment,
  spellingAt: (path: TomlPath) => string | undefined,
): Numbers {
  const found: Numbers = { numbers: {}, dates: {} };
  for (const [at, part] of numeric(value, path)) {
    const text = spelled ?? (verbatim ? spellingAt([...from, ...at.slice(path.length)]) : undefined);
    addSpelling(found, at, part, text);
  }
  return found;
}

/** The first point's table, which stands for the recipe until its points are made; the recipe's own where there is none. */
export async function firstPoint(layers: readonly Layer[]): Promise<{ table: Record<string, unknown> } & Numbers> {
  const { sweep, points, at } = await sweptRecipe(layers);
  const { table, ...numbers } = at(points[0] ?? { assignments: [] });
  return { table: { ...table, sweep }, ...numbers };
}
