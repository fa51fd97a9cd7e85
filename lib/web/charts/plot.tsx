// A chart: curves over one axis, with a cross hair that all charts of a page share, zoom, and a legend that is a table.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { figure } from "../parts/format.js";
import { Menu } from "../parts/menu.js";
import { useStore } from "../shell/store.js";
import { theme } from "../shell/theme.js";
import { type Columns, type Curve, columnsOf } from "./curves.js";
import { drawing } from "./drawing.js";
import { csvOf, type Frame, pngOf, save, svgOf } from "./exporting.js";
import { Legend } from "./legend.js";
import { isDark } from "./palette.js";
import type { ChartSettings } from "./settings.js";

export interface PlotShape {
  title: string;
  curves: readonly Curve[];
  settings: ChartSettings;
  height?: number;
  /** Of one curve the title says all. */
  legend?: boolean;
}

export function Plot({ title, curves, settings, height = 220, legend = curves.length > 1 }: PlotShape) {
  const [off, setOff] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState<number | undefined>(undefined);
  const [zoomed, setZoomed] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const dark = useDark();
  const shown = useMemo(() => curves.filter(({ id }) => !off.has(id)), [curves, off]);
  const columns = useMemo(() => columnsOf(shown, settings), [shown, settings]);
  useEffect(() => {
    const place = box.current;
    if (!place || columns.x.length === 0) return;
    let gone = false;
    let watcher: ResizeObserver | undefined;
    void import("uplot").then(({ default: UPlot }) => {
      if (gone) return;
      const options = drawing({
        columns,
        settings,
        height,
        width: place.clientWidth,
        dark,
        onCursor: setAt,
        onZoom: setZoomed,
      });
      const made = new UPlot(options, [columns.x, ...columns.lines.map(({ values }) => values)], place);
      chart.current = made;
      watcher = new ResizeObserver(() => made.setSize({ width: place.clientWidth, height }));
      watcher.observe(place);
    });
    return () => {
      gone = true;
      watcher?.disconnect();
      chart.current?.destroy();
      chart.current = undefined;
      setZoomed(false);
    };
  }, [columns, settings, height, dark]);
  const reset = () => {
    const { x } = columns;
    chart.current?.setScale("x", { min: x[0] ?? 0, max: x.at(-1) ?? 1 });
  };
  const focus = (id: string | undefined) => {
    const i = columns.lines.findIndex(({ curve, kind }) => curve.id === id && kind === "line");
    chart.current?.setSeries(i < 0 ? null : i + 1, { focus: true });
  };
  const toggle = (id: string) => {
    const next = new Set(off);
    if (!next.delete(id)) next.add(id);
    setOff(next);
  };
  return (
    <figure class="chart">
      <figcaption>
        <h3>{title}</h3>
        <span class="chart-value">{valueAt(columns, at, curves.length)}</span>
        {zoomed && (
          <button type="button" class="button plain" onClick={reset}>
            Whole range
          </button>
        )}
        <Menu
          label={`Export ${title}`}
          icon="export"
          choices={(["PNG", "SVG", "CSV"] as const).map((kind) => ({
            title: kind,
            run: () => void exported(kind, title, columns, settings, chart.current),
          }))}
        />
      </figcaption>
      {columns.x.length === 0 ? (
        <p class="soft">nothing to draw{settings.logX || settings.logY ? " on an axis of logarithms" : ""}</p>
      ) : (
        // biome-ignore lint/a11y/useSemanticElements: a drawing that keys move along
        <div
          ref={box}
          class="chart-box"
          style={{ "--height": `${height}px` }}
          role="group"
          aria-roledescription="chart"
          aria-label={`${title}: ${described(shown)}. Arrow keys move along it, + and - zoom, 0 shows all`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys need the focus
          tabIndex={0}
          onKeyDown={(event) => keyed(event, chart.current, columns.x, reset)}
        />
      )}
      {legend && (
        <Legend
          title={title}
          curves={curves}
          columns={columns}
          at={at}
          off={off}
          dark={dark}
          toggle={toggle}
          focus={focus}
        />
      )}
    </figure>
  );
}

function described(curves: readonly Curve[]): string {
  if (curves.length !== 1) return `${curves.length} curves`;
  const last = curves[0]?.points.findLast(([, y]) => Number.isFinite(y));
  return last ? `last ${figure(last[1])} at ${figure(last[0])}` : "no values";
}

function valueAt({ x, lines }: Columns, at: number | undefined, count: number): string {
  if (at === undefined) return "";
  const place = figure(x[at] ?? Number.NaN);
  if (count !== 1) return place;
  const value = lines.find(({ kind }) => kind === "line")?.values[at];
  return value === null || value === undefined ? place : `${figure(value)} at ${place}`;
}

/** Whether it is dark now; anew when the theme changes, here or in the system. */
function useDark(): boolean {
  const chosen = useStore(theme);
  const [dark, setDark] = useState(isDark());
  useEffect(() => {
    const look = () => setDark(isDark());
    // The frame writes it down after it was chosen.
    const soon = setTimeout(look);
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", look);
    return () => {
      clearTimeout(soon);
      system.removeEventListener("change", look);
    };
  }, [chosen]);
  return dark;
}

function keyed(event: KeyboardEvent, chart: uPlot | undefined, x: readonly number[], reset: () => void): void {
  if (!chart || event.metaKey || event.ctrlKey || event.altKey) return;
  const { min = 0, max = 1 } = chart.scales["x"] ?? {};
  const here = chart.cursor.idx ?? (event.key === "ArrowLeft" ? x.length : -1);
  const by = event.shiftKey ? 10 : 1;
  const to = { ArrowRight: here + by, ArrowLeft: here - by, Home: 0, End: x.length - 1 }[event.key];
  const middle = (min + max) / 2;
  const half = { "+": (max - min) / 4, "=": (max - min) / 4, "-": max - min }[event.key];
  if (to !== undefined) {
    const i = Math.max(0, Math.min(x.length - 1, to));
    chart.setCursor({ left: chart.valToPos(x[i] ?? 0, "x"), top: chart.over.clientHeight / 2 });
  } else if (half !== undefined)
    chart.setScale("x", { min: Math.max(x[0] ?? 0, middle - half), max: Math.min(x.at(-1) ?? 1, middle + half) });
  else if (event.key === "0") reset();
  else return;
  event.preventDefault();
}

async function exported(
  kind: "PNG" | "SVG" | "CSV",
  title: string,
  columns: Columns,
  settings: ChartSettings,
  chart: uPlot | undefined,
): Promise<void> {
  if (kind === "CSV") return save(`${title}.csv`, new Blob([csvOf(columns, settings.x)], { type: "text/csv" }));
  if (!chart) return;
  const svg = svgOf(columns, frameOf(title, settings, chart));
  if (kind === "SVG") return save(`${title}.svg`, new Blob([svg], { type: "image/svg+xml" }));
  const png = await pngOf(svg);
  if (png) save(`${title}.png`, png);
}

/** What is seen of the chart now. */
export function frameOf(title: string, { logX, logY }: ChartSettings, chart: uPlot): Frame {
  const range = (scale: string): [number, number] => [chart.scales[scale]?.min ?? 0, chart.scales[scale]?.max ?? 1];
  const ticks = (i: number, scale: string): [number, string][] => {
    const { _splits = [], _values = [] } = (chart.axes[i] ?? {}) as { _splits?: number[]; _values?: (string | null)[] };
    const [from, to] = range(scale);
    return _splits.flatMap((at, n): [number, string][] => {
      const label = _values[n];
      return label && at >= from && at <= to ? [[at, String(label)]] : [];
    });
  };
  return {
    ...{ title, width: 860, height: 420, x: range("x"), y: range("y"), logX, logY, dark: isDark() },
    ticks: { x: ticks(0, "x"), y: ticks(1, "y") },
  };
}
