// What changes while somebody looks: as events, or asked for.
import * as v from "valibot";
import { maybe } from "../../record/schema.js";
import { endpoint, rawEndpoint } from "./api.js";

export const eventsApi = rawEndpoint({
  path: "/api/v1/events",
  summary:
    "Server-sent events: `change` with the answer of /changes as its data, from Last-Event-ID on; a comment every 15 seconds",
  media: "text/event-stream",
});

export const changesApi = endpoint({
  path: "/api/v1/changes",
  summary: "What has changed since an id; without `runs` nobody knows what, and everything is to be asked for again",
  query: v.object({ after: maybe(v.string()) }),
  answer: v.object({
    id: v.pipe(v.string(), v.description("what to ask with the next time")),
    runs: maybe(v.array(v.string())),
    kinds: maybe(v.array(v.string())),
    as_of: v.string(),
  }),
});
