// How the metrics of a run went, at a glance: a small chart each, which opens the large one.
import { finitePoints } from "../../../graph/curves.js";
import type { metricsApi } from "../../../serve/api/metrics.js";
import { Section } from "../../parts/facts.js";
import { counted, figure, said } from "../../parts/format.js";
import { withQuery } from "../../shell/router.js";
import { useAsk } from "../../shell/use-ask.js";
import { rankOfMetric } from "../runs/telling.js";
import type { WholeRun } from "./record.js";

type Point = readonly [x: number, y: number];

const most = 12;
const [width, height] = [240, 64];

/** `values` are the last ones: of those that have no course they are shown alone. */
export function SmallCharts({ run, values }: { run: WholeRun; values: Readonly<Record<string, number | string>> }) {
  const question = { parts: { run: run.id }, query: { points: 160 } };
  const { answer } = useAsk<typeof metricsApi>("/api/v1/runs/:run/metrics", question, {
    live: ["run"],
    runs: [run.id],
  });
  const names = new Set(Object.keys(values));
  if (!answer && names.size > 0) return <div class="small-charts coming-charts" aria-hidden="true" />;
  const drawn = (answer?.series ?? []).map(({ name, points }) => ({ name, points: finitePoints(points) }));
  const charts = drawn
    .filter(({ points }) => points.length > 1)
    .sort((a, b) => rankOfMetric(a.name) - rankOfMetric(b.name));
  for (const { name } of charts) names.delete(name);
  if (charts.length + names.size === 0) return null;
  const beside = charts.length > 0 && <a href={withQuery({ tab: "metrics" })}>{counted(charts.length, "chart")}</a>;
  return (
    <Section title="Metrics" beside={beside}>
      <ul class="small-charts">
        {charts.slice(0, most).map(({ name, points }) => (
          <Small key={name} name={name} points={points} />
        ))}
        {[...names].map((name) => (
          <li key={name}>
            <span class="small-name">
              <code class="cut" title={name}>
                {name}
              </code>
              <b>{said(values[name])}</b>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Small({ name, points }: { name: string; points: readonly Point[] }) {
  const [first, last] = [points[0] as Point, points.at(-1) as Point];
  const ys = points.map(([, y]) => y);
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const across = (x: number) => ((x - first[0]) / (last[0] - first[0] || 1)) * width;
  const up = (y: number) => height - 2 - ((y - low) / (high - low || 1)) * (height - 4);
  const line = points.map(([x, y]) => `${across(x).toFixed(1)},${up(y).toFixed(1)}`).join(" ");
  return (
    <li>
      <a href={withQuery({ tab: "metrics", metric: name })}>
        <span class="small-name">
          <code class="cut" title={name}>
            {name}
          </code>
          <b title={String(last[1])}>{figure(last[1])}</b>
        </span>
        <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
          <polyline points={line} />
        </svg>
        <span class="small-ends">
          <span>
            {figure(low)} to {figure(high)}
          </span>
          <span>step {figure(last[0])}</span>
        </span>
      </a>
    </li>
  );
}
