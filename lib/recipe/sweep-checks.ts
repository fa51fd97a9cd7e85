// What is wrong with the points of a [sweep], each at the place in the recipe that says it.
import { type Fault, isFault } from "../record/fault.js";
import { type Breach, breaches } from "../toml/breaches.js";
import { dotted, type TomlPath } from "../toml/path.js";
import { type Layer, merged } from "./layers.js";
import { recipeSchema } from "./schema.js";
import type { SweepTable } from "./sweep.js";
import { overlaps } from "./sweep-overlap.js";
import { type PointCheck, pointCheck } from "./sweep-point-check.js";
import type { Assignment, SweepPoint } from "./sweep-points.js";
import { type SweptRecipe, sweptRecipe } from "./sweep-recipe.js";

/**
 * The breaches of a recipe with a [sweep]. Where the section itself is well, those of its points: of the first alone, which
 * tells most of what may be wrong with all, or of every one. With a resolver nobody knows the points before it is asked.
 */
export async function sweepBreaches(layers: readonly Layer[], every: boolean): Promise<Breach[]> {
  const table = merged(layers);
  const own = breaches(recipeSchema, { sweep: table["sweep"] }).filter(({ path }) => path[0] === "sweep");
  if (own.length > 0) return [...own, ...ofTheRest(table)];
  const sweep = table["sweep"] as SweepTable;
  const twice = overlaps(sweep);
  if (twice.length > 0) return twice;
  try {
    const swept = await sweptRecipe(layers);
    if (sweep.resolver) return breaches(recipeSchema, swept.at(swept.points[0] ?? { assignments: [] }).table);
    return pointBreaches(swept, every ? swept.points : swept.points.slice(0, 1));
  } catch (error) {
    if (!isFault(error)) throw error;
    return [ofFault(error, ["sweep"])];
  }
}

/** What a point sets may be all that is missing. */
function ofTheRest(table: Record<string, unknown>): Breach[] {
  return breaches(recipeSchema, table).filter(
    ({ path, message }) => path[0] !== "sweep" && !message.endsWith("is missing"),
  );
}

/** The breaches of points, one for each place and message. */
export function pointBreaches(swept: Pick<SweptRecipe, "at">, points: readonly SweepPoint[]): Breach[] {
  const check = pointCheck();
  const found = new Map<string, { breach: Breach; count: number; first: number; moved: boolean }>();
  for (const [i, point] of points.entries()) {
    for (const { moved, ...breach } of breachesAt(swept, point, check)) {
      const key = `${dotted(breach.path)}\n${breach.message}`;
      const known = found.get(key);
      if (known) known.count += 1;
      else found.set(key, { breach, count: 1, first: i, moved });
    }
  }
  return [...found.values()].map(({ breach, count, first, moved }) =>
    moved || count === points.length ? breach : { ...breach, message: `${breach.message} (in point ${first})` },
  );
}

function breachesAt(
  swept: Pick<SweptRecipe, "at">,
  point: SweepPoint,
  check: PointCheck,
): (Breach & { moved: boolean })[] {
  const { assignments } = point;
  try {
    const { table, numbers } = swept.at(point);
    return check(table, numbers, assignments).map((breach) => moved(breach, assignments));
  } catch (error) {
    if (!isFault(error)) throw error;
    const [last] = assignments.slice(-1);
    return [{ ...ofFault(error, last?.key ?? ["sweep"]), moved: true }];
  }
}

function ofFault({ message, hint }: Fault, path: TomlPath): Breach {
  return {
    path,
    part: "key",
    message: path.length > 1 ? message : `[sweep] ${message.replace(/^it /, "")}`,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** The breach at the place that sets what is wrong; its own place where no axis does. */
function moved(breach: Breach, assignments: readonly Assignment[]): Breach & { moved: boolean } {
  const { path, part } = breach;
  const [nearest] = assignments
    .filter(
      (one) =>
        one.path.every((key, i) => String(path[i]) === key) || path.every((key, i) => String(key) === one.path[i]),
    )
    .sort((a, b) => b.path.length - a.path.length);
  if (!nearest || (path.length < nearest.path.length && part === "value" && breach.message.endsWith("is missing")))
    return { ...breach, moved: false };
  const inside = path.slice(nearest.path.length);
  if (part === "key" && inside.length === 0) return { ...breach, path: nearest.key, moved: true };
  return { ...breach, path: nearest.verbatim ? [...nearest.from, ...inside] : nearest.from, moved: true };
}
