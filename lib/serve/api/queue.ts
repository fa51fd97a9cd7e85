// The scheduler's queue, and how the place is.
import * as v from "valibot";
import { checkSchema, jobSchema } from "../../record/records.js";
import { count, maybe, seconds, text, time } from "../../record/schema.js";
import { endpoint } from "./api.js";
import { many } from "./query.js";

const amounts = { jobs: count, cpus: count, gpus: count };
const group = v.object({
  name: text,
  running: v.object(amounts),
  pending: v.object(amounts),
  longest_wait_s: maybe(seconds),
  next_start_at: maybe(time),
});
export type QueueGroup = v.InferOutput<typeof group>;

export const queueApi = endpoint({
  path: "/api/v1/queue",
  summary: "Jobs that wait and run, everybody's, as the scheduler told at most 15 seconds ago",
  query: v.object({ user: maybe(many), partition: maybe(many) }),
  answer: v.object({
    jobs: v.array(jobSchema),
    partitions: v.array(group),
    users: v.array(group),
    reasons: v.pipe(v.array(v.object({ reason: text, message: maybe(text), count })), v.description("why jobs wait")),
    kind: text,
    me: text,
    as_of: time,
  }),
  list: "jobs",
});

export const doctorApi = endpoint({
  path: "/api/v1/doctor",
  summary: "Every check of lab-doctor that only looks, at most a minute old",
  answer: v.object({ checks: v.array(checkSchema), as_of: time }),
  list: "checks",
});
