// A read-only HTTP server: files of the page, and answers in JSON.
import http from "node:http";
import { type FaultCode, isFault, recordError } from "../record/fault.js";
import { type Asset, type Assets, assetFor, isForEver } from "./assets.js";
import { type Connections, limitConnections } from "./connections.js";
import { admit, cookieFor, type Verdict } from "./guard.js";
import { listen, type Place } from "./listen.js";
import { send } from "./respond.js";
import { type Asked, type Route, routeFor } from "./route.js";
import { jsonOf } from "./texts.js";

export interface ServerOptions {
  /** Undefined: everybody who can connect may ask. */
  token?: string | undefined;
  routes: readonly Route[];
  assets: Assets;
  /** What went wrong and is nobody's fault but ours. */
  report(error: unknown): void;
}

export interface RunningServer {
  /** 0 where it listens at a socket. */
  port: number;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** Who is slow is let go: to say what is asked, to ask again, or to take any of the answer (milliseconds). */
const patience = {
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  keepAliveTimeout: 30_000,
  connectionsCheckingInterval: 2000,
};
const stalled_ms = 120_000;
/** No browser asks again on a connection before it has its answer: thousands of answers to one who takes none fill the memory. */
const mostAtOnce = 2;

/** Listens on a port of the loopback interface, or at a socket. Throws unavailable where that is taken. */
export async function startServer(options: ServerOptions, place: number | Place): Promise<RunningServer> {
  const server = http.createServer({ ...patience, maxHeaderSize: 16_384 });
  server.setTimeout(stalled_ms, (socket) => socket.destroy());
  const connections = limitConnections(server);
  const asking = new WeakMap<object, number>();
  server.on("request", (request, response) => {
    const { socket } = request;
    const before = asking.get(socket) ?? 0;
    if (before >= mostAtOnce) return void socket.destroy();
    asking.set(socket, before + 1);
    response.on("close", () => asking.set(socket, (asking.get(socket) ?? 1) - 1));
    answer(options, connections, request, response).catch((error) => {
      options.report(error);
      response.destroy();
    });
  });
  const { port = 0, remove } = await listen(server, typeof place === "number" ? { port: place } : place);
  server.on("error", options.report);
  const close = async () => {
    remove();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, close };
}

const refusals: Record<Exclude<Verdict, "pass" | "enter">, [number, string]> = {
  no_method: [405, "this server only shows: GET and HEAD"],
  no_request: [400, "this is no request that a browser makes: one host, a path, and no body"],
  no_site: [403, "another page asks for this: only its own may"],
  no_host: [421, "this server answers to localhost only"],
  no_token: [401, "open the address that lab-serve printed: it has the token"],
};

async function answer(
  options: ServerOptions,
  connections: Connections,
  request: http.IncomingMessage,
  response: http.ServerResponse,
) {
  guardHeaders(response);
  let url: URL;
  let verdict: Verdict;
  try {
    url = new URL(request.url ?? "/", "http://localhost");
    verdict = admit(request, options.token);
  } catch {
    return send(request, response, 400, json({ error: { code: "dataerr", message: "this is no address" } }));
  }
  if (verdict === "enter" || verdict === "pass") response.on("close", connections.admitted(request.socket));
  // What follows on such a connection may be the rest of what was smuggled.
  else if (verdict !== "no_token") response.setHeader("connection", "close");
  if (verdict === "enter" && options.token !== undefined) {
    url.searchParams.delete("token");
    response.setHeader("set-cookie", cookieFor(options.token));
    response.setHeader("location", `${url.pathname}${url.search}`);
    return send(request, response, 303, text("the token is kept as a cookie"));
  }
  const found = routeFor(options.routes, url.pathname);
  if (verdict !== "pass" && verdict !== "enter" && !(verdict === "no_token" && found?.route.open)) {
    const [status, message] = refusals[verdict];
    if (status === 405) response.setHeader("allow", "GET, HEAD");
    return send(request, response, status, text(message));
  }
  if (found) return routed(options, found.route, { parts: found.parts, query: url.searchParams, request, response });
  const asset = assetFor(options.assets, url.pathname);
  if (asset && isForEver(url.pathname)) response.setHeader("cache-control", "private, max-age=31536000, immutable");
  if (asset) return send(request, response, 200, asset);
  const message = `there is nothing at ${url.pathname}`;
  return send(request, response, 404, json({ error: { code: "noinput", message } }));
}

const bug = { code: "software", message: "this is a bug: the server has said more on its terminal" };

async function routed({ report }: ServerOptions, route: Route, asked: Asked): Promise<void> {
  const { request, response } = asked;
  try {
    const answered = await route.answer(asked);
    if (answered) await send(request, response, 200, json(answered));
  } catch (error) {
    if (!isFault(error)) report(error);
    // What has begun cannot be taken back; its end is then missing, and whoever reads it knows.
    if (response.headersSent) return void response.destroy();
    if (isFault(error)) return send(request, response, statusOf(error.code), json({ error: recordError(error) }));
    send(request, response, 500, json({ error: bug }));
  }
}

function statusOf(code: FaultCode): number {
  const known: Partial<Record<FaultCode, number>> = {
    noinput: 404,
    usage: 400,
    dataerr: 422,
    noperm: 403,
    unavailable: 503,
    tempfail: 503,
    // A disk: it may be another time.
    ioerr: 503,
  };
  return known[code] ?? 500;
}

function guardHeaders(response: http.ServerResponse): void {
  const csp =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self'; connect-src 'self'";
  response.setHeader("content-security-policy", `${csp}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`);
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("referrer-policy", "no-referrer");
  response.setHeader("cross-origin-resource-policy", "same-origin");
  response.setHeader("cross-origin-opener-policy", "same-origin");
  response.setHeader("cache-control", "no-store");
}

function json(value: object): Asset {
  return { type: "application/json; charset=utf-8", content: jsonOf(value) };
}

function text(message: string): Asset {
  return { type: "text/plain; charset=utf-8", content: `${message}\n` };
}
