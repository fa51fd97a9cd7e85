// A comparison as one page that opens anywhere, offline: tables and drawings, nothing loaded, nothing that runs.
import type { ComparedField, ComparedMetric, ComparedRun, Comparison } from "../record/comparison.js";
import { escaped, wholeChart } from "./chart-svg.js";
import { byWorth, comparedCurves, foldsOf, type Looks, pensOf, type RunSeries, titleOf } from "./compared-curves.js";
import { strokeOf } from "./curve-colours.js";
import { columnsOf, type Settings } from "./curves.js";
import { figure, said } from "./figure.js";

export interface PageImage {
  run: string;
  name: string;
  step?: number | undefined;
  /** `data:image/png;base64,…` */
  data: string;
}

export interface Page {
  comparison: Pick<Comparison, "runs" | "fields" | "metrics" | "seeds" | "patch" | "notes">;
  /** The curves of each metric, by its name. */
  series: ReadonlyMap<string, readonly RunSeries[]>;
  images: readonly PageImage[];
  settings: Settings;
  looks: Looks;
  /** When it was made (RFC 3339). */
  at: string;
}

/** The page as text. It says how its charts are drawn. Pure. */
export function comparisonPage({ comparison, series, images, settings, looks, at }: Page): string {
  const { runs, metrics, patch, notes = [] } = comparison;
  const charts = byWorth(metrics).flatMap(({ name }) => {
    const curves = comparedCurves(series.get(name) ?? [], comparison, looks);
    return wholeChart(columnsOf(curves, settings), settings, { title: name, width: 640, height: 340 }) ?? [];
  });
  const title = `${runs.length} runs compared`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<style>${style}</style>
</head><body><main><h1>${title}</h1><p>${escaped(at)}: ${runs.map(({ id, name }) => `${escaped(name)} <code>${escaped(id)}</code>`).join(", ")}</p>
${notes.length > 0 ? `<ul>${notes.map((note) => `<li>${escaped(note)}</li>`).join("")}</ul>` : ""}
<h2>What differs</h2>${table(comparison, looks)}
${charts.length > 0 ? `<h2>Metrics</h2><p>${escaped(drawnHow(comparison, settings, looks))}</p><div class="charts">${charts.join("\n")}</div>` : ""}
${imagesOf(images, runs)}
${patch ? `<h2>Source, from the first to the second</h2><pre tabindex="0">${escaped(patch)}</pre>` : ""}
</main></body></html>
`;
}

const style = `body{font:14px/1.5 system-ui,sans-serif;margin:24px;color:#15181d;background:#fff}
h1{font-size:20px}h2{font-size:15px;margin-top:28px}code{font-family:ui-monospace,monospace}
table{border-collapse:separate;border-spacing:0}th,td{padding:3px 14px 3px 0;border-bottom:1px solid #e3e6ea;text-align:left;vertical-align:top;font-size:13px}
td{font-variant-numeric:tabular-nums;max-width:32ch;overflow-wrap:anywhere}thead th{font-weight:400}tbody th{font-weight:400;color:#59616d}
tr>:first-child{position:sticky;left:0;background:#fff}.group th{color:#15181d;font-weight:600;padding-top:12px}
.box{overflow-x:auto}.charts{display:flex;flex-wrap:wrap;gap:16px}svg{max-width:100%;height:auto}img{width:160px;image-rendering:pixelated}
pre{background:#f6f7f8;padding:12px;overflow:auto}`;

function table({ runs, fields, metrics, seeds }: Page["comparison"], { colour }: Looks): string {
  const pens = pensOf({ runs, fields, seeds }, colour);
  const line = (id: string) => {
    const { colour: stroke, dash } = strokeOf(pens.get(id) ?? 0, false);
    return `<svg width="18" height="8" aria-hidden="true"><path d="M0 4h18" stroke="${stroke}" stroke-width="2.5" stroke-dasharray="${dash.join(" ")}"/></svg>`;
  };
  const heads = runs.map(
    ({ id, name, state }) =>
      `<th scope="col">${line(id)} <code>${escaped(id.slice(-6))}</code><br>${escaped(name)}<br>${escaped(state)}</th>`,
  );
  const differing = fields.filter(({ differs }) => differs);
  const groups = [...new Set(differing.map(({ group }) => group))];
  const rows = groups.flatMap((group) => [
    groupRow(group, runs),
    ...differing.filter((field) => field.group === group).map((field) => fieldRow(field, runs)),
  ]);
  if (metrics.length > 0)
    rows.push(groupRow("metrics: last (best)", runs), ...metrics.map((metric) => metricRow(metric, runs)));
  if (rows.length === 0) return "<p>Nothing that is recorded differs.</p>";
  return `<div class="box" tabindex="0" role="region" aria-label="What differs"><table><thead><tr><th scope="col">field</th>${heads.join("")}</tr></thead><tbody>
${rows.join("\n")}
</tbody></table></div>`;
}

function groupRow(title: string, runs: readonly ComparedRun[]): string {
  return `<tr class="group"><th scope="rowgroup">${escaped(title)}</th>${runs.map(() => "<td></td>").join("")}</tr>`;
}

function fieldRow({ path, values }: ComparedField, runs: readonly ComparedRun[]): string {
  return row(
    titleOf(path),
    runs.map(({ id }) => escaped(said(values[id]))),
  );
}

function metricRow({ name, goal, values }: ComparedMetric, runs: readonly ComparedRun[]): string {
  const lasts = runs.flatMap(({ id }) => {
    const last = values[id]?.last;
    return typeof last === "number" ? [last] : [];
  });
  const top = goal === "min" ? Math.min(...lasts) : goal === "max" ? Math.max(...lasts) : undefined;
  const cells = runs.map(({ id }) => {
    const { last, best, best_step } = values[id] ?? {};
    const word = escaped(said(last));
    const more =
      best === undefined || best === last
        ? ""
        : ` (${figure(best)}${best_step === undefined ? "" : ` at ${figure(best_step)}`})`;
    return (last !== undefined && last === top ? `<b>${word}</b>` : word) + escaped(more);
  });
  return row(name, cells);
}

function row(title: string, cells: readonly string[]): string {
  return `<tr><th scope="row">${escaped(title)}</th>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}

function drawnHow(
  sides: Page["comparison"],
  { smooth, x, logX, logY, clip }: Settings,
  { colour, fold }: Looks,
): string {
  const axis = { step: "steps", time: "time of day (UTC)", relative: "seconds since the start" }[x];
  const folds = foldsOf(sides, fold).length;
  return [
    `over ${axis}`,
    smooth > 0 ? `smoothed by ${smooth} (exponential moving average)` : "",
    logX || logY ? `logarithms along ${[logX ? "x" : "", logY ? "y" : ""].filter(Boolean).join(" and ")}` : "",
    clip ? "the outermost hundredths to either side are cut off" : "",
    colour ? `coloured by ${titleOf(colour)}` : "",
    folds > 0
      ? `means and one standard deviation of runs ${fold === "seeds" ? "that differ by their seed" : `of one ${titleOf(fold)}`}`
      : "",
  ]
    .filter(Boolean)
    .join("; ");
}

/** A row a step, a column a run. */
function imagesOf(images: readonly PageImage[], runs: readonly ComparedRun[]): string {
  const names = [...new Set(images.map(({ name }) => name))];
  const tables = names.map((name) => {
    const own = images.filter((image) => image.name === name);
    const having = runs.filter(({ id }) => own.some(({ run }) => run === id));
    const steps = [...new Set(own.map(({ step }) => step))].sort((a = -1, b = -1) => a - b);
    const heads = having.map(({ id }) => `<th scope="col"><code>${escaped(id.slice(-6))}</code></th>`).join("");
    const rows = steps.map((step) =>
      row(
        step === undefined ? "" : `step ${figure(step)}`,
        having.map(({ id }) => {
          const image = own.find((one) => one.run === id && one.step === step);
          return image ? `<img alt="${escaped(`${name} of ${id.slice(-6)}`)}" src="${escaped(image.data)}">` : "none";
        }),
      ),
    );
    return `<h3>${escaped(name)}</h3><div class="box" tabindex="0" role="region" aria-label="${escaped(name)}"><table><thead><tr><th></th>${heads}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;
  });
  return tables.length === 0 ? "" : `<h2>Images</h2>${tables.join("\n")}`;
}
