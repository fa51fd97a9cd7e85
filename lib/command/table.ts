// The same records as an aligned table, for eyes.
import { shortDuration, shortSize } from "../record/units.js";
import { plain } from "./plain.js";
import { shorten, width } from "./width.js";

export type Format = "text" | "time" | "age" | "duration" | "size" | "number" | "state" | "handle" | "point";

export interface TableColumn {
  key: string;
  title: string;
  format: Format;
  /** Left out where the terminal is too narrow for all. */
  spare?: boolean;
  /** Left out where none of the first rows has anything for it. */
  seldom?: boolean;
}

export interface TableStyle {
  header: boolean;
  colour: boolean;
  /** Columns of the terminal; undefined where there is none: nothing is cut then. */
  width: number | undefined;
  now: number;
  /** More rows will come, of which nobody knows how wide they are. */
  more?: boolean;
}

const colours: Record<string, string> = {
  succeeded: "32",
  cached: "32",
  ok: "32",
  running: "36",
  exited: "36",
  blocked: "33",
  following: "33",
  deferred: "33",
  requeued: "33",
  submitted: "33",
  queued: "33",
  planned: "2",
  failed: "31",
  lost: "31",
  error: "31",
  cancelled: "35",
  unknown: "33",
  warning: "33",
};

/**
 * The lines of a table for these records; `widths` keeps those of an earlier part of the same table, whose
 * columns it was told; on a narrow terminal they are fewer than were asked for.
 */
export function tableLines(
  records: readonly Record<string, unknown>[],
  columns: readonly TableColumn[],
  style: TableStyle,
  widths?: number[],
): { lines: string[]; widths: number[]; columns: readonly TableColumn[] } {
  const { rows, natural } = measured(records, columns, style);
  // A long text may be cut to this and still say something; less is worth more than other columns.
  const least = natural.map((w, i) => (columns[i]?.format === "text" && !isId(columns[i]) ? Math.min(w, 40) : w));
  const fewer = !widths && style.width !== undefined && sum(least) > style.width && narrower(columns, natural);
  if (fewer) return tableLines(records, fewer, style);
  const fitted = widths ?? fit(natural, columns, style.width);
  const lines = rows.map((row) => line(row, columns, fitted, style, false));
  if (style.header && !widths)
    lines.unshift(
      line(
        columns.map((column) => column.title),
        columns,
        fitted,
        style,
        true,
      ),
    );
  return { lines, widths: fitted, columns };
}

function measured(records: readonly Record<string, unknown>[], columns: readonly TableColumn[], style: TableStyle) {
  const rows = records.map((record) => columns.map((column) => cell(at(record, column.key), column.format, style.now)));
  const natural = columns.map((column, i) => {
    const said = style.more && column.format === "state" ? "succeeded" : "";
    const least = Math.max(said.length, style.header ? width(column.title) : 0);
    return rows.reduce((most, row) => Math.max(most, width(row[i] ?? "")), least);
  });
  return { rows, natural };
}

/** Columns for a narrow terminal: first one that can be spared goes, then ids become handles; undefined where neither can. */
function narrower(columns: readonly TableColumn[], natural: readonly number[]): TableColumn[] | undefined {
  const spare = columns.findLastIndex((column) => column.spare);
  if (spare >= 0) return columns.filter((_, i) => i !== spare);
  const id = columns.findIndex((column, i) => isId(column) && natural[i] === 22);
  if (id < 0) return undefined;
  return columns.map((column, i) => (i === id ? { ...column, format: "handle" } : column));
}

function isId(column: TableColumn | undefined): boolean {
  return (column?.key === "id" || column?.key === "run") && column.format === "text";
}

function sum(widths: readonly number[]): number {
  return widths.reduce((total, w) => total + w, 0) + 2 * (widths.length - 1);
}

/** The value at a dotted path of a record. */
export function at(record: unknown, key: string): unknown {
  if (typeof record !== "object" || record === null) return undefined;
  const fields = record as Record<string, unknown>;
  if (Object.hasOwn(fields, key)) return fields[key];
  const dot = key.indexOf(".");
  const head = key.slice(0, Math.max(0, dot));
  return Object.hasOwn(fields, head) ? at(fields[head], key.slice(dot + 1)) : undefined;
}

function cell(value: unknown, format: Format, now: number): string {
  if (value === undefined || value === null) return "";
  if (format === "time" && typeof value === "string") return plain(localTime(value));
  if (format === "age" && typeof value === "string") return age((now - Date.parse(value)) / 1000, value);
  if (format === "duration" && typeof value === "number") return shortDuration(value);
  if (format === "size" && typeof value === "number") return shortSize(value);
  if (format === "handle" && typeof value === "string") return plain(value.slice(-6));
  if (format === "number" && typeof value === "number") return number(value);
  if (format === "point" && typeof value === "object") return plain(point(value));
  if (Array.isArray(value))
    return plain(value.map((item) => (typeof item === "string" ? item : JSON.stringify(item))).join(" "));
  return plain(typeof value === "string" ? value : JSON.stringify(value));
}

/** `lr=0.001 bs=48`: the ends of the paths tell enough, unless two are alike. */
function point(value: object): string {
  const ends = Object.keys(value).map((path) => path.slice(path.lastIndexOf(".") + 1));
  const short = new Set(ends).size === ends.length;
  return Object.entries(value)
    .map(([path, v], i) => `${short ? ends[i] : path}=${typeof v === "string" ? v : JSON.stringify(v)}`)
    .join(" ");
}

function age(seconds: number, text: string): string {
  if (Number.isNaN(seconds)) return plain(text);
  return seconds < 0 ? `in ${shortDuration(-seconds)}` : `${shortDuration(seconds)} ago`;
}

function number(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}

/** `2026-11-20 15:04:05` in the local zone, or the text as it is where it is no time. */
export function localTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const two = (n: number) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function fit(natural: number[], columns: readonly TableColumn[], terminal: number | undefined): number[] {
  const fitted = natural.slice();
  if (terminal === undefined) return fitted;
  const total = () => fitted.reduce((sum, w) => sum + w, 0) + 2 * (fitted.length - 1);
  // The widest text gives way first; what is short is never cut.
  while (total() > terminal) {
    const texts = fitted.map((w, i) => (columns[i]?.format === "text" && !isId(columns[i]) ? w : 0));
    const widest = texts.indexOf(Math.max(...texts));
    if ((fitted[widest] ?? 0) <= 12 || texts[widest] === 0) break;
    fitted[widest] = Math.max(12, (fitted[widest] ?? 0) - (total() - terminal));
  }
  return fitted;
}

function line(
  cells: string[],
  columns: readonly TableColumn[],
  widths: number[],
  style: TableStyle,
  header: boolean,
): string {
  const parts = cells.map((text, i) => {
    const wide = widths[i] ?? 0;
    const cut = width(text) > wide && style.width !== undefined ? shorten(text, wide) : text;
    const gap = " ".repeat(Math.max(0, wide - width(cut)));
    const right = columns[i]?.format === "number" || columns[i]?.format === "duration" || columns[i]?.format === "size";
    const painted = style.colour ? paint(cut, header ? "header" : columns[i]?.format) : cut;
    return right ? gap + painted : i === cells.length - 1 ? painted : painted + gap;
  });
  return parts.join("  ").trimEnd();
}

/** The text in the colour of what it is: a state, a handle, a heading. */
export function paint(text: string, format: Format | "header" | "added" | "removed" | undefined): string {
  if (format === "header") return `\u001b[2m${text}\u001b[0m`;
  if (format === "added" || format === "removed") return `\u001b[${format === "added" ? 32 : 31}m${text}\u001b[0m`;
  const colour = format === "state" ? colours[text.split(/[ :]/)[0] ?? ""] : format === "handle" ? "1" : undefined;
  return colour && text ? `\u001b[${colour}m${text}\u001b[0m` : text;
}
