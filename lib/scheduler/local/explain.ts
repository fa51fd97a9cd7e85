// Why a job of the local queue waits, for a person.
import type { JobView } from "../../record/facts.js";

export interface Explanation {
  message: string;
  hint?: string;
}

/** The reason of a view in words, and what can be done about it. */
export function explain(view: JobView): Explanation {
  const about = Array.isArray(view["waits_for"]) ? view["waits_for"].join(", ") : "";
  const known = view.reason === undefined ? undefined : reasons[view.reason]?.(about);
  if (known) return known;
  return { message: view.reason ?? (view.phase === "pending" ? "it waits for its turn" : `it is ${view.phase}`) };
}

const reasons: Record<string, (about: string) => Explanation> = {
  Resources: (about) => ({
    message: `it waits for ${about}: what is free now is less than it asks for`,
    hint: "it starts when jobs that run have ended; what it needs is kept for it meanwhile",
  }),
  Priority: (about) => ({
    message: `it waits behind a job that comes first and needs the ${about}`,
    hint: "a higher [resources] priority comes earlier",
  }),
  Dependency: (about) => ({ message: `it waits for the end of ${about}` }),
  JobHeldUser: () => ({
    message: "it is held, so that no more run at once than may",
    hint: "lab throttle lets it go when there is room; lab throttle --release lets all go",
  }),
  OtherHost: (about) => ({
    message: `it was queued on ${about} and runs there`,
    hint: `if ${about} has no worker any more: start lab-worker there, or cancel and submit again here`,
  }),
  NoWorker: (about) => ({
    message: `nobody works on the queue of ${about}: there is no worker on this host`,
    hint: "a lab command of its user starts one; lab-worker says what is wrong if it cannot",
  }),
  WorkerStopped: (about) => ({
    message: `the worker of ${about} is stopped, or does not come when it is its turn`,
    hint: "kill -CONT lets a stopped process go on",
  }),
  BadConstraints: (about) => ({
    message: `it ${about}`,
    hint: "cancel it and ask for less, or give jobs more of this host",
  }),
  JobArrayTaskLimit: () => ({
    message: "as many elements of its array run as may at once",
    hint: "[resources] max_concurrent",
  }),
  SweepLimit: (about) => ({
    message: `as many points of the sweep ${about} run, or have GPUs, as may at once`,
    hint: "[sweep] max_concurrent or max_gpus, or [resources] max_concurrent where it says none",
  }),
  Unheard: (about) => ({ message: `it has ended, and no worker of ${about} is there to say how` }),
  Starting: () => ({ message: "it is about to start", hint: "if it stays so, the worker's log tells why" }),
  Cancelling: () => ({ message: "it was cancelled and is about to end" }),
  Requeueing: () => ({ message: "it is about to end, and will wait to be run again" }),
  TimeLimit: () => ({ message: "it has reached its time limit and is about to end", hint: "[resources] time" }),
  Unreadable: () => ({ message: "its file in the queue cannot be read", hint: "the warnings name the file" }),
};
