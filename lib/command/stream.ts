// NDJSON in and out: the package `ndjson` splits and writes; here is what happens to bad lines and broken pipes.
import type { Readable, Writable } from "node:stream";
import { errnoOf, fault } from "../record/fault.js";

/** A longer line is reported and skipped (characters). */
export const longestLine = 8 * 2 ** 20;

interface Splitter extends Readable {
  mapper: (row: string) => unknown;
  overflow: boolean;
}

/**
 * The records of a stream, one by one as they come. A line that is no record (not JSON, not an object, too long) goes to
 * `bad` in words and is skipped.
 */
export async function* readRecords(
  input: Readable,
  bad: (message: string) => void,
): AsyncGenerator<Record<string, unknown>> {
  const ndjson = await import("ndjson");
  const options = { strict: true, maxLength: longestLine, skipOverflow: true };
  const parser = ndjson.parse(options) as unknown as Splitter;
  let wake = () => {};
  let ended = false;
  let failure: unknown;
  watchLines(parser, bad);
  parser.on("readable", () => wake());
  parser.on("end", () => {
    ended = true;
    wake();
  });
  input.on("error", (error) => {
    failure = error;
    wake();
  });
  input.pipe(parser as unknown as NodeJS.WritableStream & Splitter);
  for (;;) {
    for (let record = parser.read(); record !== null; record = parser.read()) yield record;
    if (failure) throw fault("ioerr", `cannot read standard input: ${errnoOf(failure) ?? String(failure)}`);
    if (ended) return;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

/** Counts lines and catches those that `ndjson` would drop silently (too long) or take for the end (`null`). */
function watchLines(parser: Splitter, bad: (message: string) => void): void {
  let line = 0;
  const parse = parser.mapper;
  parser.mapper = (row) => {
    line += 1;
    if (row.trim() === "") return undefined;
    const value = parse.call(parser, row);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
    if (value !== undefined) bad(`line ${line} of standard input is JSON, but no record: ${shown(row)}`);
    return undefined;
  };
  parser.on("error", () => bad(`line ${line} of standard input is not JSON`));
  let overflow = false;
  Object.defineProperty(parser, "overflow", {
    get: () => overflow,
    set: (now: boolean) => {
      if (now && !overflow) bad(`line ${line + 1} of standard input is longer than ${longestLine / 2 ** 20} MiB`);
      if (overflow && !now) line += 1;
      overflow = now;
    },
  });
}

function shown(row: string): string {
  return row.length > 40 ? `${row.slice(0, 40)}…` : row;
}

export interface RecordWriter {
  /** Writes one record; resolves when the stream can take more. Throws what the stream failed with. */
  write(record: object): Promise<void> | undefined;
  end(): Promise<void>;
}

/** Records as NDJSON, in as few writes as the pace of their coming allows: a record never waits for the next one. */
export async function recordWriter(output: Writable): Promise<RecordWriter> {
  const ndjson = await import("ndjson");
  const text = textWriter(output);
  const serializer = ndjson.stringify();
  serializer.on("data", (chunk: Buffer | string) => text.write(String(chunk)));
  return {
    write(record) {
      serializer.write(record);
      return text.ready();
    },
    end: () => text.end(),
  };
}

export interface TextWriter {
  write(text: string): void;
  ready(): Promise<void> | undefined;
  end(): Promise<void>;
}

/** Text gathered until the event loop turns (or 64 kB), then written at once; waits while the reader is slow. */
export function textWriter(output: Writable): TextWriter {
  let pending = "";
  let scheduled = false;
  let full = false;
  let failure: Error | undefined;
  const wake: (() => void)[] = [];
  const wakeAll = () => {
    full = false;
    for (const resolve of wake.splice(0)) resolve();
  };
  output.on("error", (error) => {
    failure ??= error;
    wakeAll();
  });
  output.on("drain", wakeAll);
  const flush = () => {
    scheduled = false;
    if (pending === "" || failure) return;
    const batch = pending;
    pending = "";
    if (!output.write(batch)) full = true;
  };
  const check = () => {
    if (failure) throw failure;
  };
  return {
    write(text) {
      pending += text;
      if (pending.length > 65_536) flush();
      else if (!scheduled) {
        scheduled = true;
        setImmediate(flush);
      }
    },
    ready() {
      check();
      if (!full) return undefined;
      return new Promise<void>((resolve) => wake.push(resolve)).then(check);
    },
    async end() {
      flush();
      check();
      await new Promise<void>((resolve) => {
        wake.push(resolve);
        output.write("", () => resolve());
      });
      check();
    },
  };
}
