// What was decided of the points of sweeps, told in a line each sweep: a line each point would be a thousand.
import { isRun } from "../../record/phase.js";
import type { Run } from "../../record/run.js";
import { handleOf } from "../../record/run-id.js";

interface Counts {
  name: string;
  all: number;
  hit: number;
  follows: number;
}

/** Passes the records on and, when there are no more, tells of each sweep how many of its points others answer for. */
export async function* tellingOfPoints(
  records: AsyncIterable<object>,
  say: (message: string) => void,
): AsyncGenerator<object> {
  const sweeps = new Map<string, Counts>();
  for await (const record of records) {
    if (isRun(record)) counted(record, sweeps);
    yield record;
  }
  for (const [id, { name, all, hit, follows }] of sweeps) {
    const parts = [
      ...(hit > 0 ? [`${hit} answered by earlier runs`] : []),
      ...(follows > 0 ? [`${follows} by runs under way`] : []),
      `${all - hit - follows} to compute`,
    ];
    if (hit + follows > 0) say(`sweep ${handleOf(id)} (${name}): ${all} points: ${parts.join(", ")}`);
  }
}

function counted({ sweep, decision, name }: Run, sweeps: Map<string, Counts>): void {
  if (!sweep || sweep.aggregate) return;
  const counts = sweeps.get(sweep.id) ?? { name, all: 0, hit: 0, follows: 0 };
  counts.all += 1;
  if (decision?.decision === "hit" || decision?.decision === "follows") counts[decision.decision] += 1;
  sweeps.set(sweep.id, counts);
}
