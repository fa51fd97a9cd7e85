// The notebook of a lab: why runs were made, and what was learned from them.
import * as v from "valibot";
import { verdicts } from "../../record/note.js";
import { count, maybe, runId, text, time, words } from "../../record/schema.js";
import { endpoint } from "./api.js";
import { many, whole } from "./query.js";

/** What an entry may say; `lesson`, `next` and `outcome` only notes do, which were written later. */
const says = {
  hypothesis: maybe(text),
  context: maybe(text),
  intent: maybe(text),
  expected_outcome: maybe(text),
  note: maybe(text),
  lesson: maybe(text),
  next: maybe(text),
  outcome: maybe(v.picklist(verdicts)),
};

export const notebookApi = endpoint({
  path: "/api/v1/notebook",
  summary: "What people wrote about runs, before and after: hypotheses, outcomes, lessons, the newest first",
  query: v.object({
    q: maybe(v.pipe(text, v.maxLength(1000), v.description("words, all of which an entry has"))),
    tag: maybe(v.pipe(many, v.description("tags, all of which it has, or its run"))),
    user: maybe(v.pipe(many, v.description("who wrote it; me is whose server it is"))),
    says: maybe(v.pipe(many, v.description("hypothesis, lesson, next, outcome, …: one of which it says"))),
    since: maybe(v.pipe(text, v.description("3d, today, 2026-11-20"))),
    until: maybe(text),
    limit: maybe(whole(1, 500)),
    offset: maybe(whole(0, 999_999_999)),
  }),
  answer: v.object({
    entries: v.array(
      v.object({
        /** A note's id, or the run's whose plan it is. */
        id: runId,
        kind: v.picklist(["plan", "note"]),
        at: time,
        author: text,
        run: v.object({ id: runId, name: maybe(text), user: maybe(text), state: maybe(text), mode: maybe(text) }),
        tags: maybe(words),
        ...says,
      }),
    ),
    total: count,
    /** Of all that the other filters leave. */
    tags: v.array(v.object({ tag: text, count })),
    says: v.array(v.object({ word: text, count })),
    authors: v.array(v.object({ user: text, count })),
  }),
  list: "entries",
});
