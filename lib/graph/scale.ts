// From values to places on an axis, and where it has its ticks.

export interface Scale {
  /** Where a value is between both ends, from 0 to 1; NaN where it has no place. */
  at(value: number): number;
  ticks: { at: number; label: string }[];
}

/** What an axis measures: `count` is of whole numbers, `time` and `duration` of milliseconds. */
export type Kind = "linear" | "count" | "log" | "time" | "duration";

/** An axis over these values with about so many ticks. Pure but for the time zone. */
export function scale([low, high]: readonly [number, number], kind: Kind, count: number): Scale {
  const log = kind === "log";
  const [from, to] = spread(log ? Math.log10(low) : low, log ? Math.log10(high) : high);
  const at = (value: number) => ((log ? Math.log10(value) : value) - from) / (to - from);
  const place = (values: number[], label: (value: number) => string) =>
    values
      .map((value) => ({ at: at(value), label: label(value) }))
      .filter((tick) => tick.at >= -1e-9 && tick.at <= 1 + 1e-9);
  if (log) return { at, ticks: place(logTicks(from, to, count), plainNumber) };
  if (kind === "linear" || kind === "count") {
    const nice = niceStep(to - from, count);
    const step = kind === "count" ? Math.max(1, nice) : nice;
    return {
      at,
      ticks: place(multiples(from, to, step), (value) =>
        numberLabel(value, step, Math.max(Math.abs(from), Math.abs(to))),
      ),
    };
  }
  const step = timeStep((to - from) / 1000, count) * 1000;
  const zone = kind === "time" ? new Date(to).getTimezoneOffset() * 60_000 : 0;
  const ticks = multiples(from - zone, to - zone, step).map((value) => value + zone);
  return {
    at,
    ticks: place(ticks, (value) =>
      kind === "time" ? clockLabel(value, step) : durationLabel(value / 1000, step / 1000),
    ),
  };
}

/** An axis needs some length. */
function spread(from: number, to: number): [number, number] {
  if (to > from) return [from, to];
  const some = Math.abs(from) * 0.05 || 1;
  return [from - some, from + some];
}

/** 1, 2 or 5 times a power of ten: Heckbert, "Nice Numbers for Graph Labels", Graphics Gems, 1990. */
function niceStep(range: number, count: number): number {
  const rough = range / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const nice = [1, 2, 5, 10].find((one) => one * power >= rough * 0.9999) ?? 10;
  return nice * power;
}

function multiples(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: Math.max(0, Math.min(200, last - first + 1)) }, (_, i) => (first + i) * step);
}

/** Powers of ten, every so many of them; with few of these, 2 and 5 times them too; within one, as a linear axis has them. */
function logTicks(from: number, to: number, count: number): number[] {
  const every = Math.max(1, Math.ceil((to - from) / Math.max(1, count)));
  const powers = multiples(from, to, every).map((power) => 10 ** power);
  if (powers.length >= 3) return powers;
  const finer = multiples(Math.floor(from), Math.ceil(to), 1).flatMap((power) =>
    [1, 2, 5].map((one) => one * 10 ** power),
  );
  const inside = finer.filter((value) => Math.log10(value) >= from - 1e-9 && Math.log10(value) <= to + 1e-9);
  if (inside.length >= 2) return inside;
  const [low, high] = [10 ** from, 10 ** to];
  return multiples(low, high, niceStep(high - low, count));
}

const units = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

/** A tick's number with as many digits as tell it from its neighbours: 0.25, 1500, 20k, 1.5M, 2e-5. */
function numberLabel(value: number, step: number, most: number): string {
  if (value === 0) return "0";
  if (most < 1e-3) return exponent(value, step);
  const [size, unit] = units.find(([size]) => most >= size * 10 || (size > 1e3 && most >= size)) ?? [1, ""];
  const digits = Math.max(0, -Math.floor(Math.log10(step / size) + 1e-9));
  return digits > 6 ? String(Number(value.toPrecision(8))) : `${(value / size).toFixed(digits)}${unit}`;
}

function exponent(value: number, step: number): string {
  const power = Math.floor(Math.log10(Math.abs(value)) + 1e-9);
  const digits = Math.max(0, Math.min(4, power - Math.floor(Math.log10(step) + 1e-9)));
  return value.toExponential(digits).replace("e+", "e");
}

/** A number in few characters: 1k, 0.01, 1e-5. */
export function plainNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e15)) return String(Number(value.toPrecision(4))).replace("e+", "e");
  const [by, unit] = units.find(([by]) => size >= by * (by === 1e3 ? 10 : 1)) ?? [1, ""];
  return `${Number((value / by).toPrecision(4))}${unit}`;
}

const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/** Seconds between ticks of time: of less than a second a nice number, of more than a day whole days. */
function timeStep(range: number, count: number): number {
  const rough = range / Math.max(1, count);
  if (rough < 1) return niceStep(range, count);
  return timeSteps.find((one) => one >= rough) ?? Math.ceil(rough / 86_400) * 86_400;
}

function clockLabel(value: number, step: number): string {
  const date = new Date(value);
  const two = (n: number) => String(n).padStart(2, "0");
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (step < 1000) return `${clock}:${(date.getSeconds() + date.getMilliseconds() / 1000).toFixed(2).padStart(5, "0")}`;
  if (step < 60_000) return `${clock}:${two(date.getSeconds())}`;
  return step < 86_400_000 ? clock : `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function durationLabel(seconds: number, step: number): string {
  if (seconds === 0) return "0";
  if (step < 1) return `${Number(seconds.toPrecision(3))}s`;
  const [days, hours, minutes, rest] = [86_400, 3600, 60, 1].map((size, i, all) =>
    Math.floor((Math.round(seconds) % (all[i - 1] ?? Number.POSITIVE_INFINITY)) / size),
  );
  const parts = [days && `${days}d`, hours && `${hours}h`, minutes && `${minutes}m`, rest && `${rest}s`];
  return parts.filter(Boolean).join("");
}
