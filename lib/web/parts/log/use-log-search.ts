// Words looked for in a whole log, however large: the server is asked part by part, and hits are shown as they come.
import { useEffect, useState } from "preact/hooks";
import type { logSearchApi } from "../../../serve/api/logs.js";
import { ask, type Trouble } from "../../shell/client.js";

export interface LogHit {
  at: number;
  line: number;
  text: string;
}

export interface LogSearch {
  hits: readonly LogHit[];
  /** How much of the log has been searched, from 0 to 1. */
  done: number;
  /** There may be more than are told of. */
  more: boolean;
  trouble?: Trouble;
}

const most = 1000;
const nothing: LogSearch = { hits: [], done: 1, more: false };

export function useLogSearch(run: string, name: string, q: string): LogSearch {
  const [search, set] = useState<LogSearch>(nothing);
  useEffect(() => {
    if (q === "") return set(nothing);
    const stop = new AbortController();
    set({ hits: [], done: 0, more: false });
    look(run, name, q, set, stop.signal).catch((error: Trouble) => {
      if (!stop.signal.aborted) set({ ...nothing, trouble: error });
    });
    return () => stop.abort();
  }, [run, name, q]);
  return search;
}

async function look(run: string, name: string, q: string, tell: (search: LogSearch) => void, signal: AbortSignal) {
  const hits: LogHit[] = [];
  for (let query: { after?: number; line?: number } = {}; ; ) {
    const question = { parts: { run }, query: { name, q, limit: 200, ...query } };
    const found = await ask<typeof logSearchApi>("/api/v1/runs/:run/log/search", question, signal);
    hits.push(...found.hits);
    const { next, next_line: line, size } = found;
    const over = next === undefined || hits.length >= most;
    tell({ hits: [...hits], done: over ? 1 : next / Math.max(1, size), more: next !== undefined && over });
    if (over) return;
    query = { after: next, ...(line === undefined ? {} : { line }) };
  }
}
