// From a declared endpoint and a function that answers it to a route of the server.
import type { ServerResponse } from "node:http";
import type * as v from "valibot";
import type { Context } from "../../command/context.js";
import { recordError } from "../../record/fault.js";
import { maskedRecord } from "../../record/masked.js";
import type { Registry } from "../../registry/open.js";
import type { Endpoint } from "../../serve/api/api.js";
import { readQuery } from "../../serve/api/query.js";
import type { Asked, Route } from "../../serve/route.js";
import { isTexts, linesOf, type Texts } from "../../serve/texts.js";
import type { Index } from "./index/index.js";
import { explainedBy, registryProblem } from "./still-there.js";

/** What lives as long as the server. */
export interface Served {
  context: Context;
  registry: Registry;
  index: Index;
}

/** What one request is answered from. */
export interface Serving extends Served {
  /** It is now, nobody looks at a terminal, and what is reported or said becomes part of the answer. */
  context: Context;
  problems: object[];
}

export type Answering = (served: Served) => Route;
type Parts = Record<string, string>;
type Answered<E extends Endpoint> = E["answer"] extends v.GenericSchema ? Rendered<v.InferInput<E["answer"]>> : never;
/** Lists may be in JSON already: then they are masked, too. */
type Rendered<A> = { [K in keyof A]: A[K] extends readonly object[] ? A[K] | Texts : A[K] };

export interface How<Q = unknown> {
  /**
   * A word that is another one when the answer is: whoever has the answer to it already is told so, and nothing is worked out.
   * Undefined where nobody knows.
   */
  tag?: (serving: Serving, query: Q) => string | undefined;
}

/**
 * A route that answers with JSON; problems that are reported meanwhile stand beside the answer. With `format=ndjson` all of the
 * list that the endpoint names is written, a record a line, whatever its pages are.
 */
export function answering<E extends Endpoint>(
  endpoint: E,
  answer: (parts: Parts, query: v.InferOutput<E["query"]>, serving: Serving) => Promise<Answered<E>>,
  { tag }: How<v.InferOutput<E["query"]>> = {},
): Answering {
  return (served) => ({
    path: endpoint.path,
    ...(endpoint.open ? { open: true } : {}),
    answer: explained(served, async (asked) => {
      const { format, ...query } = readQuery(endpoint.query, asked.query) as { format?: string };
      const ask = async (more: object = {}) => {
        const serving = servingOf(served);
        const answered = (await answer(asked.parts, { ...query, ...more } as never, serving)) as object;
        const trouble = registryProblem(served.registry) as { message?: string } | undefined;
        const isTold = (one: { message?: string }) => one.message === trouble?.message;
        if (trouble && !serving.problems.some(isTold)) serving.problems.unshift(trouble);
        const whole = serving.problems.length > 0 ? { problems: serving.problems, ...answered } : answered;
        return (endpoint.verbatim ? whole : masked(whole)) as Record<string, unknown>;
      };
      if (format === "ndjson") return exported(endpoint, asked, ask, Object.hasOwn(query, "limit"));
      if (tag) {
        await served.index.fresh();
        const word = tag(servingOf(served), query as never);
        if (word !== undefined && isKnown(asked, word)) return undefined;
      }
      return ask();
    }),
  });
}

/** The route's answer, where what is not found is not taken for missing while the whole registry is. */
function explained({ registry }: Served, answer: Route["answer"]): Route["answer"] {
  return async (asked) => {
    try {
      return await answer(asked);
    } catch (error) {
      throw explainedBy(registry, error);
    }
  };
}

/** As others may see it; what is in JSON already is so. */
function masked(answer: object): object {
  const done = Object.entries(answer).filter(([, value]) => isTexts(value));
  if (done.length === 0) return maskedRecord(answer);
  const blank = Object.fromEntries(done.map(([name]) => [name, undefined]));
  return { ...maskedRecord({ ...answer, ...blank }), ...Object.fromEntries(done) };
}

/** Says of which state the answer is, and whether whoever asks has it; then nothing more is to be said. */
function isKnown({ request, response }: Asked, tag: string): boolean {
  const etag = `W/"${tag}"`;
  response.setHeader("etag", etag);
  response.setHeader("cache-control", "private, no-cache");
  const had = (request.headers["if-none-match"] ?? "").split(",").map((one) => one.trim());
  if (!had.includes(etag)) return false;
  response.writeHead(304).end();
  return true;
}

const perPage = 1000;

/** Writes a list as lines, page after page, no faster than it is read. A limit that was asked for holds. */
async function exported(
  { list = "", path, query }: Endpoint,
  { request, response }: Asked,
  ask: (more: object) => Promise<Record<string, unknown>>,
  isLimited: boolean,
): Promise<undefined> {
  const name = path.split("/").at(-1);
  const words = Object.keys((query as { entries?: object }).entries ?? {});
  const further = ({ next, next_line: line }: Record<string, unknown>): object | undefined => {
    if (next === undefined || isLimited) return undefined;
    return words.includes("cursor") ? { cursor: next } : words.includes("after") ? { after: next, line } : undefined;
  };
  // What has no next page is had at once, whatever a page of it may be.
  const limit = words.includes("cursor") || words.includes("after") ? perPage : Number.MAX_SAFE_INTEGER;
  let page = await ask(isLimited ? {} : { limit });
  response.setHeader("content-type", "application/x-ndjson; charset=utf-8");
  response.setHeader("content-disposition", `attachment; filename="${name}.ndjson"`);
  for (;;) {
    const records = page[list] as Texts | object[];
    const { length } = isTexts(records) ? records.texts : records;
    for (let i = 0; i < length && request.method !== "HEAD" && !response.destroyed; i += perPage)
      if (!response.write(linesOf(records, i, i + perPage))) await drained(response);
    const next = further(page);
    if (!next || request.method === "HEAD" || response.destroyed) break;
    page = await ask({ limit, ...next });
  }
  response.end();
  return undefined;
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}

/** A route that answers by itself, in another form than JSON: it writes to `asked.response`, which it ends, now or later. */
export function streaming<E extends Endpoint>(
  endpoint: E,
  answer: (parts: Parts, query: v.InferOutput<E["query"]>, serving: Serving, asked: Asked) => Promise<void>,
): Answering {
  return (served) => ({
    path: endpoint.path,
    ...(endpoint.open ? { open: true } : {}),
    answer: explained(served, async (asked) => {
      await answer(asked.parts, readQuery(endpoint.query, asked.query), servingOf(served), asked);
      return undefined;
    }),
  });
}

function servingOf(served: Served): Serving {
  const problems: object[] = [];
  const context: Context = {
    ...served.context,
    now: Date.now(),
    args: [],
    terminal: { ...served.context.terminal, out: false },
    say: () => {},
    report: (id, error) => void problems.push({ ...(id === undefined ? {} : { id }), ...recordError(error) }),
  };
  return { ...served, context, problems };
}
