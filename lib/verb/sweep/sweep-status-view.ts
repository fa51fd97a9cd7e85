// How sweeps are doing, for eyes: a bar, what failed, the best so far, and the metric (or the progress) by the axes.
import { plain } from "../../command/plain.js";
import { paint, type TableColumn, type TableStyle, tableLines } from "../../command/table.js";
import { shorten } from "../../command/width.js";
import { handleOf } from "../../record/run-id.js";
import { hasEnded, hasSucceeded, states } from "../../record/state.js";
import type { SweepStatus } from "../../record/sweep.js";
import { shortDuration } from "../../record/units.js";
import { sweepTable } from "./sweep-table.js";
import { valueText } from "./sweep-view.js";

type Points = NonNullable<SweepStatus["points"]>;

/** States in the order of the bar: what is done, what goes on, what waits, what went wrong. */
const order = [
  ...[
    "succeeded",
    "cached",
    "exited",
    "running",
    "requeued",
    "queued",
    "submitted",
    "following",
    "blocked",
    "deferred",
  ],
  ...["planned", "unknown", "failed", "cancelled", "lost", "missing"],
];

/** The statuses of sweeps; those of a list, which have no points, as a table. */
export function sweepStatusView(records: Record<string, unknown>[], style: TableStyle): string {
  const all = records as unknown as SweepStatus[];
  if (all.every(({ points }) => points === undefined)) return `${listLines(all, style).join("\n")}\n`;
  return `${all.map((one) => sweepLines(one, style).join("\n")).join("\n\n")}\n`;
}

function sweepLines(sweep: SweepStatus, style: TableStyle): string[] {
  const { id, name, of, planned_at, counts, points = [], aggregate } = sweep;
  const { colour, now } = style;
  const dim = (text: string) => (colour ? `\u001b[2m${text}\u001b[0m` : text);
  const strong = (text: string) => (colour ? `\u001b[1m${text}\u001b[0m` : text);
  const ago = shortDuration(Math.max(0, (now - Date.parse(planned_at)) / 1000));
  const after = aggregate ? `, then ${handleOf(aggregate.run)}: ${painted(aggregate.state, style)}` : "";
  const lines = [
    `${strong(plain(name))}  ${handleOf(id)}  ${dim(`planned ${ago} ago`)}`,
    bar(counts, of, style),
    `${of} point${of === 1 ? "" : "s"}: ${told(counts, style)}${after}`,
    ...bestLines(sweep, strong),
    ...failures(points, style),
    ...table(sweep, style),
  ];
  const hint = hintFor(sweep);
  return hint === undefined ? lines : [...lines, "", hint];
}

function painted(state: string, { colour }: TableStyle): string {
  return colour ? paint(state, "state") : state;
}

function inOrder(counts: SweepStatus["counts"]): [string, number][] {
  const rank = (state: string) => (order.includes(state) ? order.indexOf(state) : order.length);
  return Object.entries(counts).sort(([a], [b]) => rank(a) - rank(b));
}

function told(counts: SweepStatus["counts"], style: TableStyle): string {
  return inOrder(counts)
    .map(([state, n]) => `${n} ${painted(state, style)}`)
    .join(", ");
}

/** One cell at least for each state that there is; what waits is light. */
function bar(counts: SweepStatus["counts"], of: number, style: TableStyle): string {
  const room = Math.max(10, Math.min(60, (style.width ?? 80) - 8));
  const ended = states.filter(hasEnded).reduce((n, state) => n + (counts[state] ?? 0), 0);
  const shares = inOrder(counts).map(([state, n]) => ({ state, cells: Math.max(1, Math.floor((n / of) * room)) }));
  const widest = shares.reduce((best, one) => (one.cells > best.cells ? one : best), { state: "", cells: 0 });
  widest.cells += room - shares.reduce((sum, { cells }) => sum + cells, 0);
  const drawn = shares.map(({ state, cells }) => {
    const text = cellOf(state).repeat(Math.max(0, cells));
    if (!style.colour) return text;
    // The colour of a state is that of its word.
    return paint(state, "state").replace(state, text);
  });
  return `${drawn.join("")}  ${Math.floor((100 * ended) / Math.max(1, of))}%`;
}

function cellOf(state: string): string {
  if (hasSucceeded(state)) return "█";
  if (hasEnded(state)) return "▚";
  return ["running", "exited"].includes(state) ? "▓" : "░";
}

function bestLines({ metric, best, points = [] }: SweepStatus, strong: (text: string) => string): string[] {
  if (!metric) return [];
  if (!best) return [`no point has a '${plain(metric.name)}' yet`];
  const point = points.find(({ index }) => index === best.index);
  const how = Object.entries(point?.point ?? {}).map(([at, value]) => `${plain(at)}=${valueText(value)}`);
  const what = `${metric.goal === "min" ? "least" : "most"} ${plain(metric.name)} so far`;
  return [`${what}: ${strong(String(Number(best.value.toPrecision(6))))}  in ${handleOf(best.run)}  ${how.join("  ")}`];
}

const shownFailures = 5;

function failures(points: Points, style: TableStyle): string[] {
  const failed = points.filter(({ state }) => state === "failed" || state === "lost");
  const lines = failed.slice(0, shownFailures).map(({ run, state, mode, message, point }) => {
    const how = Object.entries(point).map(([at, value]) => `${plain(at)}=${valueText(value)}`);
    const why = [mode === undefined || mode === state ? undefined : mode, message]
      .filter(Boolean)
      .map((text) => plain(text ?? ""));
    const text = `  ${handleOf(run)}  ${state}  ${why.join(": ")}  ${how.join(" ")}`;
    return style.width === undefined ? text : shorten(text, style.width);
  });
  const more = failed.length - shownFailures;
  return more > 0 ? [...lines, `  and ${more} more: lab sweep status --json tells of each`] : lines;
}

function table(sweep: SweepStatus, style: TableStyle): string[] {
  const made = sweepTable(sweep);
  if (!made || made.rows.length < 2) return [];
  const columns: TableColumn[] = made.columns.map(({ key, title, number }) => ({
    key,
    title,
    format: number ? "number" : "text",
  }));
  const shown = made.rows.slice(0, 40);
  const rest = made.rows.length - shown.length;
  return ["", made.title, ...tableLines(shown, columns, style).lines, ...(rest > 0 ? [`… and ${rest} more`] : [])];
}

function hintFor({ id, counts }: SweepStatus): string | undefined {
  const { missing = 0, planned = 0 } = counts;
  if (missing + planned === 0) return undefined;
  const what = missing > 0 ? `${missing} ${missing === 1 ? "was" : "were"} never made` : `${planned} never sent`;
  return `${what}: lab sweep resume ${handleOf(id)}`;
}

function listLines(all: readonly SweepStatus[], style: TableStyle): string[] {
  const rows = all.map(({ id, name, user, planned_at, of, counts }) => {
    const done = (counts["succeeded"] ?? 0) + (counts["cached"] ?? 0);
    const rest = inOrder(counts).filter(([state]) => !hasSucceeded(state));
    return { id, name, user, planned_at, of, done, rest: rest.map(([state, n]) => `${n} ${state}`).join(", ") };
  });
  const one = new Set(all.map(({ user }) => user)).size < 2;
  const columns: TableColumn[] = [
    { key: "id", title: "sweep", format: "text" },
    { key: "name", title: "name", format: "text" },
    ...(one ? [] : [{ key: "user", title: "user", format: "text" as const }]),
    { key: "planned_at", title: "planned", format: "age" },
    { key: "of", title: "points", format: "number" },
    { key: "done", title: "done", format: "number" },
    { key: "rest", title: "else", format: "text" },
  ];
  return tableLines(rows, columns, style).lines;
}
