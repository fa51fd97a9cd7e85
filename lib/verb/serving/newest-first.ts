// A page of a list of what people planned, sweeps or pipelines: the newest first, from a cursor on.
import { isFault } from "../../record/fault.js";
import { like } from "../../record/like.js";
import type { Registry } from "../../registry/open.js";
import { usersWith } from "../../registry/runs.js";
import { breather } from "../breathing.js";
import type { Serving } from "./answering.js";

/** Where they are in the registry. */
interface Stored<T extends { name: string }> {
  directory: "pipelines" | "sweeps";
  ids(registry: Registry, user: string): readonly string[];
  read(registry: Registry, user: string, id: string): T | undefined;
}

interface Wanted {
  user?: readonly string[] | undefined;
  name?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/**
 * Of those that are wanted as many as fit, each as `shown` makes it; how many there are, unless a name is wanted, for which all
 * would have to be read; and the id of the next. One that cannot be read is reported and left out.
 */
export async function newestFirst<T extends { name: string }, R>(
  { directory, ids, read }: Stored<T>,
  { user, name, limit, cursor }: Wanted,
  { context, registry }: Serving,
  shown: (one: T) => R | Promise<R>,
): Promise<{ page: R[]; total?: number; next?: string }> {
  const users = usersWith(registry, directory).filter(
    (one) => !user || user.includes(one) || (one === registry.user && user.includes("me")),
  );
  const places = users.flatMap((one) => ids(registry, one).map((id) => ({ user: one, id })));
  places.sort((a, b) => (a.id < b.id ? 1 : -1));
  const isCalled = name === undefined ? undefined : like(name);
  const all = isCalled ? {} : { total: places.length };
  const rest = breather();
  const page: R[] = [];
  for (const place of places) {
    if (cursor !== undefined && place.id > cursor) continue;
    if (page.length === limit) return { page, ...all, next: place.id };
    await rest();
    try {
      const one = read(registry, place.user, place.id);
      if (one && isCalled?.(one.name) !== false) page.push(await shown(one));
    } catch (error) {
      if (!isFault(error)) throw error;
      context.report(place.id, error);
    }
  }
  return { page, ...all };
}
