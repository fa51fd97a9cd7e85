// The recipe that a run, a sweep or a pipeline was planned from, as the record keeps it.
import * as v from "valibot";
import { digest, maybe, path, text, words } from "./schema.js";

/** The recipe's own text, the files that it extends, nearest first, and what was set besides. */
export const runRecipeSchema = v.looseObject({
  path: maybe(path),
  text,
  digest,
  extends: maybe(v.array(path)),
  set: maybe(words),
});
