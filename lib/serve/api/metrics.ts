// The metrics of runs, in as few points as a drawing has room for.
import * as v from "valibot";
import { maybe, runId } from "../../record/schema.js";
import { endpoint } from "./api.js";
import { choice, many, whole } from "./query.js";

/** NaN and the infinities are words, as in the records of metrics. */
const value = v.union([v.number(), v.picklist(["NaN", "Infinity", "-Infinity"])]);

/** x, the value, and, where the point stands for several, the smallest and the largest of them. */
const point = v.union([v.tuple([v.number(), value]), v.tuple([v.number(), value, v.number(), v.number()])]);

const series = v.object({
  name: v.string(),
  points: v.array(point),
  count: v.pipe(v.number(), v.description("how many were written")),
  last: maybe(value),
  last_step: maybe(v.number()),
  min: maybe(v.number()),
  max: maybe(v.number()),
  min_x: maybe(v.number()),
  max_x: maybe(v.number()),
  odd: maybe(v.pipe(v.number(), v.description("how many were no finite numbers"))),
  placeless: maybe(v.pipe(v.number(), v.description("how many do not say where on this axis they are"))),
});

const axis = maybe(
  v.pipe(
    choice(["step", "time", "relative"]),
    v.description("seconds, for time since 1970 and for relative since the first point"),
  ),
);
const points = maybe(whole(2, 10_000));

export const metricsApi = endpoint({
  path: "/api/v1/runs/:run/metrics",
  summary:
    "Metrics of a run; where there are more points than asked for, one stands for several and keeps their extremes",
  query: v.object({ name: maybe(many), x: axis, points }),
  answer: v.object({ run: runId, x: v.string(), series: v.array(series), names: v.array(v.string()) }),
  list: "series",
});

export const metricsOfApi = endpoint({
  path: "/api/v1/metrics-of",
  summary: "One metric of several runs",
  query: v.object({ run: many, name: v.string(), x: axis, points }),
  answer: v.object({
    name: v.string(),
    x: v.string(),
    series: v.array(v.object({ run: v.string(), ...series.entries })),
  }),
  list: "series",
});
