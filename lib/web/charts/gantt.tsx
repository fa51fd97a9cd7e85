// When stages ran, and how long they waited: a line a run, a thin one from when it could have begun, a bar from when it did
// until it ended, or now.
import type { PipelineStage, StageRun } from "../../serve/api/pipelines.js";
import { absolute, elapsed, shortly } from "../parts/format.js";
import { stateOfStage } from "../parts/stage-strip.js";
import { kindOfState } from "../parts/state-mark.js";
import { ExportMenu } from "./export-menu.js";
import { roundTimes } from "./scale.js";
import { useWidth } from "./use-width.js";

const line = 22;
const [head, gap] = [24, 6];
/** Of a stage with more runs only the whole of it is drawn. */
const most = 8;

interface Bar {
  key: string;
  name: string;
  state: string;
  /** When it could have begun, where that is known, and when it did, if it has. */
  waits: number | undefined;
  from: number | undefined;
  to: number;
  href: string | undefined;
}

interface GanttShape {
  stages: readonly PipelineStage[];
  planned_at: string;
  as_of: string;
}

export function Gantt({ stages, planned_at, as_of }: GanttShape) {
  const [box, all] = useWidth<HTMLDivElement>(800);
  const names = Math.min(170, all * 0.32);
  const now = Date.parse(as_of);
  const begin = Date.parse(planned_at);
  const ended = new Map(stages.map((stage) => [stage.name, stage.ended_at]));
  const groups = stages.map((stage) => ({ stage, bars: barsOf(stage, readyOf(stage, ended, planned_at), now) }));
  const ends = groups.flatMap(({ bars }) => bars.map(({ to }) => to));
  const end = Math.max(begin + 10_000, ...ends);
  const x = (time: number) =>
    names + ((Math.min(Math.max(time, begin), end) - begin) / (end - begin)) * (all - names - 64);
  let y = head;
  const rows = groups.map(({ stage, bars }) => {
    const top = y;
    y += Math.max(1, bars.length) * line + gap;
    return { stage, bars, top };
  });
  return (
    <div class="gantt" ref={box}>
      <ExportMenu title="When the stages ran" box={box} rows={() => valuesOf(groups)} />
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms */}
      <svg
        width={all}
        height={y}
        role="group"
        aria-label={`When the stages ran: ${groups.map(({ stage, bars }) => wordsOf(stage, bars)).join("; ")}`}
      >
        {roundTimes((end - begin) / 1000, Math.max(2, Math.floor((all - names) / 130))).map((s) => (
          <g key={s}>
            <line class="rule" x1={x(begin + s * 1000)} x2={x(begin + s * 1000)} y1={head - 6} y2={y} />
            <text class="tick" x={x(begin + s * 1000)} y="12" text-anchor="middle">
              {s === 0 ? "planned" : shortly(s)}
            </text>
          </g>
        ))}
        {rows.map(({ stage, bars, top }) => (
          <g key={stage.name}>
            <text class="gantt-name" x="0" y={top + 15}>
              {stage.name.length * 7 > names ? `${stage.name.slice(0, Math.floor(names / 7) - 1)}…` : stage.name}
              <title>{stage.name}</title>
            </text>
            {bars.length === 0 && (
              <text class="tick" x={names + 6} y={top + 15}>
                not begun
              </text>
            )}
            {bars.map((bar, i) => (
              <OneBar key={bar.key} bar={bar} x={x} y={top + i * line} />
            ))}
          </g>
        ))}
      </svg>
      <p class="gantt-key soft" aria-hidden="true">
        <span class="gantt-key-wait" /> could run, and waited for the scheduler <span class="gantt-key-ran" /> ran
      </p>
    </div>
  );
}

function OneBar({ bar, x, y }: { bar: Bar; x(time: number): number; y: number }) {
  const { state, waits, from, to, href } = bar;
  const said = saidOf(bar);
  const shape = (
    <>
      {waits !== undefined && (from ?? to) > waits && (
        <line class="gantt-wait" x1={x(waits)} x2={x(from ?? to)} y1={y + line / 2} y2={y + line / 2} />
      )}
      {from !== undefined && (
        <rect
          class={`gantt-bar ${kindOfState(state)}`}
          x={x(from)}
          y={y + 4}
          width={Math.max(3, x(to) - x(from))}
          height={line - 8}
          rx="3"
        />
      )}
      <text class="tick" x={x(to) + 6} y={y + 15}>
        {from !== undefined ? elapsed((to - from) / 1000) : waits !== undefined ? "waits" : state}
      </text>
      <title>{said}</title>
    </>
  );
  return href === undefined ? (
    <g>{shape}</g>
  ) : (
    <a href={href} aria-label={said}>
      {shape}
    </a>
  );
}

function saidOf({ name, state, waits, from, to }: Bar): string {
  const waited = waits === undefined ? 0 : ((from ?? to) - waits) / 1000;
  const ran =
    from === undefined ? [] : [`ran ${elapsed((to - from) / 1000)} from ${absolute(new Date(from).toISOString())}`];
  return [`${name}: ${state}`, ...(waited >= 1 ? [`waited ${elapsed(waited)}`] : []), ...ran].join(", ");
}

/** When all that a stage waits for was there. */
function readyOf(
  { after }: PipelineStage,
  ended: ReadonlyMap<string, string | undefined>,
  planned_at: string,
): number | undefined {
  const times = after.map((name) => ended.get(name));
  return times.includes(undefined)
    ? undefined
    : Math.max(Date.parse(planned_at), ...times.map((time) => Date.parse(time ?? "")));
}

const over = new Set(["cached", "blocked", "missing", "cancelled"]);

function barsOf(stage: PipelineStage, ready: number | undefined, now: number): Bar[] {
  const { name, runs, counts } = stage;
  const bars = runs.flatMap((run): Bar[] => {
    const { state } = run;
    const from = run.started_at === undefined ? undefined : Date.parse(run.started_at);
    const submitted = run.submitted_at === undefined ? ready : Math.max(ready ?? 0, Date.parse(run.submitted_at));
    const waits = ready === undefined || (from === undefined && over.has(state)) ? undefined : submitted;
    if (from === undefined && waits === undefined) return [];
    const end = run.ended_at === undefined ? now : Math.max(from ?? 0, Date.parse(run.ended_at));
    return [{ key: run.run, name: run.name ?? name, state, waits, from, to: end, href: `/runs/${run.run}` }];
  });
  if (bars.length <= most) return bars;
  const begun = bars.flatMap(({ from }) => from ?? []);
  const waits = bars.flatMap((bar) => bar.waits ?? []);
  return [
    {
      ...{ key: name, name: `${name}, ${bars.length} runs`, state: stateOfStage(counts) },
      waits: waits.length > 0 ? Math.min(...waits) : undefined,
      from: begun.length > 0 ? Math.min(...begun) : undefined,
      to: Math.max(...bars.map(({ to }) => to)),
      href: stage.sweep === undefined ? undefined : `/sweeps/${stage.sweep}`,
    },
  ];
}

function valuesOf(groups: readonly { stage: PipelineStage; bars: readonly Bar[] }[]): unknown[][] {
  const rows = groups.flatMap(({ stage }) =>
    stage.runs.map(({ run, state, submitted_at, started_at, ended_at }: StageRun) => [
      ...[stage.name, run, state, submitted_at, started_at, ended_at],
    ]),
  );
  return [["stage", "run", "state", "submitted_at", "started_at", "ended_at"], ...rows];
}

function wordsOf({ name }: PipelineStage, bars: readonly Bar[]): string {
  const begun = bars.flatMap(({ from }) => from ?? []);
  if (begun.length === 0) return `${name} has not begun`;
  return `${name} ${elapsed((Math.max(...bars.map(({ to }) => to)) - Math.min(...begun)) / 1000)}`;
}
