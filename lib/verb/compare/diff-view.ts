// Two runs as a patch has two files: what one has and what the other has instead, then their sources.
import { plain } from "../../command/plain.js";
import { paint, type TableStyle } from "../../command/table.js";
import type { ComparedField, ComparedRun, Comparison } from "../../record/comparison.js";
import { shown, title } from "./comparison-view.js";

const mostFiles = 20;

/** What differs between the two, field by field, with the patch of their sources. */
export function diffView(record: Record<string, unknown>, style: TableStyle): string {
  const comparison = record as unknown as Comparison;
  const [a, b] = comparison.runs as [ComparedRun, ComparedRun];
  const differing = comparison.fields.filter(({ differs }) => differs);
  const lines = [marked("-", nameOf(a), style), marked("+", nameOf(b), style)];
  if (differing.length === 0) lines.push("", "nothing that is recorded differs");
  for (const group of new Set(differing.map((field) => field.group))) {
    lines.push("", title(group, style));
    for (const field of differing.filter((one) => one.group === group)) lines.push(...linesOf(field, a, b, style));
  }
  const metrics = metricLines(comparison, a, b);
  if (metrics.length > 0) lines.push("", title("metrics", style), ...metrics);
  lines.push(...sourceLines(comparison, style));
  return `${lines.join("\n")}\n`;
}

function nameOf({ id, name, state, mode, user }: ComparedRun): string {
  return `${id}  ${plain(name)}  ${user}  ${mode && mode !== state ? `${state} (${mode})` : state}`;
}

function marked(mark: "-" | "+", text: string, { colour }: TableStyle): string {
  const line = `${mark} ${text}`;
  return colour ? paint(line, mark === "-" ? "removed" : "added") : line;
}

function linesOf({ path, values }: ComparedField, a: ComparedRun, b: ComparedRun, style: TableStyle): string[] {
  const side = (mark: "-" | "+", value: unknown) =>
    value === undefined ? [] : [marked(mark, `${plain(path)} = ${shown(value)}`, style)];
  return [...side("-", values[a.id]), ...side("+", values[b.id])];
}

function metricLines({ metrics }: Comparison, a: ComparedRun, b: ComparedRun): string[] {
  return metrics.flatMap(({ name, values }) => {
    const [one, other] = [values[a.id]?.last, values[b.id]?.last];
    if (one === other) return [];
    const by = typeof one === "number" && typeof other === "number" ? `  (${signed(other - one)})` : "";
    return [`  ${plain(name)}  ${number(one)} → ${number(other)}${by}`];
  });
}

function number(value: number | string | undefined): string {
  return value === undefined ? "-" : typeof value === "number" ? String(Number(value.toPrecision(6))) : value;
}

function signed(value: number): string {
  return `${value > 0 ? "+" : ""}${Number(value.toPrecision(4))}`;
}

function sourceLines({ files, patch }: Comparison, style: TableStyle): string[] {
  if (!files) return [];
  const marks = { changed: "~", "only in a": "-", "only in b": "+" };
  const named = files.slice(0, mostFiles).map(({ path, how }) => `  ${marks[how]} ${plain(path)}`);
  const more = files.length > mostFiles ? [`  and ${files.length - mostFiles} more`] : [];
  return ["", title("files of the source", style), ...named, ...more, "", ...patchLines(patch ?? "", style)];
}

function patchLines(patch: string, { colour }: TableStyle): string[] {
  return patch
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const text = plain(line);
      if (!colour) return text;
      if (/^(diff|---|\+\+\+)( |$)/.test(line)) return paint(text, "header");
      if (line.startsWith("@@")) return paint(text, "handle");
      return line.startsWith("-") ? paint(text, "removed") : line.startsWith("+") ? paint(text, "added") : text;
    });
}
