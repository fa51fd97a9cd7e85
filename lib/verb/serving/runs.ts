// Runs as the page lists them: the same records that lab-ls writes.
import type { Status } from "../../record/records.js";
import { runsApi } from "../../serve/api/runs.js";
import { type Filter, listRuns } from "../listing.js";
import { answering } from "./answering.js";

/** A page of a list, newest first: `next` is the `before` of the page after it. */
export const runs = answering(runsApi, async (_, query, { context, registry }) => {
  const { limit = 100 } = query;
  const filter: Filter = {
    state: query.state ?? [],
    mode: query.mode ?? [],
    name: query.name,
    user: query.user ?? [],
    all: query.all ?? false,
    tag: query.tag ?? [],
    group: query.group,
    where: query.where ?? [],
    note: query.note,
    since: undefined,
    until: undefined,
    recent: undefined,
    sort: undefined,
    before: query.before,
    limit: limit + 1,
  };
  const found: Status[] = [];
  for await (const status of listRuns(filter, context)) found.push(status);
  const shown = found.slice(0, limit);
  const next = found.length > limit ? shown.at(-1)?.id : undefined;
  return { user: registry.user, runs: shown, ...(next === undefined ? {} : { next }) };
});
