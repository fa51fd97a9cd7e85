// Where a log first says that something went wrong, in as many parts as the server answers in.
import type { logSearchApi } from "../../../serve/api/logs.js";
import { ask } from "../../shell/client.js";

/** What programs print when they fail, that which tells most first. */
const signs = ["Traceback (most recent call last)", "Error:", "error:", "CUDA out of memory", "Killed", "FATAL"];

/** The place of the line, a byte; undefined where no line is like that. */
export async function firstError(run: string, name: string): Promise<number | undefined> {
  const found = await Promise.all(signs.map((q) => firstOf(run, name, q)));
  const places = found.filter((at) => at !== undefined);
  return found[0] ?? (places.length > 0 ? Math.min(...places) : undefined);
}

async function firstOf(run: string, name: string, q: string): Promise<number | undefined> {
  for (let after = 0; ; ) {
    const question = { parts: { run }, query: { name, q, limit: 1, after } };
    const { hits, next } = await ask<typeof logSearchApi>("/api/v1/runs/:run/log/search", question);
    if (hits[0]) return hits[0].at;
    if (next === undefined || next <= after) return undefined;
    after = next;
  }
}
