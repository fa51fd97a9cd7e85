// Elements of arrays that were gathered from the stream: those of an array go to the scheduler together.
import { type Context, isOfThePlace } from "../../command/context.js";
import { isFault, recordError } from "../../record/fault.js";
import type { Run } from "../../record/run.js";
import { senderOf, sentRecord } from "./sending.js";
import { sendMany } from "./sending-many.js";

/** What became of each of the records that waited. */
export async function submitGathered(
  gathered: ReadonlyMap<object, Run>,
  patience_s: number,
  context: Context,
): Promise<Map<object, object>> {
  const sender = await senderOf(patience_s, context);
  const sent = await sendMany([...gathered.values()], sender, "submit", context);
  const records = new Map<object, object>();
  let isUnreachable = false;
  for (const [record, run] of gathered) {
    const one = sent.get(run);
    try {
      if (one === undefined || one instanceof Error) throw one ?? new Error(`nothing is known of ${run.id}`);
      records.set(record, sentRecord(run, one, context));
    } catch (error) {
      if (!isFault(error)) throw error;
      if (!isOfThePlace(error)) context.report(run.id, error);
      else if (!isUnreachable) context.abnormal(error);
      isUnreachable ||= isOfThePlace(error);
      records.set(record, { ...run, error: recordError(error) });
    }
  }
  sayDeferred(
    [...sent.values()].flatMap((one) => ("how" in one && one.how === "deferred" ? [one.message] : [])),
    context,
  );
  return records;
}

/** Said once for all of them. */
function sayDeferred(messages: readonly string[], context: Context): void {
  for (const message of new Set(messages)) {
    const count = messages.filter((one) => one === message).length;
    const runs = count === 1 ? "one run waits" : `${count} runs wait`;
    context.say(`${runs} for room: ${message} (a pass of yours sends them then: lab wait, lab status, lab advance)`);
  }
}
