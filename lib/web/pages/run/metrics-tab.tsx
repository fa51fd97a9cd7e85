// All metrics of a run, a chart each, those of one prefix together.
import { useMemo } from "preact/hooks";
import { type Curve, pointsOf } from "../../../graph/curves.js";
import type { metricsApi } from "../../../serve/api/metrics.js";
import { Plot } from "../../charts/plot.js";
import { ChartControls, useChartSettings } from "../../charts/settings.js";
import { Empty } from "../../parts/empty.js";
import { Section } from "../../parts/facts.js";
import { Problem } from "../../parts/problem.js";
import type { AnswerOf } from "../../shell/client.js";
import { useQuery } from "../../shell/router.js";
import { useAsk } from "../../shell/use-ask.js";
import { handleOf, type WholeRun } from "./record.js";

export function MetricsTab({ run }: { run: WholeRun }) {
  const settings = useChartSettings();
  const [filter, setFilter] = useQuery("metric");
  const key = `${settings.smooth} ${settings.x} ${settings.logX} ${settings.logY} ${settings.clip}`;
  const steady = useMemo(() => settings, [key]);
  const question = { parts: { run: run.id }, query: { x: settings.x, points: 1500 } };
  const { answer, trouble, again } = useAsk<typeof metricsApi>("/api/v1/runs/:run/metrics", question, {
    live: ["run"],
    runs: [run.id],
  });
  const groups = useMemo(() => grouped(answer?.series ?? [], filter), [answer, filter]);
  if (trouble && !answer) return <Problem error={trouble} again={again} />;
  if (!answer) return <div class="loading" />;
  if (answer.series.length === 0)
    return (
      <Empty title="No metrics yet" command={`import lab; lab.log_metric("loss", 0.5, step=1)`}>
        What a job logs is drawn here as it comes; a line that it prints is enough: lab-metric loss=0.5 step=1
      </Empty>
    );
  return (
    <>
      <div class="chart-bar">
        <input
          type="search"
          placeholder="metrics whose name contains…"
          aria-label="Metrics whose name contains"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <ChartControls />
      </div>
      {groups.map(([prefix, curves]) => (
        <Section key={prefix} title={prefix}>
          <div class="charts">
            {curves.map((curve) => (
              <Plot key={curve.id} title={curve.label} curves={[curve]} settings={steady} />
            ))}
          </div>
        </Section>
      ))}
      <p class="soft">
        In the terminal: <code>lab plot {handleOf(run.id)}</code>
      </p>
    </>
  );
}

/** `train/loss` is of `train`, where that has more than one; what has no prefix comes first. */
function grouped(
  series: readonly AnswerOf<typeof metricsApi>["series"][number][],
  filter: string,
): [string, Curve[]][] {
  const groups = new Map<string, Curve[]>();
  const wanted = series.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()));
  const counts = new Map<string, number>();
  for (const { name } of wanted) counts.set(prefixOf(name), (counts.get(prefixOf(name)) ?? 0) + 1);
  for (const { name, points } of wanted) {
    const own = prefixOf(name);
    const prefix = own === "" || counts.get(own) === 1 ? "Metrics" : own;
    const curve: Curve = { id: name, label: name, pen: 0, points: pointsOf(points) };
    groups.set(prefix, [...(groups.get(prefix) ?? []), curve]);
  }
  return [...groups].sort(([a], [b]) => (a === "Metrics" ? -1 : b === "Metrics" ? 1 : a < b ? -1 : 1));
}

function prefixOf(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf("/")));
}
