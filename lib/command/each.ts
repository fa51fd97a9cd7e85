// The loop that all acting commands share: one record in, one out, in order, whatever happens to one of them.
import { type Fault, fault, isFault, recordError } from "../record/fault.js";
import { type Context, isOfThePlace } from "./context.js";
import { inOrder } from "./in-order.js";

type Fields = Record<string, unknown>;

/**
 * Gives every record that `accepts` takes to `act` and yields what it returns; others, and those that carry an error, pass
 * untouched. A fault becomes the record's error; when the scheduler or the place is what fails, the rest get it too, and the
 * command ends with its status (69, 78, …). Stops at a record boundary when the command was asked to end. With `at_once`, so
 * many records are acted on side by side.
 */
export async function* each<R extends object>(
  records: AsyncIterable<unknown>,
  accepts: (record: unknown) => record is R,
  act: (record: R) => Promise<object | undefined> | object | undefined,
  context: Context,
  { at_once = 1 }: { at_once?: number } = {},
): AsyncGenerator<object> {
  let unreachable: Fault | undefined;
  const one = async (record: unknown): Promise<object | undefined> => {
    if (!accepts(record) || carriesError(record)) return record as object;
    if (unreachable) return { ...record, error: recordError(unreachable) };
    try {
      refuseNewer(record);
      return await act(record);
    } catch (error) {
      if (!isFault(error)) throw error;
      if (!isOfThePlace(error)) context.report(idOf(record), error);
      else if (!unreachable) {
        unreachable = error;
        context.abnormal(error);
      }
      return { ...record, error: recordError(error) };
    }
  };
  for await (const grown of inOrder(untilAsked(records, context), one, at_once)) if (grown) yield grown;
}

async function* untilAsked(records: AsyncIterable<unknown>, { signal }: Context): AsyncGenerator<unknown> {
  for await (const record of records) {
    if (signal.aborted) return;
    yield record;
  }
}

/** Whether an earlier command could not do its work on this record. */
export function carriesError(record: unknown): boolean {
  if (typeof record !== "object" || record === null) return false;
  const { error } = record as Fields;
  return typeof error === "object" && error !== null && "message" in error;
}

/** A record of a version that this toolkit does not know could mean anything. */
function refuseNewer(record: object): void {
  const { v } = record as Fields;
  if (typeof v !== "number" || v <= 1) return;
  throw fault("dataerr", `cannot read the record: version ${v} of its format is newer than this toolkit`, {
    hint: "install a newer labkit",
  });
}

/** The id that messages about a record begin with. */
export function idOf(record: unknown): string | undefined {
  if (typeof record !== "object" || record === null) return undefined;
  const { id, run } = record as Fields;
  return typeof id === "string" ? id : typeof run === "string" ? run : undefined;
}
