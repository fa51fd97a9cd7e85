// Runs as the page lists them: what lab-ls would say to the same filters, from the index.
import { fault } from "../../record/fault.js";
import { runsApi } from "../../serve/api/runs.js";
import { answering } from "./answering.js";
import { asking, reporting, standingOf } from "./index/asking.js";
import { deepen } from "./index/deepen.js";
import type { Index } from "./index/index.js";
import { pathNamed } from "./index/paths.js";
import { rowTexts } from "./index/row-text.js";
import { rowParts } from "./index/row-view.js";
import { selectRuns } from "./index/select-runs.js";

export const runs = answering(
  runsApi,
  async (_, query, serving) => {
    const { sort = "", fields, limit = 100, offset, cursor, ...filters } = query;
    const { context, registry } = serving;
    const index = await asking(serving);
    const rows = await selectRuns(index, filters, sort, context.now, reporting(serving));
    const names = fields?.split(",").filter((name) => name !== "");
    if (names)
      await deepen(
        index.feed,
        names.map((name) => pathNamed(index.table, name)),
      );
    const from = cursor === undefined ? (offset ?? 0) : placeOf(cursor, index, rows);
    const page = rows.subarray(from, from + limit);
    const part = names && rowParts(index, names);
    const shown = part ? [...page].flatMap((row) => part(row) ?? []) : rowTexts(index, page, context.now);
    const next = from + limit < rows.length ? cursorOf(index, rows, from + limit) : undefined;
    const more = next === undefined ? {} : { next };
    return { me: registry.user, runs: shown, total: rows.length, ...more, ...standingOf(index) };
  },
  { tag: ({ index }, { note }) => (note === undefined ? index.version() : undefined) },
);

/** Where a page ended: how many came before, and which run was the last. */
function cursorOf({ table }: Index, rows: Int32Array, at: number): string {
  return Buffer.from(JSON.stringify([at, table.keys[rows[at - 1] ?? 0]])).toString("base64url");
}

/** Where the next page begins: after that run, if it is still there, whatever has come before it meanwhile. */
function placeOf(cursor: string, { table }: Index, rows: Int32Array): number {
  const [at, key] = parsed(cursor);
  const row = table.rows.get(key);
  const found = row === undefined ? -1 : rows[at - 1] === row ? at - 1 : rows.indexOf(row);
  return found < 0 ? at : found + 1;
}

function parsed(cursor: string): [number, string] {
  try {
    const [at, key] = JSON.parse(Buffer.from(cursor, "base64url").toString()) as unknown[];
    if (typeof at === "number" && at >= 0 && Number.isSafeInteger(at) && typeof key === "string") return [at, key];
  } catch {
    // As below.
  }
  throw fault("usage", `cursor=${cursor} is none`, { hint: "it is the next of the page before" });
}
