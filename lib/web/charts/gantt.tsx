// When stages ran, and how long they waited: a bar a run, from when it began until it ended, or now.
import type { PipelineStage, StageRun } from "../../serve/api/pipelines.js";
import { elapsed, shortly } from "../parts/format.js";
import { kindOfState } from "../parts/state-mark.js";
import { ExportMenu } from "./export-menu.js";
import { roundTimes } from "./scale.js";
import { useWidth } from "./use-width.js";

const line = 22;
const [head, gap] = [24, 6];
/** Of a stage with more runs only the whole of it is drawn. */
const most = 12;

interface Bar {
  key: string;
  title: string;
  from: number;
  to: number;
  state: string;
  href: string | undefined;
}

export function Gantt({
  stages,
  planned_at,
  as_of,
}: {
  stages: readonly PipelineStage[];
  planned_at: string;
  as_of: string;
}) {
  const [box, all] = useWidth<HTMLDivElement>(800);
  const names = Math.min(150, all * 0.32);
  const now = Date.parse(as_of);
  const begin = Date.parse(planned_at);
  const groups = stages.map((stage) => ({ stage, bars: barsOf(stage, now) }));
  const ends = groups.flatMap(({ bars }) => bars.map(({ to }) => to));
  const end = Math.max(begin + 60_000, ...ends);
  const x = (time: number) =>
    names + ((Math.min(Math.max(time, begin), end) - begin) / (end - begin)) * (all - names - 60);
  let y = head;
  const rows = groups.map(({ stage, bars }) => {
    const top = y;
    y += Math.max(1, bars.length) * line + gap;
    return { stage, bars, top };
  });
  return (
    <div class="gantt" ref={box}>
      <ExportMenu
        title="When the stages ran"
        box={box}
        rows={() => [
          ["stage", "run", "state", "started_at", "ended_at"],
          ...stages.flatMap(({ name, runs }) =>
            runs.map(({ run, state, started_at, ended_at }) => [name, run, state, started_at, ended_at]),
          ),
        ]}
      />
      <svg
        width={all}
        height={y}
        role="img"
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
              {stage.name}
            </text>
            {bars.length === 0 && (
              <text class="tick" x={names} y={top + 15}>
                not begun
              </text>
            )}
            {bars.map(({ key, title, from, to, state }, i) => (
              <g key={key}>
                <rect
                  class={`gantt-bar ${kindOfState(state)}`}
                  x={x(from)}
                  y={top + i * line + 4}
                  width={Math.max(3, x(to) - x(from))}
                  height={line - 8}
                  rx="3"
                >
                  <title>{title}</title>
                </rect>
                <text class="tick" x={x(to) + 6} y={top + i * line + 15}>
                  {elapsed((to - from) / 1000)}
                </text>
              </g>
            ))}
          </g>
        ))}
      </svg>
    </div>
  );
}

function barsOf({ name, runs }: PipelineStage, now: number): Bar[] {
  const begun = runs.filter(({ started_at }) => started_at !== undefined);
  const bars = begun.map(
    (run): Bar => ({
      ...spanOf(run, now),
      key: run.run,
      title: `${run.name ?? name}: ${run.state}`,
      state: run.state,
      href: `/runs/${run.run}`,
    }),
  );
  if (bars.length <= most) return bars;
  const state = runs.some((run) => run.state === "running")
    ? "running"
    : runs.some((run) => run.state === "failed")
      ? "failed"
      : "succeeded";
  const [from, to] = [Math.min(...bars.map((bar) => bar.from)), Math.max(...bars.map((bar) => bar.to))];
  return [{ key: name, title: `${bars.length} runs`, from, to, state, href: undefined }];
}

function spanOf({ started_at = "", ended_at }: StageRun, now: number): { from: number; to: number } {
  const from = Date.parse(started_at);
  return { from, to: ended_at === undefined ? now : Math.max(from, Date.parse(ended_at)) };
}

function wordsOf({ name }: PipelineStage, bars: readonly Bar[]): string {
  if (bars.length === 0) return `${name} has not begun`;
  return `${name} ${elapsed((Math.max(...bars.map(({ to }) => to)) - Math.min(...bars.map(({ from }) => from))) / 1000)}`;
}
