// The rows of a list of any length, a window at a time, as they are scrolled to; fresh when something changed.
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ask, type Trouble } from "../../shell/client.js";
import { useChanges } from "../../shell/live.js";
import type { RunRow } from "./run-row.js";

const size = 100;
/** A scroll that goes on is not asked for at each step. */
const settle_ms = 50;
/** What changes often is looked at so often; the first change after a while, as soon as what comes with it has come. */
const fresh_ms = { often: 900, first: 50 };

export interface RunsAnswer {
  runs: RunRow[];
  total: number;
  as_of?: string;
  ready?: boolean;
  problems?: { id?: string; message: string }[];
}
export interface RunsAsked {
  path: "/api/v1/runs";
  answer: RunsAnswer;
}

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

interface Held {
  key: string;
  windows: Map<number, { rows: RunRow[]; outdated: boolean }>;
  last?: RunsAnswer;
}

export function useRunWindows(query: Record<string, string | readonly string[] | undefined>): RunWindows {
  const key = JSON.stringify(query);
  const [, draw] = useState(0);
  const [trouble, setTrouble] = useState<Trouble>();
  const held = useRef<Held>({ key: "", windows: new Map() });
  const range = useRef({ from: 0, to: 40 });
  const asking = useRef(new Map<string, AbortController>());
  const load = useCallback(
    (n: number) => {
      const name = `${key} ${n}`;
      if (asking.current.has(name)) return;
      const abort = new AbortController();
      asking.current.set(name, abort);
      const question = { query: { ...query, offset: n === 0 ? undefined : n * size, limit: size } };
      ask<RunsAsked>("/api/v1/runs", question, abort.signal)
        .then((answer) => {
          if (held.current.key !== key) held.current = { key, windows: new Map() };
          held.current.windows.set(n, { rows: answer.runs, outdated: false });
          held.current.last = answer;
          setTrouble(undefined);
        })
        .catch((error: Trouble) => {
          if (error.name !== "AbortError") setTrouble(error);
        })
        .finally(() => {
          asking.current.delete(name);
          draw((count) => count + 1);
        });
    },
    // The key is all of the query.
    [key],
  );
  const fill = useCallback(() => {
    const mine = held.current.key === key ? held.current : undefined;
    if (!mine) return load(0);
    const end = Math.min(range.current.to, mine.last?.total ?? 0);
    // The first in any case: of a list that is empty, or has become shorter, it tells how long it is now.
    const first = Math.floor(range.current.from / size);
    for (let n = first; n === first || n * size < end; n++) if (mine.windows.get(n)?.outdated !== false) load(n);
  }, [key, load]);
  useEffect(() => {
    fill();
    const going = asking.current;
    return () => {
      for (const abort of going.values()) abort.abort();
      going.clear();
    };
  }, [fill]);
  const later = useLater();
  const again = useCallback(() => {
    for (const window of held.current.windows.values()) window.outdated = true;
    fill();
  }, [fill]);
  const looked = useRef(0);
  const look = () => {
    looked.current = Date.now();
    again();
  };
  useChanges(() => later(look, Math.max(fresh_ms.first, looked.current + fresh_ms.often - Date.now())), "run");
  useEffect(() => {
    if (trouble && trouble.code !== "usage") later(again, 5000);
  }, [trouble, later, again]);
  const settling = useLater(true);
  const onRange = useCallback(
    (from: number, to: number) => {
      range.current = { from, to };
      settling(fill, settle_ms);
    },
    [fill, settling],
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
