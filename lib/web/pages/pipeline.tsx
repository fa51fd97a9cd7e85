// A pipeline: its stages as a graph with their states, when they ran, and why what waits does.

import { useMemo } from "preact/hooks";
import type { PipelineStage, pipelineApi, StageRun } from "../../serve/api/pipelines.js";
import { Gantt } from "../charts/gantt.js";
import { Copy } from "../parts/copy.js";
import { Counts } from "../parts/counts-bar.js";
import { Duration, Time } from "../parts/figures.js";
import { counted, figure } from "../parts/format.js";
import { Heading } from "../parts/heading.js";
import { Heads } from "../parts/heads.js";
import { lazy, useLazy } from "../parts/lazy.js";
import { Problem, Problems } from "../parts/problem.js";
import { Scroll } from "../parts/scroll.js";
import { stateOfStage } from "../parts/stage-strip.js";
import { StateMark } from "../parts/state-mark.js";
import type { AnswerOf } from "../shell/client.js";
import { useTitle } from "../shell/outlet.js";
import { withQuery } from "../shell/router.js";
import { useAsk } from "../shell/use-ask.js";

const graph = lazy(() => import("../charts/graph.js"));
type Pipeline = AnswerOf<typeof pipelineApi>["pipeline"];

export default function PipelinePage({ parts: { id = "" } }: { parts: Record<string, string> }) {
  const { answer, trouble, again } = useAsk<typeof pipelineApi>("/api/v1/pipelines/:id", { parts: { id } });
  useTitle(`Pipeline ${answer?.pipeline.name ?? id}`);
  const above = <a href="/pipelines">Pipelines</a>;
  if (!answer)
    return (
      <>
        <Heading above={above} title={id} />
        {trouble ? <Problem error={trouble} again={again} /> : <div class="loading" aria-busy="true" />}
      </>
    );
  const { pipeline, as_of, recipe } = answer;
  const { name, counts, user, planned_at, rerun_of, from } = pipeline;
  return (
    <>
      <Heading
        above={above}
        title={name}
        beside={
          <>
            <Counts counts={counts} /> · {counted(pipeline.stages.length, "stage")} · {user} · <Time at={planned_at} />
            {recipe && (
              <>
                {" "}
                · <code>{recipe.split("/").slice(-2).join("/")}</code>
              </>
            )}
            {rerun_of && (
              <>
                {" "}
                · once more of <a href={`/pipelines/${rerun_of}`}>{rerun_of.slice(-6)}</a>
              </>
            )}
            {from && (
              <>
                {" "}
                · from <a href={`/runs/${from}`}>{from.slice(-6)}</a>
              </>
            )}
          </>
        }
      />
      <Problems problems={answer.problems} />
      {trouble && <Problem error={trouble} again={again} />}
      <div class="stage-graph" style={{ height: `${heightOf(pipeline)}px` }}>
        <Stages pipeline={pipeline} />
      </div>
      <section class="panel">
        <header>
          <h2>When they ran</h2>
        </header>
        <Gantt stages={pipeline.stages} planned_at={planned_at} as_of={as_of} />
      </section>
      <section class="panel">
        <header>
          <h2>Runs</h2>
          {Object.keys(counts).some((state) => /failed|lost|cancelled|missing|blocked/.test(state)) && (
            <Copy text={`lab pipeline resume ${id.slice(-6)}`} />
          )}
        </header>
        <Runs pipeline={pipeline} />
      </section>
    </>
  );
}

/** Enough for the stages that stand below each other. */
function heightOf({ stages }: Pipeline): number {
  const depths = new Map<string, number>();
  for (const { name, after } of stages) depths.set(name, 1 + Math.max(0, ...after.map((one) => depths.get(one) ?? 0)));
  const columns = new Map<number, number>();
  for (const depth of depths.values()) columns.set(depth, (columns.get(depth) ?? 0) + 1);
  return Math.min(460, 110 + 68 * Math.max(1, ...columns.values()));
}

function Stages({ pipeline }: { pipeline: Pipeline }) {
  const Graph = useLazy(graph);
  const { stages } = pipeline;
  const shape = stages.map(({ name, after }) => `${name}<${after}`).join(" ");
  const edges = useMemo(() => stages.flatMap(({ name, after }) => after.map((from) => ({ from, to: name }))), [shape]);
  const nodes = useMemo(() => stages.map((stage) => ({ ...stage, id: stage.name })), [stages]);
  if (!Graph) return <div class="loading" aria-busy="true" />;
  return (
    <Graph
      label="Stages: arrow keys follow what depends on what, enter opens"
      nodes={nodes}
      edges={edges}
      sizeOf={() => ({ width: 190, height: 52 })}
      start={undefined}
      draw={(stage, reach) => <Stage stage={stage as unknown as PipelineStage} reach={reach} />}
    />
  );
}

function hrefOf({ sweep, runs }: PipelineStage): string {
  if (sweep) return `/sweeps/${sweep}`;
  return `/runs/${runs[0]?.run ?? ""}`;
}

function Stage({ stage, reach }: { stage: PipelineStage; reach: 0 | -1 }) {
  const { name, runs, counts, started_at, ended_at } = stage;
  const state = stateOfStage(counts);
  return (
    <div class="place">
      <a class={`place-main stage ${state}`} href={hrefOf(stage)} tabIndex={reach} draggable={false}>
        <span class="place-words">
          <b class="cut">{name}</b>
          <small class="cut">
            <StateMark state={state} />
            {runs.length > 1 && <span>{counted(runs.length, "run")}</span>}
            {started_at &&
              (ended_at ? (
                <Duration s={(Date.parse(ended_at) - Date.parse(started_at)) / 1000} />
              ) : (
                state === "running" && <Duration since={started_at} />
              ))}
          </small>
        </span>
      </a>
    </div>
  );
}

/** So many of a stage's runs are listed; a sweep has a page of its own. */
const most = 6;

/** The runs of a stage that are listed: of many those that need somebody, or all the same the first ones. */
function telling({ runs }: PipelineStage): readonly StageRun[] {
  if (runs.length <= most) return runs;
  const bad = runs.filter(({ state }) => /failed|lost|blocked|missing|cancelled/.test(state));
  const busy = runs.filter(({ state }) => state === "running");
  return [...bad, ...busy, ...(bad.length + busy.length === 0 ? runs : [])].slice(0, most);
}

/** Where one sees what a run said, and why it ended as it did. */
function Looks({ run: { run, state, started_at } }: { run: StageRun }) {
  if (state === "missing") return null;
  return (
    <span class="looks">
      {started_at && <a href={`/runs/${run}?tab=logs`}>log</a>}
      <a href={`/lineage/${run}`}>lineage</a>
    </span>
  );
}

function Runs({ pipeline }: { pipeline: Pipeline }) {
  return (
    <Scroll kind="scroll" label="Runs of the pipeline">
      <table class="plain">
        <Heads titles={["Stage", "Run", "State", "Job", "Why, or what answered it", "Look"]} />
        <tbody>
          {pipeline.stages.flatMap((stage) => [
            ...telling(stage).map((run, i) => (
              <tr key={run.run}>
                <th scope="row">{i === 0 ? stage.name : <span class="hidden">{stage.name}</span>}</th>
                <td>
                  {run.state === "missing" ? (
                    <code class="soft">{run.run.slice(-6)}</code>
                  ) : (
                    <a class="inline" href={`/runs/${run.run}`}>
                      {run.name ?? ""} <code>{run.run.slice(-6)}</code>
                    </a>
                  )}
                </td>
                <td>
                  <StateMark state={run.state} mode={run.mode} />
                </td>
                <td>
                  <code>{run.job}</code>
                </td>
                <td>
                  <Why run={run} />
                </td>
                <td>
                  <Looks run={run} />
                </td>
              </tr>
            )),
            stage.runs.length > most && (
              <tr key={stage.name}>
                <td />
                <td colSpan={5}>
                  <Counts counts={stage.counts} /> ·{" "}
                  <a
                    class="inline"
                    href={stage.sweep ? `/sweeps/${stage.sweep}` : withQuery({ pipeline: pipeline.id }, "/runs")}
                  >
                    all {figure(stage.runs.length)} runs
                  </a>
                </td>
              </tr>
            ),
          ])}
        </tbody>
      </table>
    </Scroll>
  );
}

function Why({ run: { leader, leader_user, message, waits = [], state } }: { run: StageRun }) {
  return (
    <>
      {leader && (
        <p>
          {state === "following" ? "follows " : "answered by "}
          <a href={`/runs/${leader}`}>{leader.slice(-6)}</a>
          {leader_user && ` of ${leader_user}`}
        </p>
      )}
      {message && <p>{message}</p>}
      {waits.map((line) => (
        <p key={line} class="soft">
          {line}
        </p>
      ))}
    </>
  );
}
