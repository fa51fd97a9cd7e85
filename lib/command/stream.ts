// NDJSON in and out: the package `ndjson` splits and writes; here is what happens to bad lines and broken pipes.
// Descriptors are read and written by fs.read and fs.write: process.stdin and process.stdout cost a third of the time that
// a small command takes to start.
import fs from "node:fs";
import type { Readable } from "node:stream";
import { errnoOf, systemFault } from "../record/fault.js";
import type { StopSignal } from "../record/stop-signal.js";
import { atHand } from "./many.js";
import { unwritable } from "./unwritable.js";

type Bad = (line: number, why: string) => void;

/** A longer line is reported and skipped (characters). */
export const longestLine = 8 * 2 ** 20;

interface Splitter extends Readable {
  readonly writableLength: number;
  mapper: (row: string) => unknown;
  overflow: boolean;
  write(chunk: Uint8Array): boolean;
  end(): void;
}

/**
 * The records that come from a descriptor, one by one as they come, until its end or the signal. A line that is no record
 * (not JSON, not an object, too long) goes to `bad` with its number and what is wrong, and is skipped.
 */
export async function* readRecords(fd: number, bad: Bad, signal?: StopSignal): AsyncGenerator<Record<string, unknown>> {
  const ndjson = await import("ndjson");
  const options = { strict: true, maxLength: longestLine, skipOverflow: true };
  const parser = ndjson.parse(options) as unknown as Splitter;
  watchLines(parser, bad);
  const buffer = Buffer.allocUnsafe(65_536);
  let count = 0;
  let ended = false;
  parser.on("end", () => {
    ended = true;
  });
  for (let length = 1; length > 0; ) {
    length = await readSome(fd, buffer, signal);
    if (signal?.aborted) return;
    if (length > 0) {
      if (!parser.write(Buffer.from(buffer.subarray(0, length)))) await settled(parser);
    } else parser.end();
    await settled(parser);
    for (let record = parser.read(); record !== null; record = parser.read()) {
      atHand(++count);
      yield record;
    }
  }
  while (!ended) {
    const record = parser.read();
    if (record !== null) yield record;
    else await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Lets the splitter's own queue run dry. */
function settled(parser: Splitter): Promise<void> {
  return parser.writableLength === 0 ? Promise.resolve() : new Promise((resolve) => setImmediate(resolve));
}

/** Bytes read; 0 at the end, and when the signal comes first: who was asked to end does not wait for more input. */
function readSome(fd: number, buffer: Buffer, signal: StopSignal | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve(0);
    const end = (settle: () => void) => {
      signal?.removeEventListener("abort", stop);
      settle();
    };
    const attempt = () =>
      fs.read(fd, buffer, 0, buffer.length, null, (error, length) => {
        const errno = errnoOf(error);
        if (errno === undefined) end(() => resolve(length));
        // A descriptor that somebody else made non-blocking: look again.
        else if (errno === "EAGAIN" && !signal?.aborted) setTimeout(attempt, 10);
        else if (errno === "EAGAIN" || errno === "EOF") end(() => resolve(0));
        else end(() => reject(systemFault(error, "read standard input")));
      });
    if (signal?.aborted) return resolve(0);
    signal?.addEventListener("abort", stop, { once: true });
    attempt();
  });
}

/** Counts lines and catches those that `ndjson` would drop silently (too long) or take for the end (`null`). */
function watchLines(parser: Splitter, bad: Bad): void {
  let line = 0;
  let overflow = false;
  const parse = parser.mapper;
  parser.mapper = (row) => {
    // What is left of a line that was too long, at the end of the stream.
    if (overflow) return undefined;
    line += 1;
    if (row.trim() === "") return undefined;
    const value = parse.call(parser, row);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
    if (value !== undefined) bad(line, "it is JSON, but no record");
    return undefined;
  };
  parser.on("error", () => bad(line, "it is not JSON"));
  Object.defineProperty(parser, "overflow", {
    get: () => overflow,
    set: (now: boolean) => {
      if (now && !overflow) bad(line + 1, `it is longer than ${longestLine / 2 ** 20} MiB`);
      if (overflow && !now) line += 1;
      overflow = now;
    },
  });
}

export interface RecordWriter {
  /** Writes one record; resolves when the stream can take more (with `now`, when it has left). Throws Unwritable. */
  write(record: object, now?: boolean): Promise<void> | undefined;
  end(): Promise<void>;
}

/** Records as NDJSON, in as few writes as the pace of their coming allows: a record never waits for the next one. */
export async function recordWriter(fd: number): Promise<RecordWriter> {
  const ndjson = await import("ndjson");
  const text = textWriter(fd);
  const serializer = ndjson.stringify();
  serializer.on("data", (chunk: Buffer | string) => text.write(String(chunk)));
  return {
    write(record, now) {
      serializer.write(record);
      return now ? text.written() : text.ready();
    },
    end: () => text.end(),
  };
}

export interface TextWriter {
  write(text: string): void;
  /** When it is worth while to wait for a slow reader. */
  ready(): Promise<void> | undefined;
  /** When everything has left. */
  written(): Promise<void>;
  end(): Promise<void>;
}

const enough = 65_536;

/** Text gathered until the event loop turns (or 64 kB), then written at once; waits while the reader is slow. */
export function textWriter(fd: number): TextWriter {
  let pending = "";
  let busy: Promise<void> | undefined;
  let scheduled = false;
  let failure: Error | undefined;
  const flush = (): Promise<void> => {
    scheduled = false;
    busy ??= drain().finally(() => {
      busy = undefined;
    });
    return busy;
  };
  const drain = async () => {
    while (pending !== "" && !failure) {
      const batch = Buffer.from(pending);
      pending = "";
      try {
        await writeAll(fd, batch);
      } catch (error) {
        failure = unwritable(error);
      }
    }
  };
  const check = () => {
    if (failure) throw failure;
  };
  return {
    write(text) {
      pending += text;
      if (scheduled || busy) return;
      scheduled = true;
      setImmediate(flush);
    },
    ready() {
      check();
      return pending.length > enough ? flush().then(check) : undefined;
    },
    written: () => flush().then(flush).then(check),
    end: () => flush().then(flush).then(check),
  };
}

function writeAll(fd: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const from = (offset: number) =>
      fs.write(fd, bytes, offset, bytes.length - offset, null, (error, written) => {
        if (errnoOf(error) === "EAGAIN") setTimeout(from, 10, offset);
        else if (error) reject(error);
        else if (offset + written < bytes.length) from(offset + written);
        else resolve();
      });
    from(0);
  });
}
