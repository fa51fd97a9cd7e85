// What decided: the params that differ against a metric, as parallel coordinates and, of one param, as points.
import { useState } from "preact/hooks";
import { byWorth, chosenFields, titleOf } from "../../../graph/compared-curves.js";
import type { ComparedField, ComparedMetric, ComparedRun } from "../../../record/comparison.js";
import { type Brushes, Parallel } from "../../charts/parallel.js";
import { Scatter } from "../../charts/scatter.js";
import { Section } from "../../parts/facts.js";
import { useQuery } from "../../shell/router.js";

interface Shape {
  runs: readonly ComparedRun[];
  fields: readonly ComparedField[];
  metrics: readonly ComparedMetric[];
}

export function Decided({ runs, fields, metrics }: Shape) {
  const [by, setBy] = useQuery("by");
  const [along, setAlong] = useQuery("along");
  const [brushes, setBrushes] = useState<Brushes>({});
  const chosen = chosenFields(fields);
  const metric = metrics.find(({ name }) => name === by) ?? byWorth(metrics)[0];
  if (!metric || chosen.length === 0 || runs.length < 3) return null;
  const axes = chosen.slice(0, 8).map(({ path }) => ({ key: path, title: titleOf(path) }));
  const points = runs.map(({ id }) => {
    const { best, last } = metric.values[id] ?? {};
    const value = best ?? last;
    const values = Object.fromEntries(chosen.map(({ path, values }) => [path, values[id]]));
    return { id, values, value: typeof value === "number" ? value : undefined };
  });
  const reached = points.flatMap(({ value }) => (value === undefined ? [] : [value]));
  const bounds = [Math.min(...reached), Math.max(...reached)] as const;
  const usual = chosen.filter(({ path }) => !path.endsWith("seed"));
  const field = chosen.find(({ path }) => path === along) ?? usual[0] ?? chosen[0];
  return (
    <Section title="What decided">
      <div class="chart-bar">
        <label class="chosen">
          Metric
          <select value={metric.name} onChange={(event) => setBy(event.currentTarget.value)}>
            {metrics.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        {field && (
          <label class="chosen">
            Param
            <select value={field.path} onChange={(event) => setAlong(event.currentTarget.value)}>
              {chosen.map(({ path }) => (
                <option key={path}>{path}</option>
              ))}
            </select>
          </label>
        )}
      </div>
      <div class="run-columns">
        {reached.length > 0 && (
          <Parallel
            points={points}
            axes={axes}
            metric={{ title: metric.name, goal: metric.goal ?? "min", bounds }}
            brushes={brushes}
            onBrush={setBrushes}
          />
        )}
        {field && <Scatter title={`${metric.name} by ${titleOf(field.path)}`} points={points} path={field.path} />}
      </div>
    </Section>
  );
}
