// From a declared endpoint and a function that answers it to a route of the server.
import type * as v from "valibot";
import type { Context } from "../../command/context.js";
import { recordError } from "../../record/fault.js";
import { maskedRecord } from "../../record/masked.js";
import type { Registry } from "../../registry/open.js";
import type { Endpoint } from "../../serve/api/api.js";
import { readQuery } from "../../serve/api/query.js";
import type { Asked, Route } from "../../serve/route.js";
import type { Changes } from "./changes.js";

/** What lives as long as the server. */
export interface Served {
  context: Context;
  registry: Registry;
  index: Changes;
}

/** What one request is answered from. */
export interface Serving extends Served {
  /** It is now, nobody looks at a terminal, and what is reported or said becomes part of the answer. */
  context: Context;
  problems: object[];
}

export type Answering = (served: Served) => Route;
type Parts = Record<string, string>;
type Answered<E extends Endpoint> = E["answer"] extends v.GenericSchema ? v.InferInput<E["answer"]> : never;

/** A route that answers with JSON; problems that are reported meanwhile stand beside the answer. */
export function answering<E extends Endpoint>(
  endpoint: E,
  answer: (parts: Parts, query: v.InferOutput<E["query"]>, serving: Serving) => Promise<Answered<E>>,
): Answering {
  return (served) => ({
    path: endpoint.path,
    ...(endpoint.open ? { open: true } : {}),
    answer: async ({ parts, query }) => {
      const serving = servingOf(served);
      const answered = (await answer(parts, readQuery(endpoint.query, query), serving)) as object;
      const whole = serving.problems.length > 0 ? { problems: serving.problems, ...answered } : answered;
      return endpoint.verbatim ? whole : maskedRecord(whole);
    },
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
    answer: async (asked) => {
      await answer(asked.parts, readQuery(endpoint.query, asked.query), servingOf(served), asked);
      return undefined;
    },
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
