// What lab-gc finds.
import * as v from "valibot";
import { count, maybe, path, record, text, time } from "./schema.js";

/** Something that takes room for nothing: what it is, why nobody needs it, and whether it is gone. */
export const garbageSchema = record("garbage", {
  path,
  kind: v.picklist([
    "snapshot",
    "temporary",
    "source",
    "run",
    "array",
    "pack",
    "edge",
    "lease",
    "host",
    "cache",
    "scratch",
    "incoming",
  ]),
  reason: text,
  bytes: count,
  modified_at: time,
  removed: maybe(v.boolean()),
  dry_run: maybe(v.boolean()),
});
export type Garbage = v.InferOutput<typeof garbageSchema>;
