// A log as it is read: its end first, more at both ends when it is wanted, and what is written meanwhile.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { logApi } from "../../../serve/api/logs.js";
import { ask, type Trouble } from "../../shell/client.js";
import { after, before, type LogPart, type Region, regionOf } from "./log-lines.js";

export interface ReadLog {
  region?: Region;
  trouble?: Trouble;
  /** Reads more at one end. */
  more(end: "before" | "after"): void;
  /** Reads around a line, by where it begins; the end of the log where that is undefined. */
  show(at: number | undefined): void;
}

const every_ms = 1000;
const page = 1000;

export function useLog(run: string, name: string, first: number | undefined): ReadLog {
  const [{ region, trouble }, set] = useState<{ region?: Region; trouble?: Trouble }>({});
  const now = useRef<Region | undefined>(undefined);
  const busy = useRef(false);
  const read = useCallback(
    async (query: Record<string, number | string>, take: (part: LogPart) => Region | undefined) => {
      if (busy.current) return;
      busy.current = true;
      try {
        const part = await ask<typeof logApi>("/api/v1/runs/:run/log", { parts: { run }, query: { name, ...query } });
        const taken = take(part);
        if (taken && taken !== now.current) {
          now.current = taken;
          set({ region: taken });
        }
      } catch (error) {
        set({ ...(now.current ? { region: now.current } : {}), trouble: error as Trouble });
      } finally {
        busy.current = false;
      }
    },
    [run, name],
  );
  const show = useCallback(
    async (at: number | undefined) => {
      now.current = undefined;
      if (at === undefined) return read({ tail: page }, regionOf);
      await read({ from: at, lines: page }, regionOf);
      const there = now.current as Region | undefined;
      if (there && there.from > 0)
        await read({ before: there.from, lines: 100 }, (part) => now.current && before(now.current, part));
    },
    [read],
  );
  const more = useCallback(
    (end: "before" | "after") => {
      const there = now.current;
      if (!there) return;
      if (end === "before" && there.from > 0)
        void read({ before: there.from, lines: page }, (part) => now.current && before(now.current, part));
      if (end === "after" && there.to < there.size) void read({ from: there.to, of: there.of, lines: page }, grown);
    },
    [read],
  );
  const grown = (part: LogPart) => now.current && (part.anew ? regionOf(part) : after(now.current, part));
  useEffect(() => {
    now.current = undefined;
    set({});
    void show(first);
  }, [show]);
  useEffect(() => {
    const timer = setInterval(() => {
      const there = now.current;
      if (!there || there.ended || document.visibilityState !== "visible") return;
      if (there.to < there.size) return;
      void read({ from: there.to, of: there.of }, grown);
    }, every_ms);
    return () => clearInterval(timer);
  }, [read]);
  return { ...(region ? { region } : {}), ...(trouble ? { trouble } : {}), more, show: (at) => void show(at) };
}
