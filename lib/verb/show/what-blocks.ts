// What a blocked run waits for: how the runs are that are to make its inputs, and what can be done about it.
import { producersOf } from "../../pass/producers.js";
import { isFault } from "../../record/fault.js";
import { handleOf } from "../../record/run-id.js";
import { type Graces, stateOf } from "../../record/state.js";
import type { RunOnDisk } from "../../registry/facts.js";
import type { Registry } from "../../registry/open.js";
import { openRun } from "../../registry/runs.js";
import { sending } from "../send/unsent.js";

/** A line for each run that it waits for, and what to try: `why: command`. */
export function whatBlocks(
  { run, facts }: RunOnDisk,
  registry: Registry,
  limits: Graces,
  now: number,
): { detail: string[]; try: string[] } {
  const awaited = new Set(facts.decision?.runs ?? []);
  const detail: string[] = [];
  const tries: string[] = [];
  for (const { run: id, user } of producersOf(run).filter((producer) => awaited.has(producer.run))) {
    const producer = opened(registry, user, id);
    const standing = producer && stateOf(producer.facts, now, limits);
    const whose = user === registry.user ? "" : ` of ${user}`;
    detail.push(`${id}${producer ? ` (${producer.run.name}${whose})` : ""} is ${standing?.state ?? "not to be seen"}`);
    if (standing?.state === "planned" && user === registry.user)
      tries.push(`submit it: ${sending(producer?.run ?? { id })}`);
  }
  return { detail, try: [...tries, `send it as soon as it can go: lab wait ${handleOf(run.id)}`] };
}

/** A line for each run that is still to make an input of a run whose job waits for theirs. */
export function whatIsAwaited(
  { run }: Pick<RunOnDisk, "run">,
  registry: Registry,
  limits: Graces,
  now: number,
): string[] {
  return producersOf(run).flatMap(({ run: id, user }) => {
    const producer = opened(registry, user, id);
    const standing = producer && stateOf(producer.facts, now, limits);
    if (!producer || !standing || standing.final) return [];
    const job = standing.job === undefined ? "" : `, its job is ${standing.job}`;
    return [
      `it waits for ${id} (${producer.run.name}${user === registry.user ? "" : ` of ${user}`}): ${standing.state}${job}`,
    ];
  });
}

function opened(registry: Registry, user: string, id: string): RunOnDisk | undefined {
  try {
    return openRun(registry, user, id);
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}
