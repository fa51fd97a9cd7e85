// One run: what it is, how it went and why, and everything it was made from.
import type { runApi } from "../../serve/api/runs.js";
import { Copy } from "../parts/copy.js";
import { Duration, Time } from "../parts/figures.js";
import { FileView } from "../parts/files/file-view.js";
import { Heading } from "../parts/heading.js";
import { LogView } from "../parts/log/log-view.js";
import { Problem, Problems } from "../parts/problem.js";
import { StateMark } from "../parts/state-mark.js";
import { type Tab, Tabs, useTab } from "../parts/tabs.js";
import { TimeLimit } from "../parts/time-limit.js";
import { useTitle } from "../shell/outlet.js";
import { useAsk } from "../shell/use-ask.js";
import { CodeTab } from "./run/code-tab.js";
import { EnvironmentTab } from "./run/environment-tab.js";
import { MetricsTab } from "./run/metrics-tab.js";
import { NotesTab } from "./run/notes-tab.js";
import { OverviewTab } from "./run/overview-tab.js";
import { handleOf, type WholeRun } from "./run/record.js";
import { ReproduceTab } from "./run/reproduce-tab.js";

const tabs: readonly Tab[] = [
  { id: "overview", title: "Overview" },
  { id: "metrics", title: "Metrics" },
  { id: "logs", title: "Logs" },
  { id: "files", title: "Files" },
  { id: "code", title: "Recipe & source" },
  { id: "environment", title: "Environment" },
  { id: "notes", title: "Notes" },
  { id: "reproduce", title: "Key & reproduce" },
];

export default function RunPage({ parts: { id = "" } }: { parts: Record<string, string> }) {
  const { answer, trouble, again } = useAsk<typeof runApi>(
    "/api/v1/runs/:run",
    { parts: { run: id } },
    { live: ["run"], runs: [id] },
  );
  const run = answer?.run as unknown as WholeRun | undefined;
  const tab = useTab(tabs);
  useTitle(run ? `${run.name} ${handleOf(run.id)}` : "Run");
  if (!run)
    return (
      <>
        <Heading title={`Run ${handleOf(id)}`} above={<a href="/runs">Runs</a>} />
        {trouble ? <Problem error={trouble} again={again} /> : <div class="loading" />}
      </>
    );
  return (
    <>
      <RunHead run={run} />
      {trouble && <Problem error={trouble} again={again} />}
      <Problems problems={answer?.problems} />
      <Tabs tabs={tabs} label="Parts of the run" />
      <div class="run-tab" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        <Shown tab={tab} run={run} />
      </div>
    </>
  );
}

function Shown({ tab, run }: { tab: string; run: WholeRun }) {
  if (tab === "metrics") return <MetricsTab run={run} />;
  if (tab === "logs") return <LogView run={run.id} />;
  if (tab === "files") return <FileView of="run" id={run.id} />;
  if (tab === "code") return <CodeTab run={run} />;
  if (tab === "environment") return <EnvironmentTab run={run} />;
  if (tab === "notes") return <NotesTab run={run} />;
  if (tab === "reproduce") return <ReproduceTab run={run} />;
  return <OverviewTab run={run} />;
}

function RunHead({ run }: { run: WholeRun }) {
  const { id, name, user, state, mode, started_at, ended_at, elapsed_s, planned_at, resources } = run;
  const isGoing = started_at !== undefined && ended_at === undefined && state === "running";
  return (
    <Heading
      title={name}
      above={<Above run={run} />}
      beside={
        <span class="run-beside">
          <StateMark state={state} mode={mode} />
          {isGoing ? <TimeLimit since={started_at} limit_s={resources.time_s} /> : <Duration s={elapsed_s} />}
          <span>
            by <a href={`/runs?user=${encodeURIComponent(user)}`}>{user}</a>
          </span>
          <Time at={ended_at ?? started_at ?? planned_at} />
          <Copy text={id} />
        </span>
      }
      actions={
        <>
          <a class="button" href={`/runs?name=${encodeURIComponent(name)}`}>
            Runs of this name
          </a>
          <a class="button" href={`/lineage/${id}`}>
            Lineage
          </a>
          {run.tracking?.wandb?.url && (
            <a class="button" href={run.tracking.wandb.url} target="_blank" rel="noreferrer">
              W&B
            </a>
          )}
        </>
      }
    />
  );
}

function Above({ run: { pipeline, sweep } }: { run: WholeRun }) {
  return (
    <>
      <a href="/runs">Runs</a>
      {pipeline && (
        <>
          {" / "}
          <a href={`/pipelines/${pipeline.id}`}>
            pipeline {handleOf(pipeline.id)}
            {pipeline.stage ? `, stage ${pipeline.stage}` : ""}
          </a>
        </>
      )}
      {sweep && (
        <>
          {" / "}
          <a href={`/sweeps/${sweep.id}`}>
            sweep {handleOf(sweep.id)}, point {sweep.index}
          </a>
        </>
      )}
    </>
  );
}
