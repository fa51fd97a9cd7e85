// Which run is which point of a sweep, and which stage of a pipeline: lines of packs do not tell, the files of sweeps and
// pipelines do, each of which never changes.

import { isFault } from "../../../record/fault.js";
import type { PipelineMember } from "../../../record/pipeline.js";
import type { SweepMember } from "../../../record/run.js";
import type { Registry } from "../../../registry/open.js";
import { pipelineIds, readPipeline } from "../../../registry/pipelines.js";
import { usersWith } from "../../../registry/runs.js";
import { readSweep, sweepIds } from "../../../registry/sweeps.js";

export interface Member {
  sweep?: SweepMember;
  pipeline?: PipelineMember;
}

/** Of those that were not read before, the runs of each; what cannot be read is told of once. */
export function* newMembers(
  registry: Registry,
  known: Set<string>,
  problem: (id: string, error: unknown) => void,
): Generator<{ user: string; run: string; member: Member }> {
  for (const [area, ids, read] of [
    ["sweeps", sweepIds, membersOfSweep],
    ["pipelines", pipelineIds, membersOfPipeline],
  ] as const) {
    for (const user of usersWith(registry, area)) {
      for (const id of idsOf(() => ids(registry, user))) {
        const key = `${area}/${user}/${id}`;
        if (known.has(key)) continue;
        known.add(key);
        try {
          for (const [run, member] of read(registry, user, id)) yield { user, run, member };
        } catch (error) {
          problem(id, error);
        }
      }
    }
  }
}

function idsOf(list: () => string[]): string[] {
  try {
    return list();
  } catch (error) {
    // What others close is theirs alone.
    if (isFault(error)) return [];
    throw error;
  }
}

function membersOfSweep(registry: Registry, user: string, id: string): [string, Member][] {
  const sweep = readSweep(registry, user, id);
  if (!sweep) return [];
  const { of, aggregate } = sweep;
  const members = (sweep.points ?? []).map(({ index, run, point, name, replicate }): [string, Member] => {
    const more = { ...(name === undefined ? {} : { name }), ...(replicate === undefined ? {} : { replicate }) };
    return [run, { sweep: { id, index, of, point, ...more } }];
  });
  if (!aggregate) return members;
  const { run, when } = aggregate;
  return [...members, [run, { sweep: { id, index: of, of, point: {}, aggregate: true, when } }]];
}

function membersOfPipeline(registry: Registry, user: string, id: string): [string, Member][] {
  const stages = readPipeline(registry, user, id)?.stages ?? [];
  return stages.flatMap((stage) =>
    stage.runs.map((run): [string, Member] => [run, { pipeline: { id, stage: stage.name } }]),
  );
}
