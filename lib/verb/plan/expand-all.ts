// The plans of a stream: those of sweeps become their points, all else passes.
import type { Context } from "../../command/context.js";
import { carriesError, idOf } from "../../command/each.js";
import { isFault, recordError } from "../../record/fault.js";
import { isRun } from "../../record/phase.js";
import { expanded } from "./expanding.js";

/** Sweeps, each followed by its runs; with `count` only the sweeps, without their points. */
export async function* expandAll(
  records: AsyncIterable<unknown>,
  count: boolean,
  context: Context,
): AsyncGenerator<object> {
  for await (const record of records) {
    if (context.signal.aborted) return;
    if (!isRun(record) || carriesError(record) || record.expand === undefined) {
      if (isRun(record) && record.sweep === undefined && record.pipeline === undefined)
        context.say(`${record.name}: its recipe has no [sweep], so it is one run, as of lab run`);
      yield record as object;
      continue;
    }
    try {
      const { sweep, runs } = await expanded(context.dryRun ? { ...record, dry_run: true } : record, context);
      const { points, plan: _, aggregate, ...summary } = sweep;
      if (count)
        yield { ...summary, ...(aggregate ? { aggregate: { run: aggregate.run, when: aggregate.when } } : {}) };
      else {
        yield sweep;
        yield* runs;
      }
    } catch (error) {
      if (!isFault(error)) throw error;
      context.report(idOf(record), error);
      yield { ...record, error: recordError(error) };
    }
  }
}
