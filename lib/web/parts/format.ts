// How figures are said to a person.
import { figure } from "../../graph/figure.js";

export { figure, said } from "../../graph/figure.js";

/** Seconds as `4s`, `12m 5s`, `3h 10m`, `2d 4h`. */
export function elapsed(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m ${s % 60}s`;
  if (s < 86_400) return `${Math.floor(s / 3600)}h ${Math.floor((s % 3600) / 60)}m`;
  return `${Math.floor(s / 86_400)}d ${Math.floor((s % 86_400) / 3600)}h`;
}

/** The same of a round time, without the part that is nothing: `2h`, `30m`. */
export function shortly(seconds: number): string {
  return elapsed(seconds).replace(/ 0[hms]$/, "");
}

/** How long ago, or how far ahead, in the largest unit: `now`, `4m ago`, `in 2h`. */
export function relative(time: string, now = Date.now()): string {
  const s = (now - Date.parse(time)) / 1000;
  if (Number.isNaN(s)) return time;
  const far = Math.abs(s);
  if (far < 45) return "now";
  const [count, unit] = largest(far);
  return s < 0 ? `in ${count}${unit}` : `${count}${unit} ago`;
}

function largest(s: number): [number, string] {
  if (s < 3600) return [Math.min(59, Math.max(1, Math.round(s / 60))), "m"];
  if (s < 86_400) return [Math.floor(s / 3600), "h"];
  if (s < 365 * 86_400) return [Math.floor(s / 86_400), "d"];
  return [Math.floor(s / (365 * 86_400)), "y"];
}

/** A moment in the reader's own zone. */
export function absolute(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  return date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" });
}

/** The time of day in the reader's own zone: `21:54`. */
export function clock(time: string): string {
  return new Date(time).toLocaleTimeString(undefined, { timeStyle: "short", hourCycle: "h23" });
}

/** Bytes in powers of 1024 with three digits: `512 B`, `1.50 KiB`, `12.3 GiB`. */
export function bytes(count: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let [value, unit] = [count, 0];
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(value < 10 ? 2 : 1)} ${units[unit]}`;
}

/** `1 run`, `3 runs`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${figure(count)} ${count === 1 ? one : many}`;
}
