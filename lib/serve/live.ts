// Changes on their way to those who look: a short memory of them, and streams that a slow reader cannot fill up.
import crypto from "node:crypto";
import type { ServerResponse } from "node:http";

export interface Change {
  runs: readonly string[];
  kinds: readonly string[];
}

/** What one is told; without `runs` it is not known what changed. */
export interface News {
  id: string;
  runs?: string[];
  kinds?: string[];
  as_of: string;
}

export interface LiveLimits {
  /** So many may listen at once. */
  streams: number;
  /** So many changes are remembered. */
  remembered: number;
  /** A change of more runs than this is one of everything. */
  runs: number;
  /** What may wait for a reader (bytes), and how long (milliseconds), before no more is written, and before it is let go. */
  waiting: number;
  patience: number;
  heartbeat: number;
}

const usual: LiveLimits = {
  streams: 200,
  remembered: 1000,
  runs: 500,
  waiting: 1 << 16,
  patience: 60_000,
  heartbeat: 15_000,
};

export interface Live {
  tell(change: Change): void;
  /** What has changed since an id: all that is not known any more, where it is not one of ours, or too old. */
  since(after: string | undefined): News;
  /** Begins a stream of events; false where too many listen already. */
  stream(response: ServerResponse, after: string | undefined): boolean;
  count(): number;
  close(): void;
}

interface Reader {
  response: ServerResponse;
  /** The number of the last change that was written. */
  told: number;
  /** Since when it has been too slow. */
  slow_since?: number;
}

/** Nothing is kept for a reader: one that is slow is told later, at once, all that has changed meanwhile. */
export function live(given: Partial<LiveLimits> = {}): Live {
  const limits = { ...usual, ...given };
  // Numbers begin anew with each server: an id of another one is not mistaken for one of ours.
  const server = crypto.randomBytes(6).toString("base64url");
  const remembered: Change[] = [];
  const readers = new Set<Reader>();
  let last = 0;
  const sinceNumber = (after: number | undefined): News => {
    const news = { id: `${server}.${last}`, as_of: new Date().toISOString() };
    if (after === undefined || after < last - remembered.length || after > last) return news;
    return { ...news, ...together(remembered.slice(remembered.length - (last - after)), limits.runs) };
  };
  const numberOf = (id: string | undefined): number | undefined => {
    const [, of, number] = /^([\w-]{8})\.(\d{1,15})$/.exec(id ?? "") ?? [];
    return of === server ? Number(number) : undefined;
  };
  const write = (reader: Reader) => {
    if (reader.told === last || reader.response.writableLength > limits.waiting) return;
    const news = sinceNumber(reader.told);
    reader.told = last;
    reader.response.write(`id: ${news.id}\nevent: change\ndata: ${JSON.stringify(news)}\n\n`);
  };
  const beat = () => {
    for (const reader of readers) {
      const { response } = reader;
      if (response.writableLength <= limits.waiting) {
        delete reader.slow_since;
        write(reader);
        response.write(": still here\n\n");
      } else {
        reader.slow_since ??= Date.now();
        if (Date.now() - reader.slow_since >= limits.patience) response.destroy();
      }
    }
  };
  const timer = setInterval(beat, limits.heartbeat).unref();
  return {
    tell(change) {
      last += 1;
      remembered.push(change);
      if (remembered.length > limits.remembered) remembered.shift();
      for (const reader of readers) write(reader);
    },
    since: (after) => sinceNumber(numberOf(after)),
    stream(response, after) {
      if (readers.size >= limits.streams) return false;
      const known = numberOf(after);
      const reader: Reader = { response, told: known ?? last };
      readers.add(reader);
      response.on("close", () => readers.delete(reader));
      response.on("drain", () => write(reader));
      response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" });
      response.write(`retry: 2000\nid: ${server}.${reader.told}\n\n`);
      // Who has been here before with an id that says nothing any more asks for everything.
      if (after !== undefined && (known === undefined || known < last - remembered.length)) {
        const news = sinceNumber(undefined);
        reader.told = last;
        response.write(`id: ${news.id}\nevent: change\ndata: ${JSON.stringify(news)}\n\n`);
      } else write(reader);
      return true;
    },
    count: () => readers.size,
    close() {
      clearInterval(timer);
      for (const { response } of readers) response.end();
      readers.clear();
    },
  };
}

function together(changes: readonly Change[], most: number): { runs?: string[]; kinds: string[] } {
  const kinds = [...new Set(changes.flatMap(({ kinds }) => kinds))];
  const runs = new Set<string>();
  for (const change of changes) for (const run of change.runs) runs.add(run);
  return runs.size > most ? { kinds } : { runs: [...runs], kinds };
}
