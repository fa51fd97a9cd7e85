// The comparison as one file that opens anywhere: tables and drawings, nothing loaded from anywhere.
import { useState } from "preact/hooks";
import type { compareApi } from "../../../serve/api/compare.js";
import { columnsOf, pointsOf, rangeOf } from "../../charts/curves.js";
import { escaped, save, svgOf } from "../../charts/exporting.js";
import type { MetricsOfDeclared } from "../../charts/given.js";
import type { ChartSettings } from "../../charts/settings.js";
import { figure, said } from "../../parts/format.js";
import { type AnswerOf, ask } from "../../shell/client.js";
import { toast } from "../../shell/toasts.js";
import { toldBy } from "./overlaid.js";

type Answer = AnswerOf<typeof compareApi>;

export function Saving({ answer, settings }: { answer: Answer; settings: ChartSettings }) {
  const [busy, setBusy] = useState(false);
  const act = async () => {
    setBusy(true);
    try {
      const html = await pageOf(answer, settings);
      save("comparison.html", new Blob([html], { type: "text/html" }));
    } catch (error) {
      toast((error as Error).message);
    }
    setBusy(false);
  };
  return (
    <button type="button" class="button" disabled={busy} onClick={() => void act()}>
      Save as HTML
    </button>
  );
}

async function pageOf(answer: Answer, settings: ChartSettings): Promise<string> {
  const charts: string[] = [];
  for (const { name } of answer.metrics) charts.push(await chartOf(name, answer, settings));
  const { runs, fields, metrics, patch } = answer;
  const head = `<tr><th></th>${runs.map(({ id, name, state }) => `<th>${escaped(id.slice(-6))}<br>${escaped(name)}<br>${escaped(state)}</th>`).join("")}</tr>`;
  const row = (name: string, values: readonly unknown[]) =>
    `<tr><th>${escaped(name)}</th>${values.map((value) => `<td>${escaped(said(value))}</td>`).join("")}</tr>`;
  const rows = [
    ...fields
      .filter(({ differs }) => differs)
      .map(({ path, values }) =>
        row(
          path,
          runs.map(({ id }) => values[id]),
        ),
      ),
    ...metrics.map(({ name, values }) =>
      row(
        name,
        runs.map(({ id }) => values[id]?.last),
      ),
    ),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${runs.length} runs compared</title>
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{font:14px/1.5 system-ui,sans-serif;margin:24px;color:#15181d;background:#fff}table{border-collapse:collapse}th,td{padding:3px 12px;border-bottom:1px solid #e3e6ea;text-align:left;vertical-align:top;font-size:13px}td{font-variant-numeric:tabular-nums;max-width:40ch;overflow-wrap:anywhere}tbody th{font-weight:400;color:#59616d}div{overflow-x:auto}svg{max-width:100%;height:auto;margin:12px 24px 12px 0}pre{background:#f6f7f8;padding:12px;overflow:auto}</style>
</head><body><h1>${runs.length} runs compared</h1><p>${escaped(new Date().toISOString())}: ${runs.map(({ id }) => escaped(id)).join(", ")}</p>
<h2>What differs</h2><div><table><thead>${head}</thead><tbody>${rows.join("\n")}</tbody></table></div>
<h2>Metrics</h2>${charts.join("\n")}
${patch ? `<h2>Source, from the first to the second</h2><pre>${escaped(patch)}</pre>` : ""}
</body></html>
`;
}

async function chartOf(name: string, { runs, fields }: Answer, settings: ChartSettings): Promise<string> {
  const query = { run: runs.map(({ id }) => id), name, x: settings.x, points: 500 };
  const { series } = await ask<MetricsOfDeclared>("/api/v1/metrics-of", { query });
  const curves = series.map(({ run, points }) => {
    const pen = Math.max(
      0,
      runs.findIndex(({ id }) => id === run),
    );
    return { id: run, label: run.slice(-6), note: toldBy(fields, run), pen, points: pointsOf(points) };
  });
  const columns = columnsOf(curves, settings);
  const { logX, logY, clip } = settings;
  const y = rangeOf(columns.lines, clip, logY);
  if (!y) return "";
  const x: [number, number] = [columns.x[0] ?? 0, columns.x.at(-1) ?? 1];
  const ticks = { x: ticksOf(x), y: ticksOf(y) };
  return svgOf(columns, { title: name, width: 640, height: 360, x, y, logX, logY, dark: false, ticks });
}

/** About five round numbers between two. */
function ticksOf([from, to]: [number, number]): [number, string][] {
  const rough = (to - from) / 5;
  const size = 10 ** Math.floor(Math.log10(rough || 1));
  const step = [1, 2, 5, 10].map((n) => n * size).find((n) => n >= rough) ?? size;
  const ticks: [number, string][] = [];
  for (let at = Math.ceil(from / step) * step; at <= to && ticks.length < 12; at += step)
    ticks.push([at, figure(Number(at.toPrecision(10)))]);
  return ticks;
}
