// Records for eyes: the command's own view of them, or a table.
import os from "node:os";
import { nearest } from "../record/names.js";
import type { Terminal } from "./context.js";
import { carriesError } from "./each.js";
import type { Output } from "./output.js";
import { passesBy } from "./passes-by.js";
import { plain } from "./plain.js";
import type { Gathering, Spec } from "./spec.js";
import type { TextWriter } from "./stream.js";
import { at, type TableColumn, type TableStyle, tableLines } from "./table.js";
import { type Count, tallied } from "./tally.js";

/** Shows records in the way of the command (each one's text, all of them together), or in the columns that the options name. */
export function openView(
  spec: Spec,
  options: Record<string, unknown>,
  terminal: Terminal,
  text: TextWriter,
  now: number,
): Output {
  const style: TableStyle = {
    header: options["no-header"] !== true,
    colour: terminal.colour,
    width: terminal.columns,
    now,
  };
  const named = options["columns"] as string | undefined;
  const asked = spec.viewWith === undefined || options[spec.viewWith] === true;
  const gathering = named === undefined ? gatheringOf(spec, options, style) : undefined;
  if (gathering) return gathered(spec, gathering, text);
  if (spec.view && asked && named === undefined) return viewed(spec, spec.view, text, style);
  // Who asks for columns, or for none of the headings, is going to read the rows by a program.
  const counts = spec.tally !== undefined && options[spec.tally.option] === true && named === undefined && style.header;
  const limited = style.width === undefined || options[spec.tally?.unless ?? ""] !== undefined;
  const count = spec.tally && counts ? tallied(spec.tally, limited, style) : undefined;
  const columns = columnsOf(spec, named);
  const shown = table({ columns, named: named !== undefined, count, writes: spec.writes }, text, style);
  return named === undefined ? shown : { ...shown, ...doubting(shown, columns, spec) };
}

/** A column that no record has anything for, and that is nearly one that there is. */
function doubting({ write }: Output, asked: readonly TableColumn[], spec: Spec): Pick<Output, "write" | "doubts"> {
  const declared = columnsOf(spec, undefined).flatMap(({ key, title }) => [key, title]);
  const empty = new Set(asked.map(({ key }) => key).filter((key) => !declared.includes(key)));
  const fields = new Set(declared);
  return {
    write(record) {
      for (const key of empty) if (at(record, key) !== undefined) empty.delete(key);
      if (empty.size > 0) for (const key of Object.keys(record)) fields.add(key);
      return write(record);
    },
    doubts: () =>
      [...empty].flatMap((key) => {
        const near = nearest(key, fields);
        return near === undefined ? [] : `no record has '${key}': did you mean ${near}?`;
      }),
  };
}

/** The view knows what the command writes; a record that only passes by is shown as it is. */
function viewed({ writes }: Spec, view: NonNullable<Spec["view"]>, text: TextWriter, style: TableStyle): Output {
  return {
    write(record) {
      if (isFailure(record) || carriesError(record)) return undefined;
      const ours = writes?.includes(String(at(record, "type"))) ?? true;
      text.write(ours ? view(record as Record<string, unknown>, style) : `${plain(JSON.stringify(record))}\n`);
      return text.ready();
    },
    end: () => text.end(),
  };
}

/** What the command makes of its records together; one that wants them all at once gets them at the end. */
function gatheringOf(
  { gather, whole }: Spec,
  options: Record<string, unknown>,
  style: TableStyle,
): Gathering | undefined {
  if (gather || !whole) return gather?.(style, options);
  const records: Record<string, unknown>[] = [];
  return {
    add: (record) => void records.push(record),
    text: () => (records.length === 0 ? "" : whole(records, { ...style, user: userName() }, options)),
  };
}

/** Records are gathered, and shown at the end; those that only pass by, and errors, are no part of it. */
function gathered({ writes }: Spec, gathering: Gathering, text: TextWriter): Output {
  return {
    write(record) {
      const ours = writes?.includes(String(at(record, "type"))) ?? true;
      if (ours && !isFailure(record) && !carriesError(record)) gathering.add(record as Record<string, unknown>);
      return undefined;
    },
    end() {
      text.write(gathering.text());
      return text.end();
    },
  };
}

/** Who looks, so that what is hers need not say so. */
function userName(): string | undefined {
  try {
    return os.userInfo().username;
  } catch {
    return undefined;
  }
}

/** Gathers rows until none has come for a moment, so that columns fit; what comes later keeps their widths. */
function table({ columns: asked, named, count, writes }: Asked, text: TextWriter, style: TableStyle): Output {
  let rows: Record<string, unknown>[] = [];
  let columns = asked;
  let widths: number[] | undefined;
  let timer: NodeJS.Timeout | undefined;
  const flush = (more: boolean) => {
    clearTimeout(timer);
    timer = undefined;
    if (rows.length === 0) return;
    if (widths === undefined)
      columns = withNumbers(named ? columns : withErrors(withPoints(withoutEmpty(columns, rows), rows), rows), rows);
    const made = tableLines(rows, columns, { ...style, more }, widths);
    rows = [];
    widths = made.widths;
    columns = made.columns;
    text.write(`${made.lines.join("\n")}\n`);
  };
  return {
    write(record) {
      if (isFailure(record) || passesBy(record, writes) || count?.add(record) === false) return undefined;
      const row = toldError(record as Record<string, unknown>);
      rows.push(named ? row : withoutEcho(row));
      if (rows.length >= 1000) flush(true);
      else timer ??= setTimeout(flush, 200, true);
      return text.ready();
    },
    end() {
      flush(false);
      if (count) text.write(`${widths === undefined ? "" : "\n"}${count.line()}\n`);
      return text.end();
    },
  };
}

interface Asked {
  columns: readonly TableColumn[];
  /** By the person who asks, not by the command. */
  named: boolean;
  count: Count | undefined;
  writes: Spec["writes"];
}

/** Of columns that only one kind of a command's records has, those that these have. */
function withoutEmpty(
  columns: readonly TableColumn[],
  rows: readonly Record<string, unknown>[],
): readonly TableColumn[] {
  return columns.filter(({ key, seldom }) => !seldom || rows.some((row) => at(row, key) !== undefined));
}

/** Points of a sweep all have its name: what tells them apart stands in its place. */
function withPoints(columns: readonly TableColumn[], rows: readonly Record<string, unknown>[]): readonly TableColumn[] {
  if (!rows.every((row) => at(row, "sweep.point") !== undefined)) return columns;
  return columns.map((column) =>
    column.key === "name" ? { key: "sweep.point", title: "point", format: "point" } : column,
  );
}

/** Where no column has room for an error, one for it: a row that says nothing of it would look like one that went well. */
function withErrors(columns: readonly TableColumn[], rows: readonly Record<string, unknown>[]): readonly TableColumn[] {
  if (!rows.some(carriesError) || columns.some(({ key }) => key === "message")) return columns;
  return [...columns, { key: "error.message", title: "error", format: "text" }];
}

/** Numbers of fields that no command declares stand right, as all numbers do. */
function withNumbers(
  columns: readonly TableColumn[],
  rows: readonly Record<string, unknown>[],
): readonly TableColumn[] {
  return columns.map((column) => {
    const values = rows.map((row) => at(row, column.key)).filter((value) => value !== undefined);
    const isNumber =
      column.format === "text" && values.length > 0 && values.every((value) => typeof value === "number");
    return isNumber ? { ...column, format: "number" } : column;
  });
}

/** A mode that only says the state again is left out. */
function withoutEcho(record: Record<string, unknown>): Record<string, unknown> {
  return record["mode"] !== undefined && record["mode"] === record["state"] ? { ...record, mode: undefined } : record;
}

/** What went wrong stands in the column of messages. */
function toldError(record: Record<string, unknown>): Record<string, unknown> {
  return carriesError(record) ? { ...record, message: at(record, "error.message") } : record;
}

function isFailure(record: object): boolean {
  return at(record, "type") === "failure";
}

function columnsOf(spec: Spec, asked: string | undefined): TableColumn[] {
  const declared = (spec.columns ?? ["type", "id"]).map((column) =>
    typeof column === "string" ? { key: column } : column,
  );
  const full = (key: string): TableColumn => {
    const found = declared.find((column) => column.key === key || column.title === key);
    return {
      key: found?.key ?? key,
      title: found?.title ?? (found?.key ?? key).replace(/_(at|s|bytes)$/, ""),
      format: found?.format ?? formatOf(found?.key ?? key),
      ...(found?.spare ? { spare: true } : {}),
      ...(found?.seldom ? { seldom: true } : {}),
    };
  };
  return asked === undefined
    ? declared.map((column) => full(column.key))
    : asked.split(",").map((key) => full(key.trim()));
}

function formatOf(key: string): TableColumn["format"] {
  if (key.endsWith("_at") || key === "at") return "time";
  if (key.endsWith("_s")) return "duration";
  if (key.endsWith("_bytes") || key === "bytes") return "size";
  return key === "state" ? "state" : "text";
}
