// What evaluations found of what a run made: the newest, and the way to all of them.
import type { evaluationsApi } from "../../../serve/api/evaluations.js";
import { Facts, Section } from "../../parts/facts.js";
import { counted, figure, said } from "../../parts/format.js";
import { StateMark } from "../../parts/state-mark.js";
import { useAsk } from "../../shell/use-ask.js";
import type { WholeRun } from "./record.js";

const most = 6;

/** Nothing of a run that made nothing, or of which nothing was evaluated. */
export function Evaluations({ run: { id, made = [], checkpoints } }: { run: WholeRun }) {
  const { answer } = useAsk<typeof evaluationsApi>(
    made.length > 0 || checkpoints ? "/api/v1/evaluations/:run" : undefined,
    { parts: { run: id } },
    { live: ["evaluation", "artifact"] },
  );
  const all = answer?.evaluations ?? [];
  if (all.length === 0) return null;
  return (
    <Section title="Evaluations" beside={<a href={`/evaluations/${id}`}>{counted(all.length, "evaluation")}</a>}>
      <Facts
        facts={all.slice(-most).map(({ run, name, step, state, headline, measures }) => {
          const value = measures.find((one) => one.name === headline)?.value;
          return [
            step === undefined ? name : `step ${figure(step)}`,
            <span key={run}>
              {value === undefined ? (
                <StateMark state={state} />
              ) : (
                <>
                  <b>{said(value)}</b> <span class="soft">{headline}</span>
                </>
              )}{" "}
              <a href={`/runs/${run}`}>{name}</a>
            </span>,
          ] as const;
        })}
      />
    </Section>
  );
}
