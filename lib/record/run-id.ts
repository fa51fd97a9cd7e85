// Run ids: the UTC second at which a run was planned, and six characters that are enough to type. Two of these tell the
// millisecond, so that ids sort in the order of planning; four are random.
import { randomBytes } from "./random.js";

const crockford = "0123456789abcdefghjkmnpqrstvwxyz";
const pattern = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-([0-9a-hjkmnp-tv-z]{6})$/;

/** A new run id `YYYYMMDD-HHMMSS-xxxxxx` for the time `now` (milliseconds), whose handle begins with its millisecond. */
export function drawRunId(now: number, random: Uint8Array = randomBytes(4)): string {
  const iso = new Date(now).toISOString();
  const ms = now % 1000;
  const digits = [ms >> 5, ms & 31, ...random.subarray(0, 4)];
  const handle = digits.map((digit) => crockford[digit & 31]).join("");
  return `${iso.slice(0, 10).replaceAll("-", "")}-${iso.slice(11, 19).replaceAll(":", "")}-${handle}`;
}

/**
 * Different ids of the same millisecond as `id`, in order: one for each of `digits`, which are different numbers below 2^20
 * in order.
 */
export function besideRunId(id: string, digits: readonly number[]): string[] {
  const shared = id.slice(0, -4);
  return digits.map((n) => shared + [15, 10, 5, 0].map((shift) => crockford[(n >> shift) & 31]).join(""));
}

export function isRunId(text: string): boolean {
  return pattern.test(text);
}

/** The last six characters of a run id: what a person types. */
export function handleOf(id: string): string {
  return id.slice(-6);
}

/** Whether a word may be a handle; Crockford's letters i, l, o and u are never drawn. */
export function isHandle(text: string): boolean {
  return /^[0-9a-hjkmnp-tv-z]{6}$/.test(text);
}

/** When the run was planned, in milliseconds, by its id; undefined if it is no run id, or of no day that there is. */
export function timeOfRunId(id: string): number | undefined {
  const match = pattern.exec(id);
  if (!match) return undefined;
  const [, y, mo, d, h, mi, s] = match;
  const ms = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}
