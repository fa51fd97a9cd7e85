// What answers which path.
import type { IncomingMessage, ServerResponse } from "node:http";
import { matched } from "../record/path-pattern.js";

/** A request, with what its path and its query say. */
export interface Asked {
  parts: Record<string, string>;
  query: URLSearchParams;
  request: IncomingMessage;
  response: ServerResponse;
}

/** What answers a path of the API: `/api/v1/runs/:run` has the part of the path as `run`. */
export interface Route {
  path: string;
  /** Answered without a token: it says nothing that is anybody's. */
  open?: boolean;
  /** The answer, which is sent as JSON; or undefined where it has answered, or goes on answering, by itself. */
  answer(asked: Asked): Promise<object | undefined>;
}

export interface Found {
  route: Route;
  parts: Record<string, string>;
}

/** The route of a path: of several that fit the one that leaves least open, so that `/runs/groups` is no run. */
export function routeFor(routes: readonly Route[], pathname: string): Found | undefined {
  let best: Found | undefined;
  for (const route of routes) {
    const parts = matched(route.path, pathname);
    if (parts && (!best || Object.keys(parts).length < Object.keys(best.parts).length)) best = { route, parts };
  }
  return best;
}
