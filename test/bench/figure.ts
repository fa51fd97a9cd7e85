// A figure as a record, and figures as a table.
import type { Compared, Spread } from "./measure.js";

export interface Figure {
  type: "figure";
  v: 1;
  bench: string;
  what: string;
  /** ms, s, MB/s; or what is counted. */
  unit: string;
  value: number;
  low?: number;
  high?: number;
  baseline?: { what: string; value: number; low?: number; high?: number };
  ratio?: Spread;
  difference?: Spread;
  rounds?: number;
  aim?: string;
  met?: boolean;
}

/** What a figure should be: its ratio to the baseline, its difference from it, or itself, at most or at least so much. */
export interface Aim {
  of: "ratio" | "difference" | "value";
  most?: number;
  least?: number;
}

interface Named {
  bench: string;
  what: string;
  unit: string;
  against: string;
}

/** The figure of something that was measured by turns with its baseline. */
export function comparedFigure({ bench, what, unit, against }: Named, compared: Compared, aim?: Aim): Figure {
  const { ours, baseline, ratio, difference, rounds } = compared;
  const { median: value, low, high } = ours;
  const base = { what: against, value: baseline.median, low: baseline.low, high: baseline.high };
  const figure = { type: "figure", v: 1, bench, what, unit, value, low, high, baseline: base, rounds } as const;
  const shown = aim?.of === "difference" ? { difference } : { ratio };
  return { ...figure, ...shown, ...verdict(aim, aim?.of === "difference" ? difference.median : ratio.median, unit) };
}

/** The figure of something that is counted, beside the count of its baseline where it has one. */
export function countFigure(
  { bench, what, unit, against }: Omit<Named, "against"> & { against?: string },
  value: number,
  baseline?: number,
  aim?: Aim,
): Figure {
  const base = against === undefined || baseline === undefined ? {} : { baseline: { what: against, value: baseline } };
  const aimed = aim?.of === "difference" ? value - (baseline ?? 0) : value;
  return { type: "figure", v: 1, bench, what, unit, value, ...base, ...verdict(aim, aimed, unit) };
}

function verdict(aim: Aim | undefined, figure: number, unit: string): Pick<Figure, "aim" | "met"> {
  if (!aim) return {};
  const limit = aim.most ?? aim.least ?? 0;
  const words = { ratio: `${limit}×`, difference: `${limit} ${unit} more`, value: `${limit} ${unit}` }[aim.of];
  return aim.most !== undefined
    ? { aim: `≤ ${words}`, met: figure <= aim.most }
    : { aim: `≥ ${words}`, met: figure >= limit };
}

const heads = ["what", "figure", "baseline", "its figure", "compared", "aim", ""];

/** The lines of a table in Markdown, aligned for eyes that see it as text. */
export function tableOf(figures: readonly Figure[]): string[] {
  const rows = figures.map(cells);
  const widths = heads.map((head, i) => Math.max(3, head.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((text, i) => text.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  return [line(heads), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)];
}

function cells({ what, unit, value, low, high, baseline, ratio, difference, aim, met }: Figure): string[] {
  const compared = ratio
    ? `${between(ratio, "×")}`
    : difference
      ? `${difference.median < 0 ? "" : "+"}${between(difference, ` ${unit}`)}`
      : "";
  return [
    what,
    between({ median: value, low, high }, ` ${unit}`),
    (baseline?.what ?? "").replaceAll("|", "\\|"),
    baseline ? between({ median: baseline.value, low: baseline.low, high: baseline.high }, ` ${unit}`) : "",
    compared,
    aim ?? "",
    met === undefined ? "" : met ? "met" : "missed",
  ];
}

function between(
  { median, low, high }: { median: number; low?: number | undefined; high?: number | undefined },
  unit: string,
): string {
  const middle = `${short(median)}${unit}`;
  return low === undefined || high === undefined ? middle : `${middle} (${short(low)}–${short(high)})`;
}

/** Three digits that count. */
function short(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
