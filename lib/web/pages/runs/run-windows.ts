// The rows of a list of any length, a window at a time, as they are scrolled to; fresh when something changed.
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { runsApi } from "../../../serve/api/runs.js";
import { type AnswerOf, ask, type Trouble } from "../../shell/client.js";
import { useChanges } from "../../shell/live.js";
import type { RunRow } from "./run-row.js";

const size = 100;
/** A scroll that goes on is asked for at most so often; what it has passed by is asked for no more. */
const settle_ms = 60;
/** Rows beyond those in sight that are there when one scrolls on. */
const ahead = 60;
const mostWindows = 80;
/** What changes often is looked at so often; the first change after a while, as soon as what comes with it has come. */
const fresh_ms = { often: 900, first: 50 };

/** A list that is asked for with whole rows: without `fields`. */
export interface RunsAsked {
  path: typeof runsApi.path;
  query: typeof runsApi.query;
  answer: Omit<AnswerOf<typeof runsApi>, "runs"> & { runs: RunRow[] };
}
type RunsAnswer = RunsAsked["answer"];

export interface RunWindows {
  /** Undefined until the first answer. */
  total: number | undefined;
  rowAt(index: number): RunRow | undefined;
  onRange(from: number, to: number): void;
  trouble: Trouble | undefined;
  last: RunsAnswer | undefined;
  /** What is shown is of the question before. */
  stale: boolean;
  again(): void;
}

/** The list that was seen last is there at once when one comes back to it. */
let seen: Held | undefined;

interface Held {
  key: string;
  windows: Map<number, { rows: RunRow[]; outdated: boolean }>;
  last?: RunsAnswer;
}

export function useRunWindows(query: Record<string, string | readonly string[] | undefined>): RunWindows {
  const key = JSON.stringify(query);
  const [, draw] = useState(0);
  const [trouble, setTrouble] = useState<Trouble>();
  const held = useRef<Held>(seen?.key === key ? seen : { key: "", windows: new Map() });
  const range = useRef({ from: 0, to: 40 });
  const asking = useRef(new Map<number, AbortController>());
  const asked = useRef(key);
  asked.current = key;
  const load = useCallback(
    (n: number) => {
      if (asking.current.has(n)) return;
      const abort = new AbortController();
      asking.current.set(n, abort);
      const question = { query: { ...query, offset: n === 0 ? undefined : n * size, limit: size } };
      ask<RunsAsked>("/api/v1/runs", question, abort.signal)
        .then((answer) => {
          if (asked.current !== key) return;
          if (held.current.key !== key) held.current = { key, windows: new Map() };
          held.current.windows.delete(n);
          held.current.windows.set(n, { rows: answer.runs, outdated: false });
          forget(held.current.windows);
          held.current.last = answer;
          seen = held.current;
          setTrouble(undefined);
        })
        .catch((error: Trouble) => {
          if (error.name !== "AbortError") setTrouble(error);
        })
        .finally(() => {
          if (asking.current.get(n) === abort) asking.current.delete(n);
          draw((count) => count + 1);
        });
    },
    // The key is all of the query.
    [key],
  );
  const fill = useCallback(() => {
    const mine = held.current.key === key ? held.current : undefined;
    if (!mine) return load(0);
    const end = Math.min(range.current.to + ahead, mine.last?.total ?? 0);
    const first = Math.max(0, Math.floor((range.current.from - ahead) / size));
    for (const [n, abort] of asking.current)
      if (n < first || n * size >= end) {
        abort.abort();
        asking.current.delete(n);
      }
    // The first in any case: of a list that is empty, or has become shorter, it tells how long it is now.
    for (let n = first; n === first || n * size < end; n++) if (mine.windows.get(n)?.outdated !== false) load(n);
  }, [key, load]);
  useEffect(() => {
    fill();
    const going = asking.current;
    return () => {
      for (const abort of going.values()) abort.abort();
      going.clear();
      for (const window of held.current.windows.values()) window.outdated = true;
    };
  }, [fill]);
  const later = useLater();
  const again = useCallback(() => {
    for (const window of held.current.windows.values()) window.outdated = true;
    fill();
  }, [fill]);
  // What is done later is done for the question of that time.
  const now = useRef({ again, fill });
  now.current = { again, fill };
  const looked = useRef(0);
  const look = () => {
    looked.current = Date.now();
    now.current.again();
  };
  useChanges(() => later(look, Math.max(fresh_ms.first, looked.current + fresh_ms.often - Date.now())), "run");
  useEffect(() => {
    if (trouble && trouble.code !== "usage") later(() => now.current.again(), 5000);
  }, [trouble, later]);
  const settling = useLater();
  const onRange = useCallback(
    (from: number, to: number) => {
      range.current = { from, to };
      settling(() => now.current.fill(), settle_ms);
    },
    [settling],
  );
  const { windows, last } = held.current;
  return {
    total: last?.total,
    rowAt: (index) => windows.get(Math.floor(index / size))?.rows[index % size],
    onRange,
    trouble,
    last,
    stale: held.current.key !== key,
    again,
  };
}

/** Those that were loaded longest ago, where there are many. */
function forget(windows: Held["windows"]): void {
  for (const n of windows.keys()) {
    if (windows.size <= mostWindows) break;
    windows.delete(n);
  }
}

/** Does something after a while, once for all that is asked meanwhile; `anew`: the while begins again each time. */
export function useLater(anew = false): (act: () => void, ms: number) => void {
  const waiting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(waiting.current), []);
  return useMemo(
    () => (act, ms) => {
      if (waiting.current !== undefined && !anew) return;
      clearTimeout(waiting.current);
      waiting.current = setTimeout(() => {
        waiting.current = undefined;
        act();
      }, ms);
    },
    [anew],
  );
}
