// A file of somebody's run on its way to a browser, which must not run anything of it.
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { rangeOf } from "./ranges.js";
import type { Asked } from "./route.js";

export interface SentFile {
  size: number;
  /** Another one for other contents: an entity tag, in its quotes. */
  tag: string;
  type: string;
  disposition: string;
  /** The bytes from `from` to before `to`, fewer where the file became shorter. */
  bytes(from: number, to: number): AsyncIterable<Uint8Array>;
  /** Called in any case where `bytes` is not. */
  close(): void;
}

/** Answers with the file, the range of it that was asked for, or that the browser has it already. */
export async function sendFile({ request, response }: Asked, file: SentFile): Promise<void> {
  const { size, tag } = file;
  // In a sandbox without an origin: whatever it is, it is not our page, and loads nothing.
  response.setHeader("content-security-policy", "sandbox; default-src 'none'; frame-ancestors 'none'");
  response.setHeader("content-type", file.type);
  response.setHeader("content-disposition", file.disposition);
  response.setHeader("cache-control", "private, no-cache");
  response.setHeader("etag", tag);
  response.setHeader("accept-ranges", "bytes");
  const range = rangeOf(request.headers.range, first(request.headers["if-range"]), tag, size);
  const unchanged = (request.headers["if-none-match"] ?? "").split(",").some((one) => one.trim() === tag);
  if (unchanged || range === "none") {
    file.close();
    if (!unchanged) response.setHeader("content-range", `bytes */${size}`);
    return void response.writeHead(unchanged ? 304 : 416, unchanged ? {} : { "content-length": 0 }).end();
  }
  const { from, to } = range === "whole" || request.method === "HEAD" ? { from: 0, to: size } : range;
  const partial = to - from < size;
  if (partial) response.setHeader("content-range", `bytes ${from}-${to - 1}/${size}`);
  response.writeHead(partial ? 206 : 200, { "content-length": to - from });
  if (request.method === "HEAD") {
    file.close();
    return void response.end();
  }
  await pipeline(
    Readable.from(promised(file.bytes(from, to), to - from), { objectMode: false, highWaterMark: 1 << 18 }),
    response,
  ).catch(gone);
}

/** Ends with an error where there are fewer bytes than the head of the answer says: the connection cannot be used again. */
async function* promised(bytes: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const piece of bytes) {
    yield piece;
    sent += piece.length;
  }
  if (sent < length) throw Object.assign(new Error("the file became shorter"), { code: shorter });
}

const shorter = "FILE_BECAME_SHORTER";

function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

/** A reader who leaves, and a file that became shorter than was promised, end the connection: who reads knows by that. */
function gone(error: NodeJS.ErrnoException): void {
  const known = ["ERR_STREAM_PREMATURE_CLOSE", shorter, "ECONNRESET", "EPIPE", "ABORT_ERR"];
  if (!known.includes(error.code ?? "")) throw error;
}
