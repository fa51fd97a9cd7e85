// What runs now: how each does by the metric that tells most of it, and how much of its time is left.
import { figure } from "../../parts/format.js";
import { Sparkline } from "../../parts/sparkline.js";
import { StateMark } from "../../parts/state-mark.js";
import { TimeLimit } from "../../parts/time-limit.js";
import type { RunRow } from "../runs/run-row.js";
import { useSpark } from "../runs/sparks.js";
import { rankOfMetric } from "../runs/telling.js";
import { Whose } from "./whose.js";

export function Running({ rows }: { rows: readonly RunRow[] }) {
  return (
    <ul class="run-rows going">
      {rows.map((row) => (
        <One key={row.id} row={row} />
      ))}
    </ul>
  );
}

function One({ row }: { row: RunRow }) {
  const { id, state, started_at, metrics = {}, resources } = row;
  const numbers = Object.entries(metrics).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  const [metric, value] = numbers.toSorted(([a], [b]) => order(a) - order(b))[0] ?? [];
  const limit_s = (resources as { time_s?: number } | undefined)?.time_s;
  return (
    <li>
      <Whose run={row} />
      {metric === undefined || value === undefined ? (
        <span class="soft course">no metric yet</span>
      ) : (
        <Course run={id} metric={metric} value={value} />
      )}
      {state !== "running" ? (
        // It has ended, and how is yet to be said.
        <StateMark state={state} />
      ) : (
        started_at && <TimeLimit since={started_at} limit_s={limit_s} />
      )}
    </li>
  );
}

/** Of a run that goes on: what it learns from is written most often. */
function order(metric: string): number {
  const rank = rankOfMetric(metric);
  return rank === 0 ? 1.5 : rank;
}

function Course({ run, metric, value }: { run: string; metric: string; value: number }) {
  const points = useSpark(run, metric);
  const step = points.at(-1)?.[0];
  return (
    <span class="course">
      <Sparkline points={points} label={metric} width={72} />
      <span class="measured">
        <span class="soft cut">
          {metric}
          {step !== undefined && ` at ${figure(step)}`}
        </span>
        <b title={String(value)}>{figure(value)}</b>
      </span>
    </span>
  );
}
