// Which runs become one array: those of one sweep that ask the scheduler for the same.
import type { Context } from "../../command/context.js";
import { directivesOf, type Prepared } from "./rendering.js";

/** Runs of one array, each by the record that waits for it. */
export type Group = [record: object, prepared: Prepared][];

/** The groups in the order of their first runs, none of more than `most`. */
export async function groupByShape(all: Group, most: number, context: Context): Promise<Group[]> {
  const shapes = new Map<string, Group>();
  const known = new Map<string, string>();
  for (const one of all) {
    const shape = await shapeOf(one[1], known, context);
    const group = shapes.get(shape);
    if (group) group.push(one);
    else shapes.set(shape, [one]);
  }
  return [...shapes.values()].flatMap((group) => chunks(group, Math.max(1, Math.min(most, group.length))));
}

function chunks(group: Group, most: number): Group[] {
  const count = Math.ceil(group.length / most);
  return Array.from({ length: count }, (_, i) => group.slice(i * most, (i + 1) * most));
}

/** All that an array says once for its elements, and what lab-submit decides for all of them; `known` of runs that ask in the same words. */
async function shapeOf(prepared: Prepared, known: Map<string, string>, context: Context): Promise<string> {
  const { after, notify, resources, sweep, environment, checkpoints, launcher } = prepared.run;
  const asked = JSON.stringify([sweep?.id, after, notify, resources, environment?.inherit, checkpoints, launcher]);
  const before = known.get(asked);
  if (before !== undefined) return before;
  const same = { id: "20000101-000000-000000", name: "array", dir: "/" };
  const lines = await directivesOf(prepared, context, same);
  const shape = JSON.stringify([sweep?.id, after, notify, resources.max_concurrent, lines]);
  known.set(asked, shape);
  return shape;
}
