// Rows of runs that failed, with what their logs say of it: an exit code alone tells nobody what to mend.
import { isFault } from "../../record/fault.js";
import { maskedRecord } from "../../record/masked.js";
import type { Status } from "../../record/records.js";
import { openRun } from "../../registry/runs.js";
import { type Texts, texts } from "../../serve/texts.js";
import { withLastError } from "../show/last-error.js";
import type { Served } from "./answering.js";
import { rowView } from "./index/row-view.js";

/** So many messages are kept, of those that were asked for last. */
const most = 1000;
const known = new WeakMap<object, Map<string, string>>();

/** The rows that are not gone, masked; of an error of the run's own, its message ends with the line that tells of it. */
export function failedRows({ index, registry }: Pick<Served, "index" | "registry">, rows: Iterable<number>): Texts {
  const messages = known.get(index) ?? new Map<string, string>();
  known.set(index, messages);
  const told = (view: Status): string => {
    const key = `${view.id} ${view.attempt}`;
    const message = messages.get(key) ?? messageOf(view);
    messages.delete(key);
    messages.set(key, message);
    for (const oldest of messages.keys()) if (messages.size > most) messages.delete(oldest);
    return message;
  };
  const messageOf = (view: Status): string => {
    const said = view.message ?? "";
    try {
      const run = openRun(registry, view.user, view.id);
      return run ? (withLastError(view, run).message ?? said) : said;
    } catch (error) {
      if (!isFault(error)) throw error;
      return said;
    }
  };
  const shown = [...rows].flatMap((row) => {
    const view = rowView(index, row) as unknown as Status | undefined;
    if (!view) return [];
    const message = view.mode === "code_error" ? told(view) : "";
    const whole = message === "" ? view : { ...view, message };
    return [Buffer.from(JSON.stringify(maskedRecord(whole)))];
  });
  return texts(shown);
}
