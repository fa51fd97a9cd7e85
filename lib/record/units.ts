// Durations, sizes and times, as people and Slurm write them. Pure.
import { fault } from "./fault.js";

const unitSeconds: Record<string, number> = { s: 1, sec: 1, m: 60, min: 60, h: 3600, d: 86_400, w: 604_800 };

/**
 * Seconds of a duration: `90` (seconds where a unit is missing), `90s`, `5m`, `1h30m`, `3d`, and Slurm's
 * `MM:SS`, `HH:MM:SS`, `D-HH`, `D-HH:MM`, `D-HH:MM:SS`. Throws dataerr.
 */
export function parseDuration(text: string): number {
  const trimmed = text.trim();
  const seconds = /^\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : (parseSlurmTime(trimmed) ?? parseUnits(trimmed));
  if (seconds !== undefined && Number.isFinite(seconds)) return seconds;
  throw fault("dataerr", `cannot read the duration '${text}'`, {
    hint: "write 90m, 1h30m, 3d, 08:00:00 or 1-12:00:00",
  });
}

function parseUnits(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(s|sec|m|min|h|d|w))+$/i.test(text)) return undefined;
  let seconds = 0;
  for (const [, amount, , unit] of text.toLowerCase().matchAll(/(\d+(\.\d+)?)([a-z]+)/g)) {
    seconds += Number(amount) * (unitSeconds[unit ?? "s"] ?? 1);
  }
  return seconds;
}

function parseSlurmTime(text: string): number | undefined {
  const match = /^(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?$/.exec(text);
  if (!match || (match[1] === undefined && match[3] === undefined)) return undefined;
  const [days, a, b, c] = [match[1], match[2], match[3], match[4]].map((part) =>
    part === undefined ? undefined : Number(part),
  );
  if (days !== undefined) return days * 86_400 + (a ?? 0) * 3600 + (b ?? 0) * 60 + (c ?? 0);
  if (c !== undefined) return (a ?? 0) * 3600 + (b ?? 0) * 60 + c;
  return (a ?? 0) * 60 + (b ?? 0);
}

/** Slurm's `D-HH:MM:SS` or `HH:MM:SS` of seconds (rounded up to a whole second). */
export function slurmTime(seconds: number): string {
  const whole = Math.ceil(seconds);
  const days = Math.floor(whole / 86_400);
  const clock = [Math.floor((whole % 86_400) / 3600), Math.floor((whole % 3600) / 60), whole % 60]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
  return days > 0 ? `${days}-${clock}` : clock;
}

/** A duration for a person: `4s`, `3m 20s`, `2h 05m`, `3d 4h`. */
export function shortDuration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m ${String(s % 60).padStart(2, "0")}s`;
  if (s < 86_400) return `${Math.floor(s / 3600)}h ${String(Math.floor((s % 3600) / 60)).padStart(2, "0")}m`;
  return `${Math.floor(s / 86_400)}d ${Math.floor((s % 86_400) / 3600)}h`;
}

const unitBytes: Record<string, number> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40, p: 2 ** 50 };

/** Bytes of a size: `4GB`, `500M`, `1.5 TiB`, `2048` (bytes); units are powers of 1024, as Slurm's are. Throws dataerr. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgtp]?)(?:i?b)?$/i.exec(text.trim());
  const bytes = match ? Math.round(Number(match[1]) * (unitBytes[(match[2] ?? "").toLowerCase()] ?? 1)) : Number.NaN;
  if (Number.isSafeInteger(bytes)) return bytes;
  throw fault("dataerr", `cannot read the size '${text}'`, { hint: "write 500MB, 4GB or 1.5TB" });
}

/** A size for a person: `312 B`, `4.0 KiB`, `1.5 GiB`. */
export function shortSize(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let value = bytes;
  let unit = 0;
  // What rounds to 1024 of a unit is one of the next.
  while (Math.round(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${bytes} B` : `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

/** RFC 3339 in UTC, to the millisecond, of a time in milliseconds. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}

/**
 * Milliseconds of a point in time: RFC 3339, `2026-11-20`, `2026-11-20 14:00` (local time where no zone is given),
 * `now`, `today`, `yesterday`, or a duration before `now` (`3d`, `90m`). Throws dataerr.
 */
export function parseTime(text: string, now: number): number {
  const word = text.trim();
  if (word === "now") return now;
  if (word === "today" || word === "yesterday") {
    const day = new Date(now);
    day.setHours(0, 0, 0, 0);
    if (word === "yesterday") day.setDate(day.getDate() - 1);
    return day.getTime();
  }
  if (/^\d{4}-\d\d-\d\d([T ]|$)/.test(word)) return parseMoment(word, text);
  const ms = now - parseDuration(word) * 1000;
  return Number.isNaN(new Date(ms).getTime()) ? refuseTime(text) : ms;
}

const moment = /^(\d{4}-\d\d-(\d\d))(?:[T ]([01]\d|2[0-3]):([0-5]\d)(:[0-5]\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;

function parseMoment(word: string, given: string): number {
  const [, date = "", day = "", hour = "00", minute = "00", seconds = "", zone = ""] = moment.exec(word) ?? [];
  // A 30th of February would be read as the 2nd of March.
  const exists = new Date(`${date}T00:00Z`).getUTCDate() === Number(day);
  const ms = exists ? Date.parse(`${date}T${hour}:${minute}${seconds}${zone}`) : Number.NaN;
  return Number.isNaN(ms) ? refuseTime(given) : ms;
}

function refuseTime(given: string): never {
  throw fault("dataerr", `cannot read the time '${given}'`, { hint: "write 2026-11-20, 2026-11-20T14:00:00Z or 3d" });
}
