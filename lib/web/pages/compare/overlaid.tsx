// Each metric that two of the runs have as one chart, a curve a run, or a mean and its band for runs that belong together.
import { useMemo, useState } from "preact/hooks";
import { byWorth, type ComparedSides, comparedCurves, type Looks } from "../../../graph/compared-curves.js";
import type { ComparedMetric } from "../../../record/comparison.js";
import type { metricsOfApi } from "../../../serve/api/metrics.js";
import { Plot } from "../../charts/plot.js";
import type { ChartSettings } from "../../charts/settings.js";
import { Problem } from "../../parts/problem.js";
import { useAsk } from "../../shell/use-ask.js";

interface Shape {
  sides: ComparedSides;
  metrics: readonly ComparedMetric[];
  looks: Looks;
  settings: ChartSettings;
}

const first = 12;

export function Overlaid({ metrics, ...rest }: Shape) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [all, setAll] = useState(false);
  const ordered = useMemo(() => curvesFirst(byWorth(metrics)), [metrics]);
  const hide = (id: string) => {
    const next = new Set(hidden);
    if (!next.delete(id)) next.add(id);
    setHidden(next);
  };
  const shown = all ? ordered : ordered.slice(0, first);
  return (
    <>
      <div class="charts wide">
        {shown.map((metric) => (
          <One key={metric.name} metric={metric} hidden={hidden} onHide={hide} {...rest} />
        ))}
      </div>
      {shown.length < ordered.length && (
        <button type="button" class="button show-all" onClick={() => setAll(true)}>
          Show all {ordered.length} metrics
        </button>
      )}
    </>
  );
}

/** A metric that no run logged twice has no curve to see. */
function curvesFirst(metrics: readonly ComparedMetric[]): ComparedMetric[] {
  const isCurve = ({ values }: ComparedMetric) => Object.values(values).some(({ count }) => count > 1);
  return metrics.toSorted((a, b) => Number(isCurve(b)) - Number(isCurve(a)));
}

interface OneShape extends Omit<Shape, "metrics"> {
  metric: ComparedMetric;
  hidden: ReadonlySet<string>;
  onHide(id: string): void;
}

function One({ metric: { name, goal }, sides, looks, settings, hidden, onHide }: OneShape) {
  const { runs } = sides;
  const query = { run: runs.map(({ id }) => id), name, x: settings.x, points: runs.length > 12 ? 400 : 1000 };
  const { answer, trouble, again } = useAsk<typeof metricsOfApi>(
    "/api/v1/metrics-of",
    { query },
    { live: ["run"], runs: query.run },
  );
  const curves = useMemo(() => comparedCurves(answer?.series ?? [], sides, looks), [answer, sides, looks]);
  if (trouble && !answer) return <Problem error={trouble} again={again} />;
  return (
    <Plot
      title={name}
      curves={curves}
      settings={settings}
      height={240}
      legend
      goal={goal}
      coming={!answer}
      hidden={hidden}
      onHide={onHide}
    />
  );
}
