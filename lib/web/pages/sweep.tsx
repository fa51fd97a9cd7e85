// A sweep: what its points reached, which of its axes mattered, and the best so far.
import { useMemo, useState } from "preact/hooks";
import { said as inWords } from "../../graph/figure.js";
import type { SweepPoint, sweepApi } from "../../serve/api/sweeps.js";
import { AxisBars, importanceWords } from "../charts/axis-bars.js";
import { BestLine } from "../charts/best-line.js";
import { type Brushes, isWithin, Parallel, scalesOf } from "../charts/parallel.js";
import { bounds } from "../charts/scale.js";
import { Scatter } from "../charts/scatter.js";
import { Button, ButtonLink } from "../parts/button.js";
import { Counts } from "../parts/counts-bar.js";
import { Empty } from "../parts/empty.js";
import { Time } from "../parts/figures.js";
import { counted, figure } from "../parts/format.js";
import { Heading } from "../parts/heading.js";
import { Problem, Problems } from "../parts/problem.js";
import { Tooltip } from "../parts/tooltip.js";
import type { AnswerOf } from "../shell/client.js";
import { useTitle } from "../shell/outlet.js";
import { useQuery } from "../shell/router.js";
import { useAsk } from "../shell/use-ask.js";
import { brushesIn, brushWords } from "./sweep/brushes.js";
import { SweepHeat } from "./sweep/heat.js";
import { SweepTable } from "./sweep/table.js";

type Answer = AnswerOf<typeof sweepApi>;

export default function SweepPage({ parts: { id = "" } }: { parts: Record<string, string> }) {
  const [metric, setMetric] = useQuery("metric");
  const [goal, setGoal] = useQuery("goal");
  const query = { ...(metric ? { metric } : {}), ...(goal ? { goal } : {}) };
  const { answer, trouble, again } = useAsk<typeof sweepApi>("/api/v1/sweeps/:id", { parts: { id }, query });
  useTitle(`Sweep ${answer?.sweep.name ?? id}`);
  if (!answer)
    return (
      <>
        <Heading above={<a href="/sweeps">Sweeps</a>} title={id} />
        {trouble ? <Problem error={trouble} again={again} /> : <div class="loading" aria-busy="true" />}
      </>
    );
  const { sweep, metrics } = answer;
  const chosen = sweep.metric;
  return (
    <>
      <Heading
        above={<a href="/sweeps">Sweeps</a>}
        title={sweep.name}
        beside={
          <>
            <Counts counts={sweep.counts} /> · {counted(sweep.of, "point")} · {sweep.user} ·{" "}
            <Time at={sweep.planned_at} />
          </>
        }
        actions={
          metrics.length > 0 && (
            <div class="picks">
              <label>
                Metric
                <select value={chosen?.name} onChange={(event) => setMetric(event.currentTarget.value, { push: true })}>
                  {metrics.map((name) => (
                    <option key={name}>{name}</option>
                  ))}
                </select>
              </label>
              <label>
                Best is the
                <select value={chosen?.goal} onChange={(event) => setGoal(event.currentTarget.value, { push: true })}>
                  <option value="min">least</option>
                  <option value="max">greatest</option>
                </select>
              </label>
            </div>
          )
        }
      />
      <Problems problems={answer.problems} />
      {trouble && <Problem error={trouble} again={again} />}
      <Panels answer={answer} />
    </>
  );
}

function Panels({ answer }: { answer: Answer }) {
  const { sweep, points, best_so_far: steps, importance } = answer;
  const [brushed, setBrushed] = useQuery("brush");
  const [selected, select] = useState<ReadonlySet<string>>(new Set());
  const values = useMemo(() => points.flatMap(({ value }) => (value === undefined ? [] : [value])), [points]);
  const metric = sweep.metric && {
    ...{ title: sweep.metric.name, goal: sweep.metric.goal },
    bounds: bounds(values, sweep.metric.goal),
  };
  const drawn = useMemo(
    () => points.map(({ run, point, value, state }) => ({ id: run, values: point, value, state })),
    [points],
  );
  const varied = sweep.axes.filter(
    ({ path }) => new Set(points.map(({ point }) => JSON.stringify(point[path]))).size > 1,
  );
  const axes = varied.map(({ path }) => ({ key: path, title: path.replace(/^(params|args)\./, "") }));
  const brushes = brushesIn(brushed);
  const scales = scalesOf({ points: drawn, axes, metric });
  const within = points.filter((_, i) => isWithin(drawn[i] as never, brushes, scales));
  const setBrushes = (next: Brushes) => setBrushed(brushWords(next));
  const toggle = (ids: readonly string[]) =>
    select((old) => {
      const all = ids.every((one) => old.has(one));
      return new Set(all ? [...old].filter((one) => !ids.includes(one)) : [...old, ...ids]);
    });
  const none = values.length === 0;
  const open = new Set(points.flatMap(({ run, ended_at }) => (ended_at === undefined ? [run] : [])));
  const [only] = varied;
  return (
    <>
      {none && <Nothing points={points} />}
      {!none && metric && (
        <div class="sweep-columns">
          <div class="stack">
            <section class="panel">
              <header>
                <h2>Best so far</h2>
                {sweep.best && (
                  <p>
                    {metric.title} <a href={`/runs/${sweep.best.run}`}>{figure(sweep.best.value)}</a> at{" "}
                    {said(points, sweep.best.run, varied)}
                  </p>
                )}
              </header>
              <BestLine steps={steps} bounds={metric.bounds} title={metric.title} open={open} />
            </section>
            {varied.length >= 2 && (
              <SweepHeat
                drawn={drawn}
                axes={varied.map(({ path }) => path)}
                usual={importance.map(({ path }) => path)}
                metric={metric}
                selected={selected}
                onChoose={toggle}
              />
            )}
            {varied.length === 1 && only && (
              <section class="panel">
                <header>
                  <h2>The one axis</h2>
                </header>
                <Scatter
                  title={`${metric.title} by ${only.path}`}
                  points={drawn}
                  path={only.path}
                  bounds={metric.bounds}
                />
              </section>
            )}
          </div>
          <div class="stack">
            <section class="panel">
              <header>
                <h2>What matters</h2>
                <p>
                  variance that each axis alone explains, <Tooltip text={importanceWords}>an estimate</Tooltip> from{" "}
                  {counted(values.length, "point")}
                </p>
              </header>
              {importance.length > 0 ? (
                <AxisBars axes={importance} />
              ) : (
                <p class="soft">Nothing was varied among the points that have ended.</p>
              )}
            </section>
            {axes.length > 0 && (
              <section class="panel">
                <header>
                  <h2>All axes</h2>
                  <p>drag along an axis, or use the arrow keys at it, to keep a part of it</p>
                </header>
                <Parallel
                  points={drawn}
                  axes={axes}
                  metric={metric}
                  brushes={brushes}
                  onBrush={setBrushes}
                  lit={selected.size > 0 ? selected : undefined}
                />
              </section>
            )}
          </div>
        </div>
      )}
      <section class="panel wide">
        <header>
          <h2>
            Points{" "}
            <span class="count">
              {within.length < points.length ? `${within.length} of ${points.length}` : points.length}
            </span>
          </h2>
          <div class="picks">
            {selected.size > 0 && (
              <Button look="plain" onClick={() => select(new Set())}>{`${selected.size} chosen ×`}</Button>
            )}
            {selected.size > 50 && <span class="soft">at most 50 can be compared</span>}
            {selected.size > 1 && selected.size <= 50 && (
              <ButtonLink icon="compare" href={`/compare?${[...selected].map((run) => `run=${run}`).join("&")}`}>
                Compare {selected.size}
              </ButtonLink>
            )}
          </div>
        </header>
        <SweepTable
          points={within}
          axes={varied.map(({ path }) => path)}
          metric={metric?.title}
          selected={selected}
          onSelect={toggle}
          best={sweep.best?.run}
        />
      </section>
    </>
  );
}

/** Why there is nothing to be seen: all have failed, or none has said anything yet. */
function Nothing({ points }: { points: readonly SweepPoint[] }) {
  const failed = points.filter(({ state }) => state === "failed" || state === "lost");
  const [first] = failed;
  if (failed.length === points.length && first) {
    const counts = new Map<string, number>();
    for (const { message = "no reason is known" } of failed) counts.set(message, (counts.get(message) ?? 0) + 1);
    const [[message, count] = ["", 0]] = [...counts].sort(([, a], [, b]) => b - a);
    return (
      <Empty
        title="All points have failed"
        text={`${count === failed.length ? "Each" : `${count} of ${failed.length}`} says: ${message}. What is known of the first:`}
        command={`lab why ${first.run.slice(-6)}`}
      />
    );
  }
  return (
    <Empty
      title="No point has logged a metric yet"
      text="As soon as one does, it is seen here which values did best, and which axes matter. In the job's code, or by printing a line:"
      command='lab.log_metric("val_loss", 0.42, step=100)'
    />
  );
}

function said(points: readonly SweepPoint[], run: string, axes: readonly { path: string }[]): string {
  const point = points.find((one) => one.run === run)?.point ?? {};
  return axes.map(({ path }) => `${path.replace(/^(params|args)\./, "")} ${inWords(point[path])}`).join(", ");
}
