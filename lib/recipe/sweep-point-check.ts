// Checks the points of one sweep one after the other: what they share is looked at once.
import { type Breach, breaches } from "../toml/breaches.js";
import { dotted } from "../toml/path.js";
import { furtherBreaches } from "./checks.js";
import { withMeaning } from "./meant.js";
import { recipeSchema } from "./schema.js";
import type { Assignment } from "./sweep-points.js";
import { tokenBreaches } from "./token-checks.js";

export type PointCheck = (
  table: Record<string, unknown>,
  numbers: Record<string, string>,
  assignments: readonly Assignment[],
) => Breach[];

/** A check that remembers, for the points of one recipe: it gives what is wrong with the table of one of them. */
export function pointCheck(): PointCheck {
  const fine = new WeakSet<object>();
  const byShape = new Map<string, Breach[]>();
  return (table, numbers, assignments) => {
    const isNew = ([key, value]: [string, unknown]) =>
      key === "name" || key === "command" || typeof value !== "object" || value === null || !fine.has(value);
    const parts = Object.entries(table).filter(isNew);
    const found = breaches(recipeSchema, Object.fromEntries(parts)).map((breach) => withMeaning(breach, table));
    if (found.length === 0)
      for (const [, value] of parts) if (typeof value === "object" && value !== null) fine.add(value);
    const shape = assignments.map(shapeOf).join("\n");
    const point = { ...table, sweep: { index: 0 } };
    const further = furtherBreaches(point, numbers, found, () => {
      const known = byShape.get(shape) ?? tokenBreaches({ ...point, numbers });
      byShape.set(shape, known);
      return known;
    });
    return [...found, ...further];
  };
}

/** Which tokens there are does not depend on a value that is one word without any; on another it does. */
function shapeOf({ path, value }: Assignment): string {
  const isPlain = typeof value === "string" ? !value.includes("{") : typeof value !== "object" || value === null;
  return `${dotted(path)} ${isPlain ? "" : JSON.stringify(value)}`;
}
