// What one wants to know of a run first: why it is as it is, when what happened, what it was given and what came of it.
import type { runCheckpointsApi } from "../../../serve/api/run-parts.js";
import { Facts, Section, Values } from "../../parts/facts.js";
import { Bytes } from "../../parts/figures.js";
import { shellWord } from "../../parts/shell-word.js";
import { TextBlock } from "../../parts/text-block.js";
import { useAsk } from "../../shell/use-ask.js";
import { Evaluations } from "./evaluations.js";
import { handleOf, type WholeRun } from "./record.js";
import { SmallCharts } from "./small-charts.js";
import { Timeline } from "./timeline.js";
import { Why } from "./why.js";

export function OverviewTab({ run }: { run: WholeRun }) {
  const { params, metrics = {}, derived = {}, seed } = run;
  const own = seed === undefined ? params : { ...params, seed };
  return (
    <>
      <Why run={run} />
      <SmallCharts run={run} values={{ ...metrics, ...derived }} />
      <div class="run-flow">
        <Section title="What happened">
          <Timeline run={run} />
        </Section>
        {Object.keys(own).length > 0 && (
          <Section title="Params">
            <Values table={own} />
          </Section>
        )}
        <Command run={run} />
        <Told run={run} />
        <Inputs run={run} />
        <Made run={run} />
        <Checkpoints run={run} />
        <Evaluations run={run} />
        <Section title="Asked for">
          <Values table={run.resources} />
        </Section>
      </div>
    </>
  );
}

/** As the job had it; the arguments as the recipe has them, where there is no job yet. */
function Command({ run: { command, args, argv } }: { run: WholeRun }) {
  if (argv)
    return (
      <Section title="Command">
        <TextBlock label="the command" text={typeof command === "string" ? command : commandLine(argv)} />
      </Section>
    );
  if (Object.keys(args).length === 0) return null;
  return (
    <Section title="Args">
      <Values table={args} />
    </Section>
  );
}

/** An option a line, so that it can be read. */
function commandLine(argv: readonly string[]): string {
  return argv.map((word, i) => `${i === 0 ? "" : word.startsWith("-") ? " \\\n  " : " "}${shellWord(word)}`).join("");
}

function Made({ run: { outputs, made = [], missing = [], collected = [], run_dir = "" } }: { run: WholeRun }) {
  const roles = Object.entries(outputs);
  if (roles.length + collected.length === 0) return null;
  return (
    <Section title="Outputs">
      <Facts
        facts={[
          ...roles.map(([role, output]) => {
            const gone = missing.find((one) => one.role === role);
            const first = made.findLast((one) => one.role === role)?.id;
            return [
              role,
              <span key={role}>
                {first ? <a href={`/artifacts/${first}`}>{output.alias}</a> : output.alias}{" "}
                <span class="soft">{gone ? gone.reason : output.type}</span>
              </span>,
            ] as const;
          }),
          ...collected.slice(0, 12).map(
            ({ path, bytes }) =>
              [
                "collected",
                <span key={path}>
                  <a href={`?tab=files&file=${encodeURIComponent(path.slice(run_dir.length + 1))}`}>
                    {path.startsWith(`${run_dir}/`) ? path.slice(run_dir.length + 1) : path}
                  </a>{" "}
                  <Bytes count={bytes} />
                </span>,
              ] as const,
          ),
        ]}
      />
    </Section>
  );
}

function Inputs({ run: { inputs } }: { run: WholeRun }) {
  const all = Object.entries(inputs);
  if (all.length === 0) return null;
  return (
    <Section title="Inputs">
      <Facts
        facts={all.map(([role, input]) => {
          if (input.type === "external")
            return [role, <code key={role}>{input.staged_from ?? input.path}</code>] as const;
          const name = `${input.artifact}${input.step === undefined ? "" : ` step ${input.step}`}`;
          const link = input.id ? <a href={`/artifacts/${input.id}`}>{name}</a> : name;
          return [
            role,
            <span key={role}>
              {link} {input.run && <a href={`/runs/${input.run}`}>from {handleOf(input.run)}</a>}
            </span>,
          ] as const;
        })}
      />
    </Section>
  );
}

const most = 6;

function Checkpoints({ run: { id, outputs, checkpoints } }: { run: WholeRun }) {
  const has = checkpoints !== undefined || Object.values(outputs).some(({ type }) => type === "checkpoint_stream");
  const { answer } = useAsk<typeof runCheckpointsApi>(
    has ? "/api/v1/runs/:run/checkpoints" : undefined,
    { parts: { run: id } },
    { live: ["run", "artifact"], runs: [id] },
  );
  if (!answer || answer.checkpoints.length === 0) return null;
  const all = answer.checkpoints.toReversed();
  return (
    <Section title="Checkpoints">
      <ul class="checkpoints">
        {all.slice(0, most).map(({ path, step, artifact }) => (
          <li key={path}>
            {artifact ? (
              <a href={`/artifacts/${artifact}`}>step {step}</a>
            ) : (
              <span>{step === undefined ? "" : `step ${step}`}</span>
            )}
            <code class="cut" title={path}>
              {path.split("/").at(-1)}
            </code>
            {path === answer.latest && <span class="soft">a rerun goes on from here</span>}
          </li>
        ))}
      </ul>
      {all.length > most && <p class="soft">and {all.length - most} earlier</p>}
      {answer.unclear && <p class="soft">{answer.unclear}</p>}
    </Section>
  );
}

function Told({ run: { narrative, tags, group, notes = [] } }: { run: WholeRun }) {
  const lines = [narrative?.hypothesis, narrative?.intent, narrative?.note].filter((line) => line !== undefined);
  if (lines.length + tags.length + notes.length === 0 && group === undefined) return null;
  return (
    <Section title="Why it was made" beside={<a href="?tab=notes">the story</a>}>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      <p class="run-tags">
        {tags.map((tag) => (
          <a key={tag} class="tag" href={`/runs?tag=${encodeURIComponent(tag)}`}>
            {tag}
          </a>
        ))}
        {group !== undefined && <a href={`/runs?group=${encodeURIComponent(group)}`}>group {group}</a>}
      </p>
      {notes.length > 0 && <p class="soft">{notes.length === 1 ? "one note" : `${notes.length} notes`} since</p>}
    </Section>
  );
}
