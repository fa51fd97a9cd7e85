// An answer on its way: only what whoever asks has not got yet, and that in few bytes.
import crypto from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import zlib from "node:zlib";
import type { Asset } from "./assets.js";

const brotli = promisify(zlib.brotliCompress);
const gzip = promisify(zlib.gzip);

/** What is smaller is one packet anyhow. */
const worthwhile = 1400;
/** Levels at which a list of a hundred runs takes a millisecond or two, of another thread. */
const levels = { brotli: 4, gzip: 5 };

/** Sends it whole. Errors of the connection are nobody's. */
export async function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  asset: Asset,
): Promise<void> {
  const content = typeof asset.content === "string" ? Buffer.from(asset.content) : asset.content;
  if (status === 200) {
    if (!response.hasHeader("etag")) response.setHeader("etag", `"${digestOf(content)}"`);
    if (String(request.headers["if-none-match"] ?? "").includes(String(response.getHeader("etag")))) {
      response.writeHead(304).end();
      return;
    }
  }
  const small = await compressed(request, asset.type, content);
  if (response.destroyed) return;
  if (isCompressible(asset.type)) response.setHeader("vary", "accept-encoding");
  if (small.encoding) response.setHeader("content-encoding", small.encoding);
  response.writeHead(status, { "content-type": asset.type, "content-length": small.content.length });
  response.end(request.method === "HEAD" ? undefined : small.content);
}

function digestOf(content: Uint8Array): string {
  return crypto.createHash("sha1").update(content).digest("base64url");
}

interface Small {
  content: Uint8Array;
  encoding?: "br" | "gzip";
}

/** Files of the page are the same each time, and large: by their bytes, which stay where they are. */
const known = new WeakMap<Uint8Array, Map<string, Promise<Uint8Array>>>();

async function compressed(request: IncomingMessage, type: string, content: Uint8Array): Promise<Small> {
  const encoding = encodingFor(request.headers["accept-encoding"]);
  if (!encoding || content.length < worthwhile || !isCompressible(type)) return { content };
  const all = known.get(content) ?? new Map<string, Promise<Uint8Array>>();
  known.set(content, all);
  const small = all.get(encoding) ?? compress(content, encoding);
  all.set(encoding, small);
  return { content: await small, encoding };
}

function compress(content: Uint8Array, encoding: "br" | "gzip"): Promise<Uint8Array> {
  if (encoding === "gzip") return gzip(content, { level: levels.gzip });
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = zlib.constants;
  return brotli(content, {
    params: { [BROTLI_PARAM_QUALITY]: levels.brotli, [BROTLI_PARAM_SIZE_HINT]: content.length },
  });
}

function isCompressible(type: string): boolean {
  return /^(text\/|application\/(json|javascript|wasm|x-ndjson)|image\/svg)/.test(type);
}

/** Browsers say which they know; `br;q=0` is that they don't want it. */
function encodingFor(accepted: string | string[] | undefined): "br" | "gzip" | undefined {
  const words = String(accepted ?? "")
    .toLowerCase()
    .split(",")
    .map((word) => word.trim());
  const takes = (name: string) => words.some((word) => word.split(";")[0] === name && !/;\s*q=0(\.0*)?$/.test(word));
  return takes("br") ? "br" : takes("gzip") ? "gzip" : undefined;
}
