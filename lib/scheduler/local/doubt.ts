// Whether others come when it is their turn. A worker that is there but does nothing would hold up everybody else.
import type { Plan } from "./plan.js";
import type { World } from "./world.js";

export interface Doubt {
  /** Those who did not come in time, until they have done something. */
  absent(world: World, now: number): Set<number>;
  /** Notes whose turn it is by the plan; says whether somebody has now been waited for too long. */
  note(world: World, plan: Plan, now: number): boolean;
}

/**
 * `patience` (milliseconds) is how long somebody may take to start a job whose turn it is. Nobody is doubted for longer than
 * fifteen times that without another try. Times are of one clock that nobody sets.
 */
export function makeDoubt(patience: number): Doubt {
  const due = new Map<string, number>();
  const doubted = new Map<number, { sign: string; until: number }>();

  function absent(world: World, now: number): Set<number> {
    for (const [uid, { sign, until }] of doubted) if (now >= until || sign !== signOf(uid, world)) doubted.delete(uid);
    return new Set(doubted.keys());
  }

  function note(world: World, { start }: Plan, now: number): boolean {
    const mine = world.households[0]?.uid;
    const turns = new Map<string, number>();
    for (const { candidate } of start) {
      if (candidate.uid !== mine) turns.set(`${candidate.uid} ${candidate.item.job}`, candidate.uid);
    }
    for (const turn of due.keys()) if (!turns.has(turn)) due.delete(turn);
    let found = false;
    for (const [turn, uid] of turns) {
      const since = due.get(turn) ?? now;
      due.set(turn, since);
      if (now < since + patience) continue;
      doubted.set(uid, { sign: signOf(uid, world), until: now + 15 * patience });
      due.delete(turn);
      found = true;
    }
    return found;
  }

  return { absent, note };
}

/** What changes when somebody does something: a new worker, or a new entry in the host's log. */
function signOf(uid: number, { households, log }: World): string {
  const entries = log.entries.filter(({ reservation }) => reservation.uid === uid);
  const token = households.find((household) => household.uid === uid)?.token ?? "";
  return `${token} ${entries.at(-1)?.number ?? 0}`;
}
