// The values that a chart draws, for who reads them rather than looks at them.
import type { Columns } from "../../graph/curves.js";
import { absolute, figure } from "../parts/format.js";
import { Scroll } from "../parts/scroll.js";

const most = 200;

export function ValueTable({
  title,
  columns: { x, lines },
  along,
}: {
  title: string;
  columns: Columns;
  along: string;
}) {
  const drawn = lines.filter(({ kind }) => kind === "line");
  const every = Math.max(1, Math.ceil(x.length / most));
  const places = x.flatMap((at, i) => (i % every === 0 || i === x.length - 1 ? [[i, at] as const] : []));
  return (
    <Scroll kind="legend" label={`Values of ${title}`}>
      <table>
        {every > 1 && <caption>{`each ${every}th of ${figure(x.length)}; the CSV has all`}</caption>}
        <thead>
          <tr>
            <th scope="col" class="end">
              {along}
            </th>
            {drawn.map(({ curve }) => (
              <th key={curve.id} scope="col" class="end">
                {curve.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {places.map(([i, at]) => (
            <tr key={i}>
              <th scope="row" class="end">
                {along === "time" ? absolute(new Date(at * 1000).toISOString()) : figure(at)}
              </th>
              {drawn.map(({ curve, values }) => (
                <td key={curve.id} class="end">
                  {values[i] === null ? "NaN" : values[i] === undefined ? "" : figure(values[i])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
