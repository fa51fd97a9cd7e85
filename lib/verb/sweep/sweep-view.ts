// A sweep for eyes: how many points, what they ask for, and the points.
import { plain } from "../../command/plain.js";
import { type TableColumn, type TableStyle, tableLines } from "../../command/table.js";
import type { Run } from "../../record/run.js";
import { isSweep, type Sweep } from "../../record/sweep.js";

/** Sweeps and their runs as lab-expand gives them. */
export function sweepView(records: Record<string, unknown>[], style: TableStyle): string {
  const sweeps = records.filter(isSweep);
  const runs = records.filter((record) => record["type"] === "run") as Run[];
  const parts = sweeps.map((sweep) => {
    const own = runs.filter((run) => run.sweep?.id === sweep.id);
    return [...heading(sweep, style), ...(own.length > 0 ? ["", ...pointTable(own, style)] : [])].join("\n");
  });
  const others = runs.filter((run) => run.sweep === undefined);
  if (others.length > 0) parts.push(tableLines(others, columns(["id", "name", "phase"]), style).lines.join("\n"));
  return `${parts.join("\n\n")}\n`;
}

/** `grid: 12 points, 96 GPU-hours and 384 CPU-hours asked for`, and what is swept. */
function heading(sweep: Sweep, { colour, width = Number.POSITIVE_INFINITY }: TableStyle): string[] {
  const { name, of, all, gpu_hours = 0, cpu_hours = 0, aggregate } = sweep;
  const strong = (text: string) => (colour ? `\u001b[1m${text}\u001b[0m` : text);
  const points = `${of} point${of === 1 ? "" : "s"}${all === undefined ? "" : ` (of ${all})`}`;
  const asked = [gpu_hours > 0 ? [`${hours(gpu_hours)} GPU-hours`] : [], [`${hours(cpu_hours)} CPU-hours`]].flat();
  const after = aggregate ? ", and one run after them" : "";
  const paths = Math.max(0, ...sweep.axes.map(({ path }) => path.length));
  return [
    `${strong(plain(name))}: ${points}${after}, ${asked.join(" and ")} asked for`,
    ...sweep.axes.map(({ path, values }) => {
      const words = values ? values.map(valueText).join("  ") : "many values";
      const room = width - paths - 4;
      return `  ${plain(path).padEnd(paths)}  ${words.length > room ? `${words.slice(0, Math.max(8, room - 1))}…` : words}`;
    }),
  ];
}

function hours(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** A value of an axis in few words. */
export function valueText(value: unknown): string {
  return plain(typeof value === "string" ? value : JSON.stringify(value));
}

function pointTable(runs: readonly Run[], style: TableStyle): string[] {
  const axes = [...new Set(runs.flatMap(({ sweep }) => Object.keys(sweep?.point ?? {})))];
  const named = runs.some(({ sweep }) => sweep?.name !== undefined);
  const rows = runs.map(({ id, sweep }) => ({
    index: sweep?.aggregate ? "after" : sweep?.index,
    run: id,
    case: sweep?.name,
    ...Object.fromEntries(Object.entries(sweep?.point ?? {}).map(([at, value]) => [`point:${at}`, valueText(value)])),
  }));
  const shown: TableColumn[] = [
    { key: "index", title: "point", format: "number" },
    { key: "run", title: "run", format: "text" },
    ...(named ? [{ key: "case", title: "case", format: "text" as const }] : []),
    ...axes.map((at) => ({ key: `point:${at}`, title: at, format: "text" as const })),
  ];
  return tableLines(rows, shown, style).lines;
}

function columns(keys: readonly string[]): TableColumn[] {
  return keys.map((key) => ({ key, title: key, format: "text" }));
}
