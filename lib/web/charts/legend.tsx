// The legend of a chart: a row for each curve, which hides it, and its figures.

import { type Pen, strokeOf } from "../../graph/curve-colours.js";
import { type Columns, type Curve, figuresOf } from "../../graph/curves.js";
import { figure } from "../parts/format.js";
import { Heads } from "../parts/heads.js";
import { Scroll } from "../parts/scroll.js";

interface LegendShape {
  title: string;
  curves: readonly Curve[];
  columns: Columns;
  at: number | undefined;
  off: ReadonlySet<string>;
  dark: boolean;
  goal: "min" | "max" | undefined;
  toggle(id: string): void;
  focus(id: string | undefined): void;
}

const many = 12;

export function Legend({ title, curves, columns, at, off, dark, goal, toggle, focus }: LegendShape) {
  const place = at === undefined ? undefined : columns.x[at];
  const rows = curves.map((curve) => ({ curve, ...figuresOf(curve) }));
  // Of many nobody finds the best by reading all of them.
  const loss = (last: number | undefined) => (last === undefined ? Infinity : goal === "min" ? last : -last);
  if (goal && rows.length > many) rows.sort((a, b) => loss(a.last) - loss(b.last) || 0);
  const best = (column: "last" | "min" | "max") => {
    const values = rows.flatMap((row) => (off.has(row.curve.id) ? [] : (row[column] ?? [])));
    if (values.length < 2) return undefined;
    return goal === "min" ? Math.min(...values) : goal === "max" ? Math.max(...values) : undefined;
  };
  const bests = {
    last: best("last"),
    min: goal === "min" ? best("min") : undefined,
    max: goal === "max" ? best("max") : undefined,
  };
  return (
    <Scroll kind="legend" label={`Legend of ${title}`}>
      <table>
        <Heads titles={["Curve", place === undefined ? ">Here" : `>At ${figure(place)}`, ">Last", ">Min", ">Max"]} />
        <tbody>
          {rows.map(({ curve, last, min, max }) => {
            const hidden = off.has(curve.id);
            return (
              <tr
                key={curve.id}
                class={hidden ? "off" : ""}
                onMouseEnter={() => focus(curve.id)}
                onMouseLeave={() => focus(undefined)}
              >
                <th scope="row">
                  <button
                    type="button"
                    aria-pressed={!hidden}
                    title={hidden ? "Show" : "Hide"}
                    onClick={() => toggle(curve.id)}
                    onFocus={() => focus(curve.id)}
                    onBlur={() => focus(undefined)}
                  >
                    <Swatch pen={curve.pen} dark={dark} />
                    <span class="legend-name">{curve.label}</span>
                    {curve.note && (
                      <span class="soft" title={curve.note}>
                        {curve.note}
                      </span>
                    )}
                  </button>
                </th>
                <Figure value={at === undefined ? undefined : valueIn(columns, curve, at)} />
                <Figure value={last} best={bests.last} />
                <Figure value={min} best={bests.min} />
                <Figure value={max} best={bests.max} />
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}

function Figure({ value, best }: { value: number | undefined; best?: number | undefined }) {
  if (value === undefined) return <td class="end" />;
  return <td class="end">{value === best ? <b title="the best of them">{figure(value)}</b> : figure(value)}</td>;
}

export function Swatch({ pen, dark }: { pen: Pen; dark: boolean }) {
  const { colour, dash } = strokeOf(pen, dark);
  return (
    <svg class="swatch" width="18" height="8" aria-hidden="true">
      <line x1="0" y1="4" x2="18" y2="4" stroke={colour} stroke-width="2.5" stroke-dasharray={dash.join(" ")} />
    </svg>
  );
}

/** What the curve is there, or was at its point before. */
function valueIn({ lines }: Columns, { id }: Curve, at: number): number | undefined {
  const values = lines.find(({ curve, kind }) => curve.id === id && kind === "line")?.values ?? [];
  for (let i = at; i >= 0 && i > at - 200; i -= 1) {
    const value = values[i];
    if (value !== null && value !== undefined) return value;
  }
  return undefined;
}
