// A comparison for eyes: what differs, group by group, then the metrics.
import { plain } from "../../command/plain.js";
import { paint, type TableStyle } from "../../command/table.js";
import { shorten, width } from "../../command/width.js";
import { hanging } from "../../command/wrap.js";
import type { ComparedField, ComparedRun, Comparison } from "../../record/comparison.js";
import { handleOf } from "../../record/run-id.js";

/** The runs, and what differs between them; metrics by their last and best values. */
export function comparisonView(record: Record<string, unknown>, style: TableStyle): string {
  const comparison = record as unknown as Comparison;
  const { runs, fields, metrics } = comparison;
  const lines = runs.map((run) => headOf(run, style));
  const differing = fields.filter(({ differs }) => differs);
  if (differing.length === 0) lines.push("", "nothing that is recorded differs");
  lines.push(...sectionsOf(differing, runs, style));
  if (metrics.length > 0) lines.push("", title("metrics", style), ...table(metricRows(comparison), runs, style));
  if (comparison.seeds) lines.push("", ...comparison.seeds.map(({ runs: same, seeds }) => sameLine(same, seeds)));
  return `${lines.join("\n")}\n`;
}

function headOf({ id, name, user, state, mode }: ComparedRun, { colour }: TableStyle): string {
  const how = mode && mode !== state ? `${state} (${mode})` : state;
  const words = [
    colour ? paint(id, "handle") : id,
    plain(name),
    user,
    colour ? paint(state, "state") + how.slice(state.length) : how,
  ];
  return words.join("  ");
}

function sameLine(runs: readonly string[], seeds: readonly number[]): string {
  return `${runs.map(handleOf).join(", ")} differ by their seed${seeds.length > 0 ? ` (${seeds.join(", ")})` : ""}`;
}

export function title(text: string, { colour }: TableStyle): string {
  return colour ? paint(text, "header") : text;
}

export function sectionsOf(
  fields: readonly ComparedField[],
  runs: readonly ComparedRun[],
  style: TableStyle,
): string[] {
  const groups = [...new Set(fields.map(({ group }) => group))];
  return groups.flatMap((group) => {
    const rows = fields
      .filter((field) => field.group === group)
      .map(({ path, values }): Row => [path, runs.map(({ id }) => shown(values[id]))]);
    return ["", title(group, style), ...table(rows, runs, style)];
  });
}

type Row = [name: string, cells: string[]];

function metricRows({ runs, metrics }: Comparison): Row[] {
  return metrics.map(({ name, values }) => {
    const cells = runs.map(({ id }) => {
      const { last, best, best_step } = values[id] ?? {};
      if (last === undefined) return "";
      if (best === undefined || best === last) return number(last);
      return `${number(last)} (best ${number(best)}${best_step === undefined ? "" : ` at ${best_step}`})`;
    });
    return [name, cells];
  });
}

function number(value: number | string): string {
  return typeof value === "number" ? String(Number(value.toPrecision(6))) : value;
}

/** Digests as long as they are needed to tell two. */
export function shown(value: unknown): string {
  if (value === undefined) return "";
  const text =
    typeof value === "string" ? value : Array.isArray(value) ? value.map(shown).join(" ") : JSON.stringify(value);
  return plain(text.replaceAll(/\b(sha256:[0-9a-f]{12})[0-9a-f]{52}\b/g, "$1…"));
}

const widest = 36;

/** A column a run where they fit; else each value with those that have it. */
function table(rows: readonly Row[], runs: readonly ComparedRun[], style: TableStyle): string[] {
  const names = Math.min(widest, Math.max(6, ...rows.map(([name]) => width(plain(name)))));
  const room = style.width ?? Number.POSITIVE_INFINITY;
  const columns = runs.map((_, i) => Math.max(6, ...rows.map(([, cells]) => Math.min(widest, width(cells[i] ?? "")))));
  if (2 + names + columns.reduce((sum, column) => sum + column + 2, 0) > room) return stacked(rows, runs, style);
  const line = (name: string, cells: readonly string[]) =>
    `  ${padded(name, names)}${cells.map((cell, i) => `  ${padded(cell || "-", columns[i] ?? 6)}`).join("")}`.trimEnd();
  const head = line(
    "",
    runs.map(({ id }) => handleOf(id)),
  );
  return [style.colour ? paint(head, "header") : head, ...rows.map(([name, cells]) => line(plain(name), cells))];
}

function padded(text: string, columns: number): string {
  const cut = width(text) > columns ? shorten(text, columns) : text;
  return cut + " ".repeat(Math.max(0, columns - width(cut)));
}

function stacked(rows: readonly Row[], runs: readonly ComparedRun[], style: TableStyle): string[] {
  return rows.flatMap(([name, cells]) => {
    const having = new Map<string, string[]>();
    for (const [i, { id }] of runs.entries()) {
      const value = cells[i] || "-";
      having.set(value, [...(having.get(value) ?? []), handleOf(id)]);
    }
    const values = [...having].flatMap(([value, who]) =>
      hanging(`    ${value}  `, who.join(", ").split(" "), style.width),
    );
    return [`  ${plain(name)}`, ...values];
  });
}
