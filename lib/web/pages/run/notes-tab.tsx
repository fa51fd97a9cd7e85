// The story of a run: why it was made, what came of it, and what people wrote about it.
import type { runNarrativeApi, runSimilarApi } from "../../../serve/api/run-parts.js";
import { Copy, copyText } from "../../parts/copy.js";
import { Section } from "../../parts/facts.js";
import { Time } from "../../parts/figures.js";
import { Problem } from "../../parts/problem.js";
import { Prose } from "../../parts/prose.js";
import { StateMark } from "../../parts/state-mark.js";
import { useAsk } from "../../shell/use-ask.js";
import { ChangedValues, changeOf } from "./changed-values.js";
import { handleOf, type WholeRun } from "./record.js";

const titles = {
  hypothesis: "Hypothesis",
  context: "Context",
  intent: "Intent",
  expected_outcome: "Expected",
  note: "Note",
} as const;

const mostDiffering = 4;

export function NotesTab({ run }: { run: WholeRun }) {
  const question = { parts: { run: run.id } };
  const { answer, trouble, again } = useAsk<typeof runNarrativeApi>("/api/v1/runs/:run/narrative", question, {
    live: ["run", "note"],
    runs: [run.id],
  });
  if (trouble) return <Problem error={trouble} again={again} />;
  if (!answer) return <div class="loading" />;
  const { narrative: told = {}, notes = [], changed, parent } = answer.narrative;
  const handle = handleOf(run.id);
  return (
    <div class="run-columns">
      <div>
        {Object.entries(titles).map(([key, title]) => {
          const text = told[key as keyof typeof titles];
          return text === undefined ? null : (
            <Section key={key} title={title}>
              <Prose text={text} />
            </Section>
          );
        })}
        {changed && (
          <Section title={`Changed since ${parent}`}>
            <ul class="lines">
              {changed.map((line) => (
                <li key={line}>
                  <code>{line}</code>
                </li>
              ))}
            </ul>
          </Section>
        )}
        <Section
          title="Notes"
          beside={
            <button type="button" class="button" onClick={() => copyText(answer.markdown)}>
              Copy as Markdown
            </button>
          }
        >
          {notes.length === 0 && <p class="soft">Nobody has written about this run yet.</p>}
          <ol class="notes">
            {notes.map(({ id, author, at, text, lesson, next, outcome, tags = [] }) => (
              <li key={id}>
                <p class="soft">
                  {author} <Time at={at} /> {outcome && <span class="tag">{outcome}</span>}{" "}
                  {tags.map((tag) => (
                    <span key={tag} class="tag">
                      {tag}
                    </span>
                  ))}
                </p>
                {text && <Prose text={text} />}
                {lesson && <Prose text={lesson} before={<b>Learned </b>} />}
                {next && <Prose text={next} before={<b>Next </b>} />}
              </li>
            ))}
          </ol>
          <p class="soft">Write one:</p>
          <Copy text={`lab annotate ${handle} --lesson '…'`} />
        </Section>
      </div>
      <Similar run={run} />
    </div>
  );
}

function Similar({ run }: { run: WholeRun }) {
  const { answer, trouble } = useAsk<typeof runSimilarApi>(
    "/api/v1/runs/:run/similar",
    { parts: { run: run.id } },
    { live: false },
  );
  return (
    <Section title="The nearest runs">
      {trouble && <Problem error={trouble} />}
      {answer?.similar.length === 0 && (
        <p class="soft">
          No other run of {run.user} is called {run.name}.
        </p>
      )}
      <ul class="similar">
        {answer?.similar.map(({ run: other, differs }) => (
          <li key={other.id}>
            <p>
              <a href={`/runs/${other.id}`}>{handleOf(other.id)}</a> <StateMark state={other.state} mode={other.mode} />{" "}
              <Time at={other.planned_at} /> <a href={`/compare?run=${other.id}&run=${run.id}`}>compare</a>
            </p>
            {differs.length === 0 && <p class="soft">nothing that is recorded differs</p>}
            <ChangedValues changed={differs.slice(0, mostDiffering).map(changeOf)} />
            {differs.length > mostDiffering && <p class="soft">and {differs.length - mostDiffering} more</p>}
          </li>
        ))}
      </ul>
    </Section>
  );
}
