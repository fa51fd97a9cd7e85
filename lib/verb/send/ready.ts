// Whether a run could begin now, as far as its inputs go.
import { type Asking, lookAtProducers } from "../../pass/producers.js";
import { isFault } from "../../record/fault.js";
import type { Run } from "../../record/run.js";

/** Whether it would not have to wait for an input. One that will never come is none to wait for; what cannot be known neither. */
export async function isReady(run: Run, asking: () => Promise<Asking>): Promise<boolean> {
  try {
    return (await lookAtProducers(run, await asking())).awaited.length === 0;
  } catch (error) {
    if (isFault(error)) return true;
    throw error;
  }
}
