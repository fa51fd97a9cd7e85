// What every answer from the index begins and ends with.
import type { Fault } from "../../../record/fault.js";
import { timestamp } from "../../../record/units.js";
import type { Serving } from "../answering.js";
import type { Index } from "./index.js";

/** The most problems that an answer tells of: a registry of another lab's may have one for each of its runs. */
const mostProblems = 50;

/** The index, fresh; what of the registry could not be read goes into the answer. */
export async function asking({ index, problems }: Serving): Promise<Index> {
  await index.fresh();
  for (const problem of [...index.feed.problems.values()].slice(0, mostProblems)) problems.push(problem);
  return index;
}

/** What else could not be read goes there too. */
export function reporting({ context }: Serving): (error: Fault) => void {
  return (error) => context.report(undefined, error);
}

/** When it was looked last, and whether all is there. */
export function standingOf(index: Index): { as_of: string; ready: boolean } {
  return { as_of: timestamp(index.asOf() || Date.now()), ready: index.ready() };
}
