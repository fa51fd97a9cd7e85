// How many runs ended in each hour, or day, and how: bars, of which each colour is a state.
import type { overviewApi } from "../../../serve/api/overview.js";
import { absolute, counted, figure } from "../../parts/format.js";
import { kindOfState } from "../../parts/state-mark.js";
import type { AnswerOf } from "../../shell/client.js";

type Hour = AnswerOf<typeof overviewApi>["throughput"][number];

const parts = ["failed", "cancelled", "cached", "succeeded"] as const;
const [width, height, foot] = [600, 130, 18];
/** Beyond that share of the width a label would hang out. */
const lastLabel = 0.94;

export function Throughput({ hours }: { hours: readonly Hour[] }) {
  const sums = hours.map((hour) => parts.reduce((sum, part) => sum + (hour[part] ?? 0), 0));
  const highest = Math.max(1, ...sums);
  const all = sums.reduce((sum, one) => sum + one, 0);
  const of = (part: (typeof parts)[number]) => hours.reduce((sum, hour) => sum + (hour[part] ?? 0), 0);
  const step = width / Math.max(1, hours.length);
  const words = parts.map((part) => `${of(part)} ${part}`).join(", ");
  return (
    <figure class="throughput">
      <svg viewBox={`0 0 ${width} ${height + foot}`} role="img" aria-label={`${counted(all, "run")} ended: ${words}`}>
        <line class="grid" x1="0" x2={width} y1="0.5" y2="0.5" />
        <line class="grid" x1="0" x2={width} y1={height + 0.5} y2={height + 0.5} />
        {hours.map((hour, i) => (
          <Bar key={hour.at} hour={hour} x={i * step} width={step} highest={highest} />
        ))}
        <text x="0" y="13">
          {figure(highest)}
        </text>
        {hours.map(
          (hour, i) =>
            i % Math.ceil(hours.length / 6) === 0 &&
            i * step < width * lastLabel && (
              <text key={hour.at} x={i * step} y={height + 14}>
                {labelOf(hour.at, hours.length)}
              </text>
            ),
        )}
      </svg>
      <figcaption>
        {[...parts].reverse().map((part) => (
          <span key={part} class={`state ${kindOfState(part)}`}>
            {part} <b>{figure(of(part))}</b>
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

function Bar({ hour, x, width: step, highest }: { hour: Hour; x: number; width: number; highest: number }) {
  let y = height;
  return (
    <g>
      <title>
        {absolute(hour.at)}: {parts.map((part) => `${hour[part] ?? 0} ${part}`).join(", ")}
      </title>
      <rect class="hover" x={x} y="0" width={step} height={height} />
      {parts.map((part) => {
        const tall = ((hour[part] ?? 0) / highest) * (height - 16);
        y -= tall;
        return (
          tall > 0 && (
            <rect
              key={part}
              class={kindOfState(part)}
              x={x + step * 0.14}
              y={y}
              width={step * 0.72}
              height={Math.max(1, tall)}
            />
          )
        );
      })}
    </g>
  );
}

function labelOf(at: string, count: number): string {
  const date = new Date(at);
  return count <= 25
    ? `${String(date.getHours()).padStart(2, "0")}:00`
    : date.toLocaleDateString(undefined, { day: "numeric", month: "short" });
}
