// Jobs that are held and let go, so that of each it is known afterwards who holds it: it is written down before and after.
// Whoever is killed in between leaves a doubt, in which a job that is held stays so.
import type { JobView } from "../../record/facts.js";
import type { Hold } from "../../record/policy.js";
import { timestamp } from "../../record/units.js";
import { removeHold, writeHold } from "../../registry/holds.js";
import type { Registry } from "../../registry/open.js";
import type { Scheduler } from "../../scheduler/scheduler.js";

/** What it takes to hold a job. */
export interface Holder {
  registry: Registry;
  scheduler: Pick<Scheduler, "hold" | "release" | "queue">;
  now(): number;
}

/** The word by which a scheduler that keeps one knows our holds. */
const us = "lab-throttle";

/** Whether a job waits until somebody lets it go. */
export function isHeld(view: JobView | undefined): boolean {
  return view?.phase === "pending" && /^JobHeld/.test(view.reason ?? "");
}

/**
 * Whether it is we who hold a job that is held: by the scheduler's own word, also where what we wrote of it is gone (of two of
 * us at once one may remove what the other has just written), or since nobody was killed at it.
 */
export function isOurs(hold: Hold | undefined, { held_by }: JobView): boolean {
  if (held_by !== undefined) return held_by === us;
  return hold?.held_at !== undefined && hold.releasing_at === undefined;
}

/** Holds these jobs, none of which is held. Throws what the scheduler throws; then it is known which of them are. */
export async function holdThem(holds: readonly Hold[], holder: Holder): Promise<void> {
  const { registry, scheduler, now } = holder;
  for (const hold of holds) writeHold(registry, hold);
  await told(holds, holder, () => scheduler.hold(jobsOf(holds), us));
  for (const hold of holds) writeHold(registry, { ...hold, held_at: timestamp(now()) });
}

/** Lets these jobs go. Throws as holdThem does. */
export async function letThemGo(holds: readonly Hold[], holder: Holder): Promise<void> {
  const { registry, scheduler, now } = holder;
  for (const hold of holds) writeHold(registry, { ...hold, releasing_at: timestamp(now()) });
  await told(holds, holder, () => scheduler.release(jobsOf(holds)));
  for (const { job } of holds) removeHold(registry, job);
}

function jobsOf(holds: readonly Hold[]): string[] {
  return holds.map(({ job }) => job);
}

/** Of what has failed, what has become of each is looked up at once: nobody else was at it meanwhile. */
async function told(holds: readonly Hold[], { registry, scheduler, now }: Holder, act: () => Promise<void>) {
  try {
    await act();
  } catch (error) {
    const queue = await scheduler.queue().catch(() => undefined);
    for (const { releasing_at: _, ...hold } of queue ? holds : []) {
      if (isHeld(queue?.get(hold.job))) writeHold(registry, { ...hold, held_at: timestamp(now()) });
      else removeHold(registry, hold.job);
    }
    throw error;
  }
}
