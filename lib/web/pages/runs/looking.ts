// What the address of the list says: which runs, in which order, as what.
import { useMemo } from "preact/hooks";
import { type Change, go, usePlace, withQuery } from "../../shell/router.js";

export const usualSort = "-planned_at";
/** The filters that are words of the address, besides `where` and `q`. */
export const plainFilters = ["user", "name", "tag", "group", "sweep", "pipeline", "since", "until", "mode"] as const;

export interface Looking {
  where: string;
  words: string;
  states: readonly string[];
  /** What else narrows the list: `["user", "alice"]`. */
  others: readonly (readonly [name: string, value: string])[];
  sort: string;
  columns: readonly string[] | undefined;
  by: readonly string[];
  metric: string;
  chosen: ReadonlySet<string>;
  /** For the server: the filters, without those of state. */
  filters: Record<string, string | readonly string[] | undefined>;
}

export function useLooking(): Looking {
  const { query } = usePlace();
  const text = query.toString();
  return useMemo(() => read(new URLSearchParams(text)), [text]);
}

function read(query: URLSearchParams): Looking {
  const listed = (name: string) => (query.get(name) ?? "").split(",").filter(Boolean);
  const filters: Looking["filters"] = { where: query.getAll("where"), q: query.get("q") ?? undefined };
  const others: [string, string][] = [];
  for (const name of plainFilters) {
    const values = query.getAll(name);
    filters[name] = values;
    for (const value of values) others.push([name, value]);
  }
  return {
    where: query.getAll("where").join(" and "),
    words: query.get("q") ?? "",
    states: query.getAll("state"),
    others,
    sort: query.get("sort") ?? usualSort,
    columns: query.has("cols") ? listed("cols") : undefined,
    by: listed("by"),
    metric: query.get("metric") ?? "",
    chosen: new Set(listed("sel")),
    filters,
  };
}

/** Looks at other runs, or otherwise. A new filter is a step of the history; what is chosen is not. */
export function look(change: Change, push = true): void {
  go(withQuery(change), { replace: !push });
}
