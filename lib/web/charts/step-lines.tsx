// What several runs reached over their steps: a line each, lit up from the list beside it.
import { figure } from "../parts/format.js";
import { ExportMenu } from "./export-menu.js";
import { numeric } from "./scale.js";
import { useWidth } from "./use-width.js";

export interface Series {
  id: string;
  title: string;
  points: readonly (readonly [step: number, value: number])[];
}

const height = 250;
const [left, right, top, bottom] = [54, 14, 12, 30];

export function StepLines({
  series,
  lit,
  title,
  best,
  missing = [],
}: {
  series: readonly Series[];
  lit: string | undefined;
  title: string;
  /** The point that leads. */
  best?: { id: string; step: number } | undefined;
  /** Steps for which there is no value yet, and why. */
  missing?: readonly { step: number; why: string }[];
}) {
  const [box, width] = useWidth<HTMLDivElement>();
  const all = series.flatMap(({ points }) => points);
  if (all.length === 0) return null;
  const xs = numeric([...all.map(([step]) => step), ...missing.map(({ step }) => step)]);
  const ys = numeric(all.map(([, value]) => value));
  const x = (step: number) => left + (xs.at(step) ?? 0) * (width - left - right);
  const y = (value: number) => top + (1 - (ys.at(value) ?? 0)) * (height - top - bottom);
  const words = series.map(
    ({ title: name, points }) =>
      `${name} ${figure(points.at(-1)?.[1] ?? 0)} at step ${figure(points.at(-1)?.[0] ?? 0)}`,
  );
  return (
    <div class="line-chart" ref={box}>
      <ExportMenu
        title={`${title} over steps`}
        box={box}
        rows={() => [
          ["series", "name", "step", title],
          ...series.flatMap(({ id, title: name, points }) => points.map(([step, value]) => [id, name, step, value])),
        ]}
      />
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={`${title} over steps: ${words.slice(0, 10).join(", ")}`}
      >
        {ys.ticks.map(({ at, label }) => (
          <g key={label}>
            <line class="rule" x1={left} x2={width - right} y1={y(Number(ys.value(at)))} y2={y(Number(ys.value(at)))} />
            <text class="tick" x={left - 8} y={y(Number(ys.value(at))) + 4} text-anchor="end">
              {label}
            </text>
          </g>
        ))}
        {xs.ticks.map(({ at, label }) => (
          <text key={label} class="tick" x={left + at * (width - left - right)} y={height - 6} text-anchor="middle">
            {label}
          </text>
        ))}
        {series.map(({ id, title: name, points }, i) => (
          <g
            key={id}
            class={`series-of ${lit === undefined ? (i === 0 ? "first" : "") : lit === id ? "first" : "dim"}`}
          >
            <polyline
              points={points.map(([step, value]) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`).join(" ")}
            />
            {points.map(([step, value]) => (
              <circle key={step} cx={x(step)} cy={y(value)} r="2.8">
                <title>{`${name}, step ${figure(step)}: ${figure(value)}`}</title>
              </circle>
            ))}
            {points.map(([step, value]) =>
              best?.id === id && best.step === step ? (
                <g key="best" class="best-point">
                  <circle cx={x(step)} cy={y(value)} r="6" />
                  <text x={x(step)} y={y(value) + 22} text-anchor={x(step) > width - 60 ? "end" : "middle"}>
                    {figure(value)}
                  </text>
                </g>
              ) : null,
            )}
          </g>
        ))}
        {missing.map(({ step, why }, i) => (
          <circle key={`${step} ${i}`} class="missing-point" cx={x(step)} cy={height - bottom} r="3.5">
            <title>{`Step ${figure(step)}: ${why}`}</title>
          </circle>
        ))}
      </svg>
    </div>
  );
}
