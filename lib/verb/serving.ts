// What lab-serve answers: the same records that the commands write, from the files, at each request.
import fs from "node:fs";
import type { Context } from "../command/context.js";
import { installed } from "../command/installed.js";
import { fault, recordError } from "../record/fault.js";
import type { Way } from "../record/lineage.js";
import type { Status } from "../record/records.js";
import type { Run } from "../record/run.js";
import { isRunId } from "../record/run-id.js";
import { withoutSecrets } from "../record/secrets.js";
import { findRun } from "../registry/refs.js";
import type { Asset, Route } from "../serve/server.js";
import { type Filter, listRuns } from "./listing.js";
import { graces } from "./runs.js";
import { wholeRun } from "./showing.js";
import { trace } from "./tracing.js";

const largestPage = 1000;

/** The paths under /api/v1. */
export function routesOf(context: Context): Route[] {
  return [
    { path: "/api/v1/runs", answer: (_, query) => runs(query, asked(context)) },
    { path: "/api/v1/runs/:run", answer: ({ run = "" }) => oneRun(run, asked(context)) },
    { path: "/api/v1/lineage/:what", answer: ({ what = "" }, query) => lineageOf(what, query, asked(context)) },
  ];
}

/** The files of the page. */
export function assets(): Record<string, Asset> {
  const read = (name: string) => fs.readFileSync(installed("web", name));
  return {
    "/": { type: "text/html; charset=utf-8", content: read("page.html") },
    "/page.css": { type: "text/css; charset=utf-8", content: read("page.css") },
    "/app.js": { type: "text/javascript; charset=utf-8", content: read("app.js") },
    "/favicon.svg": { type: "image/svg+xml", content: read("favicon.svg") },
  };
}

interface Asked extends Context {
  problems: object[];
}

/** The context of one request: it is now, nobody looks at a terminal or hears what is said beside, and what is wrong with a run is part of the answer. */
function asked(context: Context): Asked {
  const problems: object[] = [];
  return {
    ...context,
    now: Date.now(),
    args: [],
    terminal: { ...context.terminal, out: false },
    say: () => {},
    report: (id, error) => void problems.push({ ...(id === undefined ? {} : { id }), ...recordError(error) }),
    problems,
  };
}

/** A page of a list, newest first: `next` is the `before` of the page after it. */
async function runs(query: URLSearchParams, context: Asked): Promise<object> {
  const limit = number(query, "limit", 100, largestPage);
  const before = query.get("before") ?? undefined;
  if (before !== undefined && !isRunId(before)) throw fault("usage", `before=${before} is no run id`);
  const filter: Filter = {
    state: query.getAll("state"),
    mode: query.getAll("mode"),
    name: query.get("name") ?? undefined,
    user: query.getAll("user"),
    all: query.get("all") === "true",
    tag: query.getAll("tag"),
    group: query.get("group") ?? undefined,
    where: query.getAll("where"),
    note: query.get("note") ?? undefined,
    since: undefined,
    until: undefined,
    recent: undefined,
    sort: undefined,
    before,
    limit: limit + 1,
  };
  const found: Status[] = [];
  for await (const status of listRuns(filter, context)) found.push(status);
  const shown = found.slice(0, limit);
  const next = found.length > limit ? shown.at(-1)?.id : undefined;
  const { user } = await context.registry();
  return { user, runs: shown, ...(next === undefined ? {} : { next }), ...problemsOf(context) };
}

async function oneRun(ref: string, context: Asked): Promise<object> {
  const run = findRun(await context.registry(), runRef(ref), context.cwd);
  const whole = (await wholeRun(run, context, await graces(context))) as Run;
  return { run: { ...whole, env: masked(whole.env) }, ...problemsOf(context) };
}

/** Variables as they may be shown. */
function masked(env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, withoutSecrets(name, value)]));
}

const ways: Record<string, readonly Way[]> = { up: ["up"], down: ["down"], both: ["up", "down"] };

async function lineageOf(what: string, query: URLSearchParams, context: Asked): Promise<object> {
  const direction = query.get("direction") ?? "both";
  const wanted = Object.hasOwn(ways, direction) ? ways[direction] : undefined;
  if (!wanted) throw fault("usage", `direction=${direction} is none of ${Object.keys(ways).join(", ")}`);
  const depth = query.has("depth") ? number(query, "depth", 1, 1_000_000) : undefined;
  const edges: object[] = [];
  const said: string[] = [];
  const own = { ...context, args: [anyRef(what)], say: (message: string) => void said.push(message) };
  for await (const edge of trace(nothing(), { ways: wanted, depth }, own)) edges.push(edge);
  return { edges, ...(said.length > 0 ? { notes: said } : {}), ...problemsOf(context) };
}

async function* nothing(): AsyncGenerator<never> {}

const word = "[@\\w][@\\w.:+-]{0,127}";

/** A reference of the API is never a path of the server's machine. */
function runRef(ref: string): string {
  if (new RegExp(`^${word}$`).test(ref)) return ref;
  throw fault("usage", "an id, its last six characters, or @last");
}

function anyRef(ref: string): string {
  if (new RegExp(`^${word}(/${word})?$`).test(ref)) return ref;
  throw fault("usage", "a run, an artifact, or an alias");
}

function problemsOf({ problems }: Asked): { problems?: object[] } {
  return problems.length > 0 ? { problems } : {};
}

function number(query: URLSearchParams, name: string, usual: number, most: number): number {
  const text = query.get(name);
  if (text === null) return usual;
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value >= 1 && value <= most) return value;
  throw fault("usage", `${name}=${text} is no number from 1 to ${most}`);
}
