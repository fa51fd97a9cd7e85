// The logs of a run: which there are, parts of one, words in one, and its bytes.
import * as v from "valibot";
import { maybe, runId } from "../../record/schema.js";
import { endpoint, rawEndpoint } from "./api.js";
import { flag, whole } from "./query.js";

/** A place in a file, in bytes. */
export const place = v.pipe(v.string(), v.regex(/^\d{1,15}$/, "is no place in a file"), v.transform(Number));
const bytes = v.pipe(v.number(), v.integer(), v.minValue(0));
const name = maybe(v.pipe(v.string(), v.description("which log; the newest of the job where it is left out")));

const log = v.object({
  name: v.string(),
  path: v.string(),
  bytes,
  attempt: maybe(v.number()),
  live: v.pipe(v.boolean(), v.description("whether it may still grow")),
});

export const logsApi = endpoint({
  path: "/api/v1/runs/:run/logs",
  summary: "The logs of a run in the order of time; of a cached run those of the run that answered for it",
  answer: v.object({ run: runId, logs: v.array(log), ended: v.boolean() }),
});

export const logApi = endpoint({
  path: "/api/v1/runs/:run/log",
  summary: "A part of a log, at most 256 KiB: from a place on, before a place, or its last lines",
  query: v.object({
    name,
    from: maybe(place),
    of: maybe(
      v.pipe(v.string(), v.description("what the answer before was of: another file is read from its beginning")),
    ),
    before: maybe(place),
    tail: maybe(whole(1, 100_000)),
    lines: maybe(whole(1, 100_000)),
  }),
  answer: v.object({
    run: runId,
    name: v.string(),
    text: v.pipe(v.string(), v.description("with its control sequences, as it was written")),
    from: bytes,
    to: v.pipe(bytes, v.description("where to go on")),
    size: bytes,
    of: v.pipe(v.string(), v.description("another word for another file in its place")),
    anew: maybe(
      v.pipe(v.literal(true), v.description("it became shorter, or is another file: this is from its beginning")),
    ),
    ended: v.pipe(v.boolean(), v.description("nothing more will come after `to`")),
  }),
  verbatim: true,
});

export const logSearchApi = endpoint({
  path: "/api/v1/runs/:run/log/search",
  summary: "Lines that hold some words, from a place on; a search of a large log is answered in parts, by `next`",
  query: v.object({
    name,
    q: v.pipe(v.string(), v.minLength(1, "is empty"), v.maxLength(1000, "is too long")),
    after: maybe(place),
    line: maybe(v.pipe(place, v.description("the number of the line that begins at `after`"))),
    limit: maybe(whole(1, 1000)),
  }),
  answer: v.object({
    run: runId,
    name: v.string(),
    hits: v.array(v.object({ at: bytes, line: bytes, text: v.string() })),
    next: maybe(bytes),
    next_line: maybe(bytes),
    size: bytes,
  }),
  list: "hits",
  verbatim: true,
});

export const logRawApi = rawEndpoint({
  path: "/api/v1/runs/:run/log/raw",
  summary: "A log as it is; ranges of bytes",
  query: v.object({ name, download: maybe(flag) }),
  media: "text/plain",
});
