// Artifacts and their names: lists of them, and one with its history, who made it and who used it.
import * as v from "valibot";
import { aliasSchema, artifactSchema } from "../../record/artifact.js";
import { count, maybe, text, words } from "../../record/schema.js";
import { endpoint } from "./api.js";
import { choice, flag, many, whole } from "./query.js";

const counted = v.array(v.object({ value: text, count }));

export const artifactsApi = endpoint({
  path: "/api/v1/artifacts",
  summary: "Artifacts of everybody, the newest first",
  query: v.object({
    kind: maybe(many),
    role: maybe(many),
    user: maybe(v.pipe(many, v.description("whose; me for one's own"))),
    q: maybe(v.pipe(text, v.description("in the name, role, kind, path or alias, or the end of a run's id"))),
    latest: maybe(v.pipe(flag, v.description("of each stream only the newest step"))),
    sort: maybe(choice(["-at", "at", "-bytes", "bytes"])),
    limit: maybe(whole(1, 1000)),
    cursor: maybe(v.pipe(whole(0, 100_000_000), v.description("the next of the page before"))),
  }),
  answer: v.object({
    artifacts: v.array(artifactSchema),
    total: count,
    kinds: counted,
    users: counted,
    ready: v.pipe(v.boolean(), v.description("all that there are have been looked at")),
    next: maybe(count),
  }),
  list: "artifacts",
});

const beside = v.looseObject({
  id: text,
  type: text,
  name: maybe(text),
  ref: maybe(text),
  role: maybe(text),
  state: maybe(text),
  user: maybe(text),
});
export type Beside = v.InferOutput<typeof beside>;

export const artifactApi = endpoint({
  path: "/api/v1/artifacts/:id",
  summary: "One artifact: its record, the run that made it, the runs that used it, and what its names have meant",
  answer: v.object({
    artifact: v.looseObject({
      ...artifactSchema.entries,
      ref: maybe(text),
      aliases: maybe(words),
      made_by: maybe(beside),
      used_by: maybe(v.array(beside)),
    }),
    more_users: maybe(v.pipe(count, v.description("runs that used it and are not listed"))),
    names: v.array(
      v.object({ name: text, scope: v.picklist(["global", "user"]), user: maybe(text), history: v.array(aliasSchema) }),
    ),
    steps: v.pipe(v.array(artifactSchema), v.description("of a stream: all of its steps that are registered")),
  }),
});

export const aliasesApi = endpoint({
  path: "/api/v1/aliases",
  summary: "Names for artifacts and what they mean now: the global ones, then each user's own",
  query: v.object({
    user: maybe(v.pipe(many, v.description("only these users' own names"))),
    q: maybe(text),
    limit: maybe(whole(1, 2000)),
  }),
  answer: v.object({ aliases: v.array(aliasSchema), more: maybe(v.boolean()) }),
  list: "aliases",
});
