// Who may ask, and what: on a shared login node everybody can reach a loopback port, and any web page can make a browser ask.
import crypto from "node:crypto";
import type { IncomingMessage } from "node:http";

/** A secret for one server: 32 characters that fit a URL. */
export function newToken(): string {
  return crypto.randomBytes(24).toString("base64url");
}

export type Verdict = "pass" | "enter" | "no_method" | "no_request" | "no_host" | "no_site" | "no_token";

type Request = Pick<IncomingMessage, "method" | "headers" | "url"> & { rawHeaders?: string[] };

/**
 * `enter` for a first visit with the token in the URL, which becomes a cookie; `pass` for cookie or bearer, and for everybody
 * where there is no token. A name in Host that is not this machine's loopback is a page elsewhere that points its own name
 * here (DNS rebinding); that holds for a socket, too, since ssh brings it to a port of the reader's machine.
 */
export function admit(request: Request, token: string | undefined): Verdict {
  const { method, headers, url = "" } = request;
  if (method !== "GET" && method !== "HEAD") return "no_method";
  if (!isPlain(request)) return "no_request";
  if (!isLoopback(headers.host)) return "no_host";
  if (!isOwnPage(headers)) return "no_site";
  if (token === undefined) return "pass";
  const given = new URL(url, "http://localhost").searchParams.get("token");
  if (given !== null) return same(given, token) ? "enter" : "no_token";
  const bearer = /^Bearer ([\w-]{1,128})$/.exec(headers.authorization ?? "")?.[1];
  return same(bearer ?? cookieOf(headers.cookie, token), token) ? "pass" : "no_token";
}

/**
 * One host, a path of this server, and no body: what has two hosts or a body with it is taken for one thing by a proxy and for
 * another by the server behind it, and `//elsewhere/` is an address of another server.
 */
function isPlain({ headers, url = "", rawHeaders = [] }: Request): boolean {
  if (!/^\/(?![/\\])/.test(url)) return false;
  if (headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) !== 0) return false;
  return rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === "host").length <= 1;
}

/** Browsers say which page asks. A link may lead here from anywhere; images, scripts and fetches are of our own page only. */
function isOwnPage(headers: Request["headers"]): boolean {
  const site = headers["sec-fetch-site"];
  if (site === undefined || site === "same-origin" || site === "none") return true;
  return headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
}

/** A cookie belongs to a host, whatever the port: two servers of one person must not share a name. */
function cookieName(token: string): string {
  return `lab_serve_${crypto.createHash("sha256").update(token).digest("hex").slice(0, 8)}`;
}

/** The cookie that stands for the token: not for scripts, not for requests that other sites cause. */
export function cookieFor(token: string): string {
  return `${cookieName(token)}=${token}; Path=/; HttpOnly; SameSite=Strict`;
}

function cookieOf(header: string | undefined, token: string): string | undefined {
  const wanted = cookieName(token);
  for (const part of (header ?? "").split(";")) {
    const [name, value] = part.trim().split("=");
    if (name === wanted) return value;
  }
  return undefined;
}

/** `localhost`, 127.… and [::1] with any port: the port that ssh -L forwards is the reader's own choice. */
function isLoopback(host = ""): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i.test(host);
}

/** Compares in a time that says nothing of where they differ. */
function same(given: string | undefined, token: string): boolean {
  const digest = (text: string) => crypto.createHash("sha256").update(text).digest();
  return given !== undefined && crypto.timingSafeEqual(digest(given), digest(token));
}
