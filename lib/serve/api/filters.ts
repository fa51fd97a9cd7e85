// How runs are narrowed down: the filters of lab-ls, and what else a page has to choose by. The same for every list of runs.
import * as v from "valibot";
import { maybe, runId } from "../../record/schema.js";
import { many } from "./query.js";

export const filters = {
  where: maybe(v.pipe(many, v.description("expressions of lab-where(7), all of which hold"))),
  q: maybe(v.pipe(v.string(), v.maxLength(1000), v.description("words, each in one of a run's texts"))),
  state: maybe(v.pipe(many, v.description("states, or active, or ended"))),
  mode: maybe(v.pipe(many, v.description("how it failed"))),
  user: maybe(v.pipe(many, v.description("users; me is whose server it is"))),
  name: maybe(v.pipe(many, v.description("names, in which * and ? stand for others"))),
  tag: maybe(v.pipe(many, v.description("tags, all of which it has"))),
  group: maybe(many),
  sweep: maybe(v.array(runId)),
  pipeline: maybe(v.array(runId)),
  since: maybe(v.pipe(v.string(), v.description("planned since then: 3d, today, 2026-11-20"))),
  until: maybe(v.pipe(v.string(), v.description("planned before then"))),
  note: maybe(v.pipe(v.string(), v.description("a text in its narrative, or in what people wrote about it since"))),
};
export type Filters = v.InferOutput<v.ObjectSchema<typeof filters, undefined>>;

/** A field by its dotted name: `params.lr`, `metrics.val/accuracy`. */
export const field = v.pipe(v.string(), v.maxLength(1000));
