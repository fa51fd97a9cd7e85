// Many seeds of one property: a failure names its seed, with which it comes again (LAB_TEST_SEED), and tells what led to it.
import type { Test } from "tap";
import {
  type Crew,
  calm,
  crew,
  type Edit,
  type Outcome,
  type Simulation,
  simulation,
  type Weather,
} from "./simulation.js";

/** One simulation of a property; throws where it does not hold. */
export type Property = (sim: Simulation, seed: number) => void;

const late = { ...calm.stale, listings: 30_000 };
/** Nothing is ever wrong in the first two but what hosts believe; in the others all that can be. */
export const weathers: readonly Weather[] = [
  calm,
  { ...calm, stale: late, twice: 0.03, skew: 120_000 },
  { ...calm, twice: 0.08, lost: 0.03, io: 0.01, handle: 0.02, stop: 0.3, kill: 0.25, full: 0.2, skew: 120_000 },
  { ...calm, stale: late, twice: 0.08, lost: 0.03, io: 0.01, handle: 0.02, stop: 0.3, kill: 0.25, full: 0.2 },
];

/** Whether nothing but staleness happens to the processes of a seed. */
export const isFair = (seed: number) => seed % weathers.length < 2;

function once(team: Crew, seed: number, property: Property): { calls: number; failed?: string } {
  const sim = simulation(team, seed, weathers[seed % weathers.length] as Weather);
  try {
    property(sim, seed);
    return { calls: sim.calls() };
  } catch (error) {
    return { calls: sim.calls(), failed: `${(error as Error).message}\n${sim.told()}` };
  }
}

/** Tries the property with `count` seeds; more by LAB_TEST_RUNS, which multiplies, and one alone by LAB_TEST_SEED. */
export function holds(t: Test, team: Crew, count: number, property: Property): void {
  const [from, to] = process.env["LAB_TEST_SEED"]
    ? [Number(process.env["LAB_TEST_SEED"]), Number(process.env["LAB_TEST_SEED"])]
    : [1, count * Number(process.env["LAB_TEST_RUNS"] ?? 1)];
  let calls = 0;
  for (let seed = from; seed <= to; seed += 1) {
    const one = once(team, seed, property);
    calls += one.calls;
    if (one.failed !== undefined) {
      t.fail(`seed ${seed}: ${one.failed.split("\n")[0]}`);
      for (const line of one.failed.split("\n").slice(1)) t.comment(line);
      return;
    }
  }
  t.pass(`held with ${to - from + 1} seeds, ${calls} system calls`);
  t.comment(`${to - from + 1} seeds, ${calls} system calls`);
}

/** The test has teeth: with the source changed like this the property fails with one of the seeds. */
export async function bites(t: Test, what: string, edits: Edit[], count: number, property: Property): Promise<void> {
  const team = await crew(6, edits);
  try {
    for (let seed = 1; seed <= count; seed += 1) {
      const { failed } = once(team, seed, property);
      if (failed === undefined) continue;
      t.pass(`${what}: seed ${seed} shows it`);
      t.comment(`${what}: seed ${seed} shows it: ${failed.split("\n")[0]}`);
      return;
    }
    t.fail(`${what}: none of ${count} seeds shows it`);
  } finally {
    await team.end();
  }
}

/** Fails the property. */
export function must(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** What the process gave, where it came to its end. A bug of the program is one of the property. */
export function given<T>(outcome: Outcome | undefined): T | undefined {
  if (outcome && "bug" in outcome) throw new Error(`bug: ${outcome.bug}`);
  return outcome && "value" in outcome ? (outcome.value as T) : undefined;
}
