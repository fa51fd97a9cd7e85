// Rows in JSON, as the API shows them: made once, and again when the row is another. Of a page of runs most rows were shown a
// moment ago.
import crypto from "node:crypto";
import { maskedRecord } from "../../../record/masked.js";
import { type Texts, texts } from "../../../serve/texts.js";
import type { Index } from "./index.js";
import { isRunning, rowView } from "./row-view.js";

/** A row that goes on has gone on for longer each time: that comes between the parts. */
export interface RowText {
  before: Uint8Array;
  after?: Uint8Array;
  /** When it started (ms). */
  started?: number;
}

/** So many are kept: a few pages of several people. */
const most = 5000;

/** The rows that are not gone, whole, and masked. */
export function rowTexts(index: Index, rows: Iterable<number>, now: number): Texts {
  const all: Uint8Array[] = [];
  const { shown } = index.feed;
  for (const row of rows) {
    const known = shown.get(row);
    const text = known ?? made(index, row);
    if (!text) continue;
    if (known) shown.delete(row);
    // The last that was shown is the last that is forgotten.
    shown.set(row, text);
    const { before, after, started = now } = text;
    const elapsed = `${Math.max(0, (now - started) / 1000)}`;
    all.push(after === undefined ? before : Buffer.concat([before, Buffer.from(elapsed), after]));
  }
  for (const row of shown.keys()) {
    if (shown.size <= most) break;
    shown.delete(row);
  }
  return texts(all);
}

/** Nobody can write it into a record. */
const mark = crypto.randomUUID();

function made(index: Index, row: number): RowText | undefined {
  const view = rowView(index, row);
  if (!view) return undefined;
  const started = isRunning(view) ? Date.parse(String(view["started_at"])) : Number.NaN;
  // What a line of a pack says does not change.
  if (Number.isNaN(started) || index.store.text(row)?.kind !== "live")
    return { before: Buffer.from(JSON.stringify(maskedRecord(view))) };
  const text = JSON.stringify(maskedRecord({ ...view, elapsed_s: mark }));
  const at = text.indexOf(`"${mark}"`);
  return { before: Buffer.from(text.slice(0, at)), after: Buffer.from(text.slice(at + mark.length + 2)), started };
}
