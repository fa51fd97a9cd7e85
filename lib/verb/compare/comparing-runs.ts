// What lab-compare and lab-diff do: one comparison of all that were named.
import type { Context } from "../../command/context.js";
import { fault } from "../../record/fault.js";
import { like } from "../../record/like.js";
import { compareAll } from "./comparing.js";
import type { PageWanted } from "./saving-page.js";

/** One comparison of the runs, also as a page where one is wanted; records that name none pass. */
export async function* compareRuns(
  records: AsyncIterable<unknown>,
  metrics: readonly string[],
  page: PageWanted | undefined,
  context: Context,
): AsyncGenerator<object> {
  const patterns = metrics.map(like);
  const wanted = (name: string) => patterns.length === 0 || patterns.some((matches) => matches(name));
  const { comparison, runs, others } = await compareAll(records, wanted, context);
  yield* others;
  for (const note of comparison.notes ?? []) context.say(note);
  if (page) {
    const { savePage } = await import("./saving-page.js");
    await savePage(page, comparison, runs, context);
  }
  yield comparison;
}

/** The comparison of two runs, with the patch from the source of the first to that of the second; says no where anything but the outcome differs. */
export async function* diffRuns(records: AsyncIterable<unknown>, context: Context): AsyncGenerator<object> {
  const { comparison, runs, others } = await compareAll(records, () => true, context);
  const [a, b, more] = runs;
  if (!a || !b || more) throw fault("usage", "two runs are compared", { hint: "lab compare takes more" });
  yield* others;
  for (const note of comparison.notes ?? []) context.say(note);
  const { base } = await context.registry();
  const { sourceDiff } = await import("./source-diff.js");
  const isChanged = a.run.source.digest !== b.run.source.digest;
  const diff = isChanged ? await sourceDiff(a.run, b.run, base, context.say) : undefined;
  if (comparison.fields.some(({ differs, group }) => differs && !afterwards.has(group))) context.no();
  yield { ...comparison, ...diff };
}

/** What nobody chose. */
const afterwards: ReadonlySet<string> = new Set(["outcome", "hardware"]);
