// Elements of an array on their way to the scheduler, and what becomes of them.
import { type Fault, fault } from "../record/fault.js";
import type { Run } from "../record/run.js";
import type { ArrayOnDisk } from "../registry/arrays.js";
import type { RunOnDisk } from "../registry/facts.js";
import type { ArrayRequest } from "../scheduler/scheduler.js";
import type { Ticket } from "./seal-claim.js";

/** A run that is ready to be sent as an element; `n` is the submission that the array's index names. */
export interface Element {
  run: Run;
  disk: RunOnDisk;
  n: number;
  index: number;
  ticket?: Ticket;
}

export interface Sending extends Pick<ArrayRequest, "dependencies" | "throttle" | "resources"> {
  array: ArrayOnDisk;
  /** How many the scheduler is known to take. */
  room: number;
  by: "submit" | "advance";
}

/** What became of an element. */
export type ElementSent =
  | { how: "submitted"; job: string; at: string }
  /** Its claim is no more: somebody else is to be asked who answers. */
  | { how: "lost" }
  /** It waits for room. */
  | { how: "deferred"; message: string }
  | { how: "failed"; error: Fault };

/** An element that is not sent, and why. */
export function failed(code: "tempfail" | "dataerr", message: string): ElementSent {
  return { how: "failed", error: fault(code, message) };
}
