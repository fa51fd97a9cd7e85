// How records leave: NDJSON into a pipe, a table or a command's own view on a terminal, ids alone with -q.
import type { Terminal } from "./context.js";
import { carriesError, idOf } from "./each.js";
import type { Spec } from "./spec.js";
import { at, plain, type TableColumn, type TableStyle, tableLines } from "./table.js";

export interface Output {
  /** With `now`, the record has left when the promise is kept; a table is for eyes and takes its time. */
  write(record: object, now?: boolean): Promise<void> | undefined;
  end(): Promise<void>;
}

/** Opens stdout in the form that the options and the terminal ask for. */
export async function openOutput(
  spec: Spec,
  options: Record<string, unknown>,
  terminal: Terminal,
  stdout: number,
  now: number,
): Promise<Output> {
  const forEyes =
    (spec.plainWith !== undefined && options[spec.plainWith] === true) ||
    options["table"] === true ||
    options["columns"] !== undefined ||
    (terminal.out && options["json"] !== true);
  const stream = await import("./stream.js");
  if (options["quiet"]) return ids(stream.textWriter(stdout));
  if (!forEyes) return stream.recordWriter(stdout);
  const style: TableStyle = {
    header: options["no-header"] !== true,
    colour: terminal.colour,
    width: terminal.columns,
    now,
  };
  const text = stream.textWriter(stdout);
  if (spec.view && options["columns"] === undefined) return viewed(spec, spec.view, text, style);
  if (spec.pivot && options["columns"] === undefined) return pivoted(spec.pivot, text, style);
  return table(columnsOf(spec, options["columns"] as string | undefined), text, style);
}

type Text = ReturnType<typeof import("./stream.js")["textWriter"]>;

function ids(text: Text): Output {
  return {
    write(record) {
      const id = idOf(record);
      if (id !== undefined && !carriesError(record)) text.write(`${id}\n`);
      return text.ready();
    },
    end: () => text.end(),
  };
}

/** The view knows what the command writes; a record that only passes by is shown as it is. */
function viewed({ writes }: Spec, view: NonNullable<Spec["view"]>, text: Text, style: TableStyle): Output {
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

/** Gathers rows until none has come for a moment, so that columns fit; what comes later keeps their widths. */
function table(columns: TableColumn[], text: Text, style: TableStyle): Output {
  let rows: Record<string, unknown>[] = [];
  let widths: number[] | undefined;
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (rows.length === 0) return;
    const made = tableLines(rows, columns, style, widths);
    rows = [];
    widths = made.widths;
    text.write(`${made.lines.join("\n")}\n`);
  };
  return {
    write(record) {
      if (isFailure(record)) return undefined;
      rows.push(record as Record<string, unknown>);
      if (rows.length >= 1000) flush();
      else timer ??= setTimeout(flush, 200);
      return text.ready();
    },
    end() {
      flush();
      return text.end();
    },
  };
}

/** Gathers all rows, since the columns are known only at the end. */
function pivoted({ by, key, value }: NonNullable<Spec["pivot"]>, text: Text, style: TableStyle): Output {
  const rows = new Map<string, Record<string, unknown>>();
  const names = new Set<string>();
  return {
    write(record) {
      const name = at(record, key);
      if (typeof name !== "string") return undefined;
      const id = JSON.stringify(by.map((field) => at(record, field)));
      const row = rows.get(id) ?? Object.fromEntries(by.map((field) => [field, at(record, field)]));
      rows.set(id, Object.assign(row, { [name]: at(record, value) }));
      names.add(name);
      return undefined;
    },
    end() {
      const columns = [
        ...by.map((field) => ({
          key: field,
          title: field,
          format: field === "run" ? ("handle" as const) : ("number" as const),
        })),
      ];
      for (const name of names) columns.push({ key: name, title: name, format: "number" });
      if (rows.size > 0) text.write(`${tableLines([...rows.values()], columns, style).lines.join("\n")}\n`);
      return text.end();
    },
  };
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
