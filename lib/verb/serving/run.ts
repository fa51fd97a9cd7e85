// One run: the record of lab-show.
import type { Run } from "../../record/run.js";
import { findRun } from "../../registry/refs.js";
import { runApi } from "../../serve/api/runs.js";
import { graces } from "../runs.js";
import { wholeRun } from "../show/showing.js";
import { answering } from "./answering.js";
import { runRef } from "./refs.js";

export const run = answering(runApi, async ({ run: ref = "" }, _, { context, registry }) => {
  const found = findRun(registry, runRef(ref), context.cwd);
  const whole = (await wholeRun(found, context, await graces(context))) as Run;
  return { run: whole };
});
