// A chart: curves over one axis, with a cross hair that all charts of a page share, zoom, and a legend that is a table.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { chartSvg, type Frame, leftOut } from "../../graph/chart-svg.js";
import { type Columns, type Curve, columnsOf } from "../../graph/curves.js";
import { figure } from "../parts/format.js";
import { Menu } from "../parts/menu.js";
import { useQuery } from "../shell/router.js";
import { drawing, type Range } from "./drawing.js";
import { csvOf, kinds, saveAs } from "./exporting.js";
import { Legend } from "./legend.js";
import { isDark } from "./palette.js";
import type { ChartSettings } from "./settings.js";
import { useDark } from "./use-dark.js";
import { ValueTable } from "./value-table.js";

export interface PlotShape {
  title: string;
  curves: readonly Curve[];
  settings: ChartSettings;
  height?: number;
  /** Of one curve the title says all. */
  legend?: boolean;
  /** Which way is better: the best of each column of the legend is told. */
  goal?: "min" | "max" | undefined;
  /** Curves are on their way. */
  coming?: boolean;
  /** Which are hidden, where several charts hide the same. */
  hidden?: ReadonlySet<string>;
  onHide?(id: string): void;
}

export function Plot(shape: PlotShape) {
  const { title, curves, settings, height = 220, legend = curves.length > 1, goal, coming = false } = shape;
  const [own, setOwn] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState<number | undefined>(undefined);
  const [table, setTable] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const dark = useDark();
  const off = shape.hidden ?? own;
  const shown = useMemo(() => curves.filter(({ id }) => !off.has(id)), [curves, off]);
  const columns = useMemo(() => columnsOf(shown, settings), [shown, settings]);
  const [part, setPart] = useZoom();
  const seen = useRef(part);
  seen.current = part;
  /** The range that was last set from the address. */
  const set = useRef("");
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
        onZoom: (range, isPart) => {
          // What the address says was not asked for here.
          if (`${range}` !== set.current) setPart(isPart ? range : undefined);
        },
      });
      const made = new UPlot(options, [columns.x, ...columns.lines.map(({ values }) => values)], place);
      set.current = see(made, columns.x, seen.current);
      chart.current = made;
      watcher = new ResizeObserver(() => made.setSize({ width: place.clientWidth, height }));
      watcher.observe(place);
    });
    return () => {
      gone = true;
      watcher?.disconnect();
      chart.current?.destroy();
      chart.current = undefined;
    };
  }, [columns, settings, height, dark]);
  useEffect(() => {
    if (chart.current) set.current = see(chart.current, columns.x, part);
  }, [part?.[0], part?.[1]]);
  const focus = (id: string | undefined) => {
    const i = columns.lines.findIndex(({ curve, kind }) => curve.id === id && kind === "line");
    chart.current?.setSeries(i < 0 ? null : i + 1, { focus: true });
  };
  const toggle = (id: string) => {
    const next = new Set(own);
    if (!next.delete(id)) next.add(id);
    setOwn(next);
  };
  const svg = () => (chart.current ? chartSvg(columns, frameOf(title, settings, chart.current, leftOut(columns))) : "");
  const missing = leftOut(columns);
  return (
    <figure class="chart">
      <figcaption>
        <h3 title={title}>{title}</h3>
        <span class="chart-value">{valueAt(columns, at, curves.length)}</span>
        {part && (
          <button type="button" class="button plain" onClick={() => setPart(undefined)}>
            Whole range
          </button>
        )}
        <Menu
          label={`Export ${title}`}
          icon="export"
          choices={[
            ...kinds.map((kind) => ({
              title: kind,
              run: () => void saveAs(kind, title, svg, () => csvOf(columns, settings.x)),
            })),
            { title: table ? "Hide the table" : "Values as a table", run: () => setTable(!table) },
          ]}
        />
      </figcaption>
      {columns.x.length === 0 ? (
        <p class="chart-none soft" style={{ "--height": `${height}px` }} aria-busy={coming}>
          {coming
            ? "on its way…"
            : curves.length > 0 && shown.length === 0
              ? "all curves are hidden"
              : `nothing to draw${settings.logX || settings.logY ? " on an axis of logarithms" : ""}`}
        </p>
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
          onKeyDown={(event) => keyed(event, chart.current, columns.x, () => setPart(undefined))}
        />
      )}
      {missing && <p class="chart-note soft">{missing}</p>}
      {legend && curves.length > 0 && (
        <Legend
          title={title}
          curves={curves}
          columns={columns}
          at={at}
          off={off}
          dark={dark}
          goal={goal}
          toggle={shape.onHide ?? toggle}
          focus={focus}
        />
      )}
      {table && <ValueTable title={title} columns={columns} along={settings.x} />}
    </figure>
  );
}

/** The part of x that all charts of a page show, in the address. */
function useZoom(): [Range | undefined, (part: Range | undefined) => void] {
  const [words, set] = useQuery("zoom");
  const part = useMemo(() => {
    const [from = Number.NaN, to = Number.NaN] = words.split("~").map(Number);
    return words !== "" && to > from ? ([from, to] as const) : undefined;
  }, [words]);
  return [part, (range) => set(range?.map((end) => String(Number(end.toPrecision(10)))).join("~"))];
}

/** Shows the part, and says which range that is. */
function see(chart: uPlot, x: readonly number[], part: Range | undefined): string {
  const [least = 0, most = 1] = [x[0], x.at(-1)];
  // A part that lies beyond what there is shows all there is.
  const [min, max] = part && part[0] < most && part[1] > least ? part : [least, most];
  const now = chart.scales["x"];
  if (now?.min !== min || now.max !== max) chart.setScale("x", { min, max });
  return `${[min, max]}`;
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

/** What is seen of the chart now. */
function frameOf(title: string, { logX, logY }: ChartSettings, chart: uPlot, note: string): Frame {
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
    ...(note ? { note } : {}),
  };
}
