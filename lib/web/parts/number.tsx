// A number of a column: its point below the points of the others.
import { figure } from "./format.js";

export function Numeral({ value }: { value: number }) {
  const text = shortFigure(value);
  const at = text.search(/[.e]/);
  const [whole, rest] = at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at)];
  return (
    <span class="numeral" title={String(value)}>
      {whole}
      <span>{rest}</span>
    </span>
  );
}

/** As `figure`, in so few digits after the point that columns need not be wide for one small value. */
function shortFigure(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 0.01 || size < 1e-4) return figure(value);
  return value
    .toExponential(2)
    .replace(/\.?0+e/, "e")
    .replace("e+", "e");
}
