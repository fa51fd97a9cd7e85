// What kind of failure Slurm's words tell of.
import type { Answer } from "./client.js";

/**
 * `down`: it was not reached, nothing was accepted. `unclear`: it was reached, and may have done what was asked.
 * `denied`: not allowed. `refused`: it said no. Undefined where nothing failed.
 */
export type Trouble = "down" | "unclear" | "denied" | "refused";

/** Words of slurm_errno.c and of its authentication, in the order in which they decide. */
const words: readonly [Trouble, RegExp][] = [
  ["down", /Munge encode failed|auth_g_create|Did you start munged/],
  ["unclear", /Munge decode failed|Protocol authentication error|Invalid authentication credential/],
  [
    "down",
    /Unable to contact slurm controller \((connect|send) failure\)|Communication connection failure|Message send failure/,
  ],
  [
    "down",
    /Could not establish a configuration source|Unable to process configuration file|cannot stat file .*slurm\.conf/,
  ],
  [
    "down",
    /Connection refused|No route to host|Can't find an address|Unable to resolve|Incompatible versions of client and server/,
  ],
  ["down", /in standby mode|Unable to connect to database|Problem talking to the database|System submissions disabled/],
  ["down", /Resource temporarily unavailable|Unable to create job record, try again/],
  ["unclear", /Socket timed out on send\/recv operation|\((receive|shutdown) failure\)|Message receive failure/],
  ["unclear", /Zero Bytes were transmitted or received|Received zero length message|Unexpected message received/],
  ["unclear", /Connection (reset|timed out)|Transport endpoint is not connected|Communication shutdown failure/],
  ["denied", /Access\/permission denied/],
];

export function troubleOf({ code, end, stderr }: Answer): Trouble | undefined {
  if (end === "missing") return "down";
  if (end !== undefined) return "unclear";
  if (code === 0) return undefined;
  return words.find(([, pattern]) => pattern.test(stderr))?.[0] ?? "refused";
}
