// What goes on now, what went wrong lately, and who uses what.
import * as v from "valibot";
import { count, maybe, text, time } from "../../record/schema.js";
import { endpoint } from "./api.js";
import { many } from "./query.js";
import { standing, wholeRowSchema } from "./runs.js";

export const overviewApi = endpoint({
  path: "/api/v1/overview",
  summary: "What goes on now, what failed since, and who uses what",
  query: v.object({
    since: maybe(v.pipe(v.string(), v.description("3d, today, 2026-11-20; a day, where it is not given"))),
    user: maybe(many),
  }),
  answer: v.object({
    me: text,
    since: time,
    /** Of all runs that go on, and of those that ended since. */
    states: v.record(v.string(), count),
    active: v.array(wholeRowSchema),
    queued: v.array(wholeRowSchema),
    failed: v.array(wholeRowSchema),
    failures_by_mode: v.array(v.object({ mode: text, count, newest: time })),
    /** By hours where `since` is at most two days ago, else by days. */
    throughput: v.array(v.object({ at: time, succeeded: count, failed: count, cached: count, cancelled: count })),
    users: v.array(
      v.object({ user: text, running: count, queued: count, ended: count, failed: count, gpu_hours: v.number() }),
    ),
    total: count,
    ...standing,
  }),
});

export const usersApi = endpoint({
  path: "/api/v1/users",
  summary: "Whose runs there are",
  answer: v.object({
    me: text,
    users: v.array(v.object({ user: text, runs: count, newest: maybe(time) })),
    ...standing,
  }),
  list: "users",
});
