// What each point reached when it ended, and the best up to then.
import { elapsed, figure, shortly } from "../parts/format.js";
import { ExportMenu } from "./export-menu.js";
import { clamped, numeric, roundTimes } from "./scale.js";
import { useWidth } from "./use-width.js";

export interface Reached {
  at: string;
  run: string;
  index: number;
  value: number;
  best: number;
}

const height = 210;
const [left, right, top, bottom] = [50, 12, 10, 26];

export function BestLine({
  steps,
  bounds,
  title,
  open,
}: {
  steps: readonly Reached[];
  bounds: readonly [number, number];
  title: string;
  /** Runs that go on: what they reached may become better. */
  open: ReadonlySet<string>;
}) {
  const [box, width] = useWidth<HTMLDivElement>();
  const times = steps.map(({ at }) => Date.parse(at));
  const first = Math.min(...times);
  const last = Math.max(...times);
  const span = last - first || 1;
  const scale = numeric([...bounds, ...steps.map(({ best }) => best)]);
  const x = (time: number) => left + ((time - first) / span) * (width - left - right);
  const y = (value: number) => top + (1 - clamped(scale.at(value) ?? 0)) * (height - top - bottom);
  let way = "";
  for (const [i, { best }] of steps.entries()) {
    const at = x(times[i] ?? first).toFixed(1);
    way += i === 0 ? `M${at} ${y(best).toFixed(1)}` : `H${at}V${y(best).toFixed(1)}`;
  }
  const end = steps.at(-1);
  return (
    <div class="line-chart" ref={box}>
      <ExportMenu
        title={`Best ${title} so far`}
        box={box}
        rows={() => [
          ["at", "point", "run", title, "best"],
          ...steps.map(({ at, index, run, value, best }) => [at, index, run, value, best]),
        ]}
      />
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={`The best ${title} so far: from ${figure(steps[0]?.best ?? 0)} to ${figure(end?.best ?? 0)} over ${elapsed(span / 1000)}`}
      >
        {scale.ticks.map(({ at, label }) => (
          <g key={label}>
            <line
              class="rule"
              x1={left}
              x2={width - right}
              y1={y(Number(scale.value(at)))}
              y2={y(Number(scale.value(at)))}
            />
            <text class="tick" x={left - 8} y={y(Number(scale.value(at))) + 4} text-anchor="end">
              {label}
            </text>
          </g>
        ))}
        {roundTimes(span / 1000, Math.max(2, Math.floor(width / 90))).map((s) => (
          <text key={s} class="tick" x={x(first + s * 1000)} y={height - 6} text-anchor="middle">
            {shortly(s)}
          </text>
        ))}
        {steps.map(({ run, value, best, index }, i) => (
          <circle
            key={run}
            class={`${value === best ? "best" : ""} ${open.has(run) ? "open" : ""}`}
            cx={x(times[i] ?? first)}
            cy={y(value)}
            r={value === best ? 3.4 : 2.4}
          >
            <title>{`point ${index}: ${figure(value)}${open.has(run) ? ", goes on" : ""}`}</title>
          </circle>
        ))}
        <path class="best-way" d={way} />
      </svg>
    </div>
  );
}
