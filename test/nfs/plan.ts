// What the guest is asked to try, and what it says of each.

export const races = [
  "once",
  "claims",
  "told",
  "journals",
  "leases",
  "reservations",
  "names",
  "runs",
  "facts",
  "worked",
] as const;

/** `costs` counts requests, and judges nothing. */
export type Try = (typeof races)[number] | "costs";

export interface Plan {
  tries: readonly Try[];
  /** How many processes. */
  claimers: number;
  /** Of claims. */
  rounds: number;
}

export interface Finding {
  tried: string;
  seconds: number;
  found?: unknown;
  error?: string;
}
