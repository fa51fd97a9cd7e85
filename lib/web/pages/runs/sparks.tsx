// How a metric went, for the runs in sight: asked for together, a moment after they came into sight.
import { useEffect, useState } from "preact/hooks";
import { finitePoints } from "../../../graph/curves.js";
import type { metricsOfApi } from "../../../serve/api/metrics.js";
import { Sparkline } from "../../parts/sparkline.js";
import { ask } from "../../shell/client.js";

type Points = readonly (readonly [number, number])[];

const kept = new Map<string, Points>();
const waiting = new Map<string, Set<string>>();
const listeners = new Set<() => void>();
const together = 50;
const pause_ms = 120;

/** Those that have been seen stay as they were; a list is no place to watch one run. */
function want(run: string, name: string): void {
  if (kept.has(`${name} ${run}`)) return;
  if (waiting.size === 0) setTimeout(askAll, pause_ms);
  const runs = waiting.get(name) ?? new Set();
  waiting.set(name, runs.add(run));
}

async function askAll(): Promise<void> {
  const wanted = [...waiting];
  waiting.clear();
  for (const [name, all] of wanted) {
    const runs = [...all];
    for (let at = 0; at < runs.length; at += together) {
      const some = runs.slice(at, at + together);
      for (const run of some) kept.set(`${name} ${run}`, []);
      const { series } = await ask<typeof metricsOfApi>("/api/v1/metrics-of", {
        query: { run: some, name, points: 40 },
      }).catch(() => ({ series: [] }));
      for (const { run, points } of series) kept.set(`${name} ${run}`, finitePoints(points));
      for (const listener of listeners) listener();
    }
  }
}

export function Spark({ run, name }: { run: string; name: string }) {
  return <Sparkline points={useSpark(run, name)} label={name} />;
}

const none: Points = [];

/** The points of a metric of a run, none until they are there. */
export function useSpark(run: string, name: string): Points {
  const [, draw] = useState(0);
  useEffect(() => {
    const listener = () => draw((n) => n + 1);
    listeners.add(listener);
    // Rows that only fly by are not asked for.
    const soon = setTimeout(() => want(run, name), 80);
    return () => {
      clearTimeout(soon);
      listeners.delete(listener);
    };
  }, [run, name]);
  return kept.get(`${name} ${run}`) ?? none;
}
