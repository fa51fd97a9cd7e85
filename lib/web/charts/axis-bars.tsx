// How much each axis of a sweep explains, and what its values reached.
import type { AxisImportance } from "../../serve/api/sweeps.js";
import { figure, said } from "../parts/format.js";
import { Tooltip } from "../parts/tooltip.js";
import { clamped } from "./scale.js";

export function AxisBars({ axes }: { axes: readonly AxisImportance[] }) {
  return (
    <ul class="axis-bars">
      {axes.map((axis) => (
        <li key={axis.path}>
          <div class="axis-head">
            <code>{axis.path}</code>
            <span>
              {axis.uncertain && (
                <Tooltip text={`${axis.points} points are few for ${axis.levels.length} values: this may be chance`}>
                  few points
                </Tooltip>
              )}{" "}
              <b>{axis.share < 0.005 ? "0" : Math.round(axis.share * 100)}%</b>
            </span>
          </div>
          <div class={`axis-bar ${axis.uncertain ? "uncertain" : ""}`}>
            <span style={{ width: `${axis.share * 100}%` }} />
          </div>
          <Levels axis={axis} />
        </li>
      ))}
    </ul>
  );
}

const [height, width] = [46, 240];

/** What the shares are, and whose idea that was. */
export const importanceWords =
  "Epsilon squared (Kelley 1935) of a one-way analysis of variance over the ranks of what was reached: the part of their variance that an axis alone explains, less what chance would. It stands for the main effect of a functional ANOVA (Hutter, Hoos and Leyton-Brown 2014) without a model in between. What axes do only together shows in none of them.";

/** By value the mean of what was reached, between the least and the greatest. */
function Levels({ axis: { path, levels } }: { axis: AxisImportance }) {
  const means = levels.map(({ mean }) => mean);
  const [low, high] = [Math.min(...means), Math.max(...means)];
  const around = (high - low) * 0.4 || 1;
  const y = (value: number) => height - 4 - clamped((value - low + around) / (high - low + 2 * around)) * (height - 8);
  const x = (i: number) => ((i + 0.5) * width) / levels.length;
  const every = Math.ceil(levels.length / 6);
  const words = levels
    .map(({ value, mean }) => `${short(value).join("–")}: ${figure(Number(mean.toPrecision(3)))}`)
    .join(", ");
  return (
    <figure>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Mean by ${path}: ${words}`}
        preserveAspectRatio="none"
      >
        <polyline points={levels.map(({ mean }, i) => `${x(i)},${y(mean)}`).join(" ")} />
        {levels.map(({ min, max, value }, i) => (
          <line key={said(value)} x1={x(i)} x2={x(i)} y1={y(min)} y2={y(max)} />
        ))}
      </svg>
      <figcaption aria-hidden="true" style={{ gridTemplateColumns: `repeat(${levels.length}, minmax(0, 1fr))` }}>
        {levels.map(({ value, mean }, i) => (
          <span key={said(value)} title={`${said(value)}: ${figure(mean)}`}>
            {i % every === 0 && short(value).map((part, k) => (k === 0 ? part : [<wbr key="break" />, "–", part]))}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

/** A level, or the first and the last of several (`1e-5…4.64e-5`): three digits tell it from its neighbours, its title has all. */
function short(value: unknown): string[] {
  return said(value)
    .split("…")
    .map((part) => (/^-?\d*\.\d+(e-?\d+)?$/.test(part) ? figure(Number(Number(part).toPrecision(3))) : part));
}
