// Metrics on a terminal: of one run a line for each, of several a line a run, or every value.
import type { Gathering } from "../../command/spec.js";
import { type TableColumn, type TableStyle, tableLines } from "../../command/table.js";
import { type Sparkline, sparkline } from "../../graph/sparkline.js";

type Row = Record<string, unknown>;

/** With --all a row for each step, else what there is to each metric. Takes memory by the metric, with --all by the step. */
export function metricTable(style: TableStyle, { all }: Record<string, unknown>): Gathering {
  return all === true ? byStep(style) : byRun(style);
}

const handle = (key: string): TableColumn => ({ key, title: key, format: "handle" });
const number = (key: string, title = key): TableColumn => ({ key, title, format: "number" });

function byStep(style: TableStyle): Gathering {
  const rows = new Map<string, Row>();
  const [runs, names]: [unknown[], Set<string>] = [[], new Set()];
  return {
    add({ run, step, name, value }) {
      if (!runs.includes(run)) runs.push(run);
      const id = `${run} ${step}`;
      const row = rows.get(id) ?? { run, step, at: runs.indexOf(run) };
      rows.set(id, row);
      // A name is no path of a record, and may be one of ours.
      row[`=${name}`] = value;
      names.add(String(name));
    },
    text() {
      const order = (row: Row) => (typeof row["step"] === "number" ? row["step"] : Number.POSITIVE_INFINITY);
      const sorted = [...rows.values()].sort(
        (a, b) => Number(a["at"]) - Number(b["at"]) || compare(order(a), order(b)),
      );
      return tabled(sorted, [handle("run"), number("step")], [...names], style);
    },
  };
}

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

interface Summary {
  name: string;
  points: number;
  last: Row;
  least: number | undefined;
  most: number | undefined;
  curve: Sparkline;
}

function byRun(style: TableStyle): Gathering {
  const runs = new Map<string, Map<string, Summary>>();
  return {
    add(record) {
      const [run, name] = [String(record["run"]), String(record["name"])];
      const metrics = runs.get(run) ?? new Map<string, Summary>();
      runs.set(run, metrics);
      const known = metrics.get(name) ?? {
        name,
        points: 0,
        last: record,
        least: undefined,
        most: undefined,
        curve: sparkline(),
      };
      metrics.set(name, known);
      take(known, record);
    },
    text() {
      const all = [...runs];
      if (all.length === 0) return "";
      if (all.length === 1) return ofOne([...(all[0]?.[1].values() ?? [])], style);
      const rows = all.map(([run, metrics]) => ({
        run,
        ...Object.fromEntries([...metrics.values()].map(({ name, last }) => [`=${name}`, last["value"]])),
      }));
      return tabled(rows, [handle("run")], [...new Set(all.flatMap(([, metrics]) => [...metrics.keys()]))], style);
    },
  };
}

function take(known: Summary, record: Row): void {
  const value = Number(record["value"]);
  known.points += 1;
  known.curve.add(value);
  if (!isBefore(record, known.last)) known.last = record;
  if (Number.isNaN(value)) return;
  known.least = known.least === undefined ? value : Math.min(known.least, value);
  known.most = known.most === undefined ? value : Math.max(known.most, value);
}

/** Of a later attempt, or of the same one at a higher step: that is the last one. */
function isBefore(a: Row, b: Row): boolean {
  const of = (row: Row, key: string) => Number(row[key] ?? Number.NaN);
  if (of(a, "attempt") !== of(b, "attempt")) return of(a, "attempt") < of(b, "attempt");
  return of(a, "step") < of(b, "step");
}

function ofOne(metrics: Summary[], style: TableStyle): string {
  const many = metrics.some(({ points }) => points > 1);
  const rows = metrics.map(({ name, points, last, least, most, curve }) => ({
    metric: name,
    value: last["value"],
    step: last["step"],
    least,
    most,
    points,
    curve: points > 1 ? curve.text(24) : "",
    derived: last["derived"],
  }));
  const columns: TableColumn[] = [
    { key: "metric", title: "metric", format: "text" },
    number("value", many ? "last" : "value"),
    ...(rows.some(({ step }) => step !== undefined) ? [number("step")] : []),
    ...(many ? [number("least", "min"), number("most", "max"), { ...number("points"), spare: true }] : []),
    ...(rows.some(({ derived }) => derived !== undefined)
      ? [{ key: "derived", title: "derived by", format: "text" as const }]
      : []),
    ...(many ? [{ key: "curve", title: "curve", format: "text" as const, spare: true }] : []),
  ];
  return `${tableLines(rows, columns, style).lines.join("\n")}\n`;
}

/** As many of the metrics as there is room for, and how many there are besides. */
function tabled(rows: Row[], first: TableColumn[], names: string[], style: TableStyle): string {
  if (rows.length === 0) return "";
  const metrics = names.map((name): TableColumn => ({ ...number(`=${name}`, name), spare: true }));
  const { lines, columns } = tableLines(rows, [...first, ...metrics], style);
  const left = names.slice(columns.length - first.length);
  if (left.length > 0) lines.push(dim(`and ${left.length} more: --name ${left[0]}, …`, style));
  return `${lines.join("\n")}\n`;
}

function dim(text: string, { colour }: TableStyle): string {
  return colour ? `\u001b[2m${text}\u001b[0m` : text;
}
