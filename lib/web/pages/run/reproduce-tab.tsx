// How to have it again, and what its cache key was made from.
import type { runKeyApi, runReproduceApi } from "../../../serve/api/run-parts.js";
import { Copy } from "../../parts/copy.js";
import { Facts, Section, Values } from "../../parts/facts.js";
import { Problem } from "../../parts/problem.js";
import { useAsk } from "../../shell/use-ask.js";
import type { WholeRun } from "./record.js";

export function ReproduceTab({ run }: { run: WholeRun }) {
  const question = { parts: { run: run.id } };
  const steps = useAsk<typeof runReproduceApi>("/api/v1/runs/:run/reproduce", question, { live: false });
  const key = useAsk<typeof runKeyApi>("/api/v1/runs/:run/key", question, { live: ["run"], runs: [run.id] });
  const { key: made, decision } = key.answer ?? {};
  return (
    <div class="run-columns">
      <Section title="How to reproduce it">
        {steps.trouble && <Problem error={steps.trouble} />}
        <ul class="steps">
          {steps.answer?.steps.map(({ title, command }) => (
            <li key={title}>
              <p>{title}</p>
              <Copy text={command} />
            </li>
          ))}
        </ul>
      </Section>
      <Section title="Cache key">
        {key.trouble && <Problem error={key.trouble} />}
        {key.answer && !made && <p class="soft">It has none: it was never resolved.</p>}
        {made && (
          <>
            <p class="prose">
              Runs with one key and one epoch compute the same: the first is computed, the others are answered by it.
              What is below went in; names, time, memory and who asked did not.
            </p>
            <Facts
              facts={[
                ["key", <code key="key">{made.digest}</code>],
                ["version", made.version],
                ["epoch", made.epoch],
                ["decided", decision?.decision],
              ]}
            />
            <Values table={made.of} />
          </>
        )}
      </Section>
    </div>
  );
}
