// The evaluations of a run's checkpoints: what each found, over steps, and the rollouts that some recorded.

import type { EvaluationOfRun, evaluationsApi } from "../../serve/api/evaluations.js";
import { StepLines } from "../charts/step-lines.js";
import { Empty } from "../parts/empty.js";
import { Time } from "../parts/figures.js";
import { counted, figure } from "../parts/format.js";
import { Heading } from "../parts/heading.js";
import { Heads } from "../parts/heads.js";
import { MeasureTable } from "../parts/measures.js";
import { Problem, Problems } from "../parts/problem.js";
import { Scroll } from "../parts/scroll.js";
import { StateMark } from "../parts/state-mark.js";
import { useTitle } from "../shell/outlet.js";
import { useQuery } from "../shell/router.js";
import { useAsk } from "../shell/use-ask.js";
import { Rollout } from "./rollout.js";

export default function EvaluationPage({ parts: { run = "" } }: { parts: Record<string, string> }) {
  const { answer, trouble, again } = useAsk<typeof evaluationsApi>(
    "/api/v1/evaluations/:run",
    { parts: { run } },
    { live: ["evaluation", "artifact", "run"] },
  );
  const name = answer?.run.name ?? run;
  const [chosen, choose] = useQuery("of");
  useTitle(`Evaluations of ${name}`);
  const all = answer?.evaluations ?? [];
  const one = all.find((other) => keyOf(other) === chosen) ?? all.findLast(({ rollouts }) => rollouts) ?? all.at(-1);
  const series = linesOf(all);
  return (
    <>
      <Heading
        above="Evaluations"
        title={answer ? <a href={`/runs/${answer.run.id}`}>{name}</a> : name}
        beside={answer && `${counted(all.length, "evaluation")} of what it made`}
      />
      <Problems problems={answer?.problems} />
      {trouble && <Problem error={trouble} again={again} />}
      {!answer && !trouble && <div class="loading" aria-busy="true" />}
      {answer && all.length === 0 && (
        <Empty
          title="Nothing of it is evaluated yet"
          text="A policy evaluates each checkpoint as it comes; or run an evaluation yourself, with the checkpoint as its input and an output of type eval_result."
          command="lab policies"
        />
      )}
      {all.length > 0 && (
        <div class="panels">
          <section class="panel">
            <header>
              <h2>{series ? `${series.title} over steps` : "Over steps"}</h2>
            </header>
            {series ? (
              <StepLines title={series.title} lit={undefined} series={[series]} />
            ) : (
              <p class="soft">No number over several steps yet.</p>
            )}
          </section>
          <section class="panel">
            <header>
              <h2>By checkpoint</h2>
            </header>
            <List all={all} chosen={one && keyOf(one)} onChoose={choose} />
          </section>
          {one && (
            <section class="panel wide">
              <header>
                <h2>{titleOf(one)}</h2>
                <p>
                  <a href={`/runs/${one.run}`}>{one.name}</a> {one.policy && `by the policy ${one.policy}`}{" "}
                  <Time at={one.at} />
                </p>
              </header>
              {one.rollouts && one.result ? <Rollout key={one.result} artifact={one.result} /> : null}
              {one.measures.length > 0 && <MeasureTable measures={one.measures} headline={one.headline} />}
            </section>
          )}
        </div>
      )}
    </>
  );
}

function keyOf({ run, result = "" }: EvaluationOfRun): string {
  return `${run.slice(-6)}${result.slice(-4)}`;
}

function titleOf({ step, name }: EvaluationOfRun): string {
  return step === undefined ? name : `Step ${figure(step)}`;
}

/** The headline over steps, where there are at least two. */
function linesOf(all: readonly EvaluationOfRun[]) {
  const title = all.find(({ headline }) => headline)?.headline;
  const points = all.flatMap(({ step, measures }): [number, number][] => {
    const value = measures.find(({ name }) => name === title)?.value;
    return step !== undefined && typeof value === "number" ? [[step, value]] : [];
  });
  return title && points.length >= 2 ? { id: title, title, points } : undefined;
}

function List({
  all,
  chosen,
  onChoose,
}: {
  all: readonly EvaluationOfRun[];
  chosen: string | undefined;
  onChoose(key: string): void;
}) {
  return (
    <Scroll kind="scroll" label="Evaluations by checkpoint">
      <table class="plain">
        <Heads titles={["Checkpoint", "State", "Result", ">Rollouts"]} />
        <tbody>
          {all.map((one) => {
            const { state, headline, measures, rollouts, role, via } = one;
            const value = measures.find(({ name }) => name === headline)?.value;
            return (
              <tr key={keyOf(one)}>
                <th scope="row">
                  <button
                    type="button"
                    class={keyOf(one) === chosen ? "chip" : "link"}
                    aria-pressed={keyOf(one) === chosen}
                    onClick={() => onChoose(keyOf(one))}
                  >
                    {titleOf(one)}
                  </button>{" "}
                  <span class="soft light">
                    {role} {via && `by way of ${via.slice(-6)}`}
                  </span>
                </th>
                <td>
                  <StateMark state={state} />
                </td>
                <td>
                  {value !== undefined && (
                    <>
                      <b>{typeof value === "number" ? figure(value) : value}</b> <span class="soft">{headline}</span>
                    </>
                  )}
                </td>
                <td class="end">{rollouts ?? ""}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}
