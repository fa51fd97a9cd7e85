// Each metric that two of the runs have as one chart, a curve a run, or a mean and its band for runs that differ by their seed.
import { useMemo } from "preact/hooks";
import type { ComparedField, ComparedMetric, ComparedRun, SeedGroup } from "../../../record/comparison.js";
import { type Curve, folded, pointsOf } from "../../charts/curves.js";
import type { MetricsOfDeclared } from "../../charts/given.js";
import { Plot } from "../../charts/plot.js";
import type { ChartSettings } from "../../charts/settings.js";
import { said } from "../../parts/format.js";
import { Problem } from "../../parts/problem.js";
import { useAsk } from "../../shell/use-ask.js";

interface Shape {
  runs: readonly ComparedRun[];
  fields: readonly ComparedField[];
  metrics: readonly ComparedMetric[];
  seeds: readonly SeedGroup[];
  settings: ChartSettings;
}

export function Overlaid({ metrics, ...rest }: Shape) {
  return (
    <div class="charts wide">
      {metrics.map(({ name }) => (
        <One key={name} name={name} {...rest} />
      ))}
    </div>
  );
}

function One({ name, runs, fields, seeds, settings }: Omit<Shape, "metrics"> & { name: string }) {
  const query = { run: runs.map(({ id }) => id), name, x: settings.x, points: runs.length > 12 ? 400 : 1000 };
  const { answer, trouble, again } = useAsk<MetricsOfDeclared>(
    "/api/v1/metrics-of",
    { query },
    { live: ["run", "metric"] },
  );
  const curves = useMemo(() => {
    const all = (answer?.series ?? []).flatMap(({ run, points }): Curve[] => {
      const i = runs.findIndex(({ id }) => id === run);
      return i < 0 || points.length === 0
        ? []
        : [{ id: run, label: run.slice(-6), note: toldBy(fields, run), pen: i, points: pointsOf(points) }];
    });
    return folded(
      all,
      seeds.map((group) => group.runs),
    );
  }, [answer, seeds, fields]);
  if (trouble && !answer) return <Problem error={trouble} again={again} />;
  return <Plot title={name} curves={curves} settings={settings} height={280} legend />;
}

/** What tells a run from the others, in a few words: the params and args that differ. */
export function toldBy(fields: readonly ComparedField[], run: string): string {
  const chosen = fields.filter(({ group, differs }) => differs && (group === "params" || group === "args"));
  return chosen
    .slice(0, 4)
    .flatMap(({ path, values }) =>
      values[run] === undefined ? [] : [`${path.replace(/^(params|args)\./, "")} ${said(values[run])}`],
    )
    .join(", ");
}
