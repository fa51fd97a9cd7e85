// Anything by a few letters of it.
import * as v from "valibot";
import { maybe, text } from "../../record/schema.js";
import { endpoint } from "./api.js";
import { whole } from "./query.js";

export const searchApi = endpoint({
  path: "/api/v1/search",
  summary: "Runs, sweeps, pipelines, artifacts, names, policies, users, tags and groups by a part of their name or id",
  query: v.object({ q: v.pipe(v.string(), v.maxLength(200)), limit: maybe(whole(1, 100)) }),
  answer: v.object({
    hits: v.array(
      v.object({
        kind: v.picklist(["run", "artifact", "alias", "sweep", "pipeline", "policy", "user", "tag", "group", "page"]),
        id: text,
        title: text,
        detail: maybe(text),
        href: text,
      }),
    ),
  }),
  list: "hits",
});
