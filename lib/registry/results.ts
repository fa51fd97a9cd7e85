// The result that an evaluation has written into its output, if it is small enough to be kept in the record.
import path from "node:path";
import { isFault } from "../record/fault.js";
import { parseResult } from "../record/result.js";
import { readText } from "./read.js";

/** Kinds of artifacts that hold a result. */
export const resultKinds: readonly string[] = ["eval_result", "result"];

/** A larger one stays in its file (bytes). */
export const largestResult = 256 * 2 ** 10;

/** Where a result is looked for in an output without a marker, or whose marker says nothing, in this order. */
const usualNames = ["result.json", "results.json", "metrics.json", "scores.json", "eval_result.json"];

/** The result in an output: what its marker holds, or the output itself where it is a file, or a file of a usual name. */
export function resultIn(
  output: string,
  marker: string | undefined,
  bad: (message: string) => void,
): Record<string, unknown> | undefined {
  const names = [...(marker === undefined ? [] : [marker]), "", ...usualNames];
  for (const name of names) {
    const file = path.join(output, name);
    const text = textOf(file, bad);
    // A marker may be there for its name alone.
    if (text === undefined || text.trim() === "") continue;
    const result = parseResult(text);
    if (result) return result;
    if (name !== marker || name.endsWith(".json")) {
      bad(`cannot read the result '${file}': it is no JSON object`);
      return undefined;
    }
  }
  return undefined;
}

function textOf(file: string, bad: (message: string) => void): string | undefined {
  try {
    return readText(file, { limit: largestResult });
  } catch (error) {
    if (!isFault(error)) throw error;
    if (!/not a regular file/.test(error.message)) bad(error.message);
    return undefined;
  }
}
