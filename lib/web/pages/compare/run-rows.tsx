// The comparison of many runs: a row a run, a column a field, sorted by one of them.
import type { Pen } from "../../../graph/curve-colours.js";
import type { ComparedRun } from "../../../record/comparison.js";
import { StateMark } from "../../parts/state-mark.js";
import { useQuery } from "../../shell/router.js";
import { RunName } from "./differences.js";
import type { Row } from "./rows.js";

interface Shape {
  runs: readonly ComparedRun[];
  rows: readonly Row[];
  most: number;
  pens: ReadonlyMap<string, Pen>;
  dark: boolean;
}

export function RunRows({ runs, rows, most, pens, dark }: Shape) {
  const first = rows.find(({ goal }) => goal);
  const [order, setOrder] = useQuery("order", first ? `${first.goal === "max" ? "-" : ""}${first.key}` : "");
  const [, down, key] = /^(-?)(.*)$/.exec(order) ?? [];
  const by = rows.find((row) => row.key === key);
  const sorted = by ? runs.toSorted((a, b) => compared(by.value(a.id), by.value(b.id), down === "-")) : runs;
  return (
    <table class="narrow">
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">State</th>
          {rows.map((row) => (
            <th
              key={row.key}
              scope="col"
              class={row.numeric ? "end" : ""}
              aria-sort={row === by ? (down ? "descending" : "ascending") : undefined}
            >
              <button
                type="button"
                title={`Sort by ${row.title}`}
                onClick={() => setOrder(row === by && !down ? `-${row.key}` : row.key)}
              >
                {row.title}
                {row === by && <span aria-hidden="true">{down ? " ↓" : " ↑"}</span>}
              </button>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {sorted.slice(0, most).map(({ id, name, state, mode, message }) => (
          <tr key={id} title={name}>
            <th scope="row">
              <RunName id={id} pen={pens.get(id)} dark={dark} />
            </th>
            <td title={message}>
              <StateMark state={state} mode={mode} />
            </td>
            {rows.map((row) => (
              <td key={row.key} class={row.numeric ? "end" : ""} title={row.more(id)}>
                {row.best.has(id) ? <b>{row.shown(id)}</b> : row.shown(id)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What is not known comes last, whichever way. */
function compared(a: unknown, b: unknown, down: boolean): number {
  const known = (value: unknown) => value !== undefined && !Number.isNaN(value) && value !== "NaN";
  if (!known(a) || !known(b)) return Number(known(b)) - Number(known(a));
  const order =
    typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
  return down ? -order : order;
}
