// A policy: who leads by its metric, over steps, and what it says of each artifact.
import { useState } from "preact/hooks";
import type { PolicyEntry, policyApi } from "../../serve/api/policies.js";
import { StepLines } from "../charts/step-lines.js";
import { Empty } from "../parts/empty.js";
import { Time } from "../parts/figures.js";
import { counted, figure, said } from "../parts/format.js";
import { Heading } from "../parts/heading.js";
import { Problem, Problems } from "../parts/problem.js";
import { Segments } from "../parts/segments.js";
import { StateMark } from "../parts/state-mark.js";
import { type Column, Table } from "../parts/table.js";
import { useTitle } from "../shell/outlet.js";
import { useQuery } from "../shell/router.js";
import { useAsk } from "../shell/use-ask.js";
import { Best, bestOf, bestPoint, missingOf } from "./policy/best.js";
import { Leaders } from "./policy/leaders.js";

export default function PolicyPage({ parts: { name = "" } }: { parts: Record<string, string> }) {
  const [metric, setMetric] = useQuery("metric");
  const [lit, light] = useState<string | undefined>(undefined);
  const { answer, trouble, again } = useAsk<typeof policyApi>(
    "/api/v1/policies/:name",
    { parts: { name }, query: metric ? { metric } : {} },
    { live: ["evaluation", "artifact", "run"] },
  );
  useTitle(`Policy ${name}`);
  const above = <a href="/policies">Policies</a>;
  if (!answer)
    return (
      <>
        <Heading above={above} title={name} />
        {trouble ? <Problem error={trouble} again={again} /> : <div class="loading" aria-busy="true" />}
      </>
    );
  const { policy, metrics, leaderboard, entries, rules } = answer;
  const shown = answer.metric ?? "";
  return (
    <>
      <Heading
        above={above}
        title={name}
        beside={`${policy.evaluated} of ${counted(policy.applies, "artifact")} evaluated by ${policy.recipe}${policy.pending > 0 ? `, ${policy.pending} under way` : ""}${policy.due > 0 ? `, ${policy.due} due` : ""}${policy.failed > 0 ? `, ${counted(policy.failed, "try", "tries")} failed` : ""}`}
        actions={
          metrics.length > 1 && (
            <div class="picks">
              <label>
                Metric
                <select value={shown} onChange={(event) => setMetric(event.currentTarget.value, { push: true })}>
                  {metrics.map((one) => (
                    <option key={one}>{one}</option>
                  ))}
                </select>
              </label>
            </div>
          )
        }
      />
      <Problems problems={answer.problems} />
      {trouble && <Problem error={trouble} again={again} />}
      {leaderboard.length === 0 ? (
        <Empty
          title="Nothing is evaluated yet"
          text="lab-evald asks for one evaluation of each artifact that the policy applies to; the agent does so by itself."
          command={`lab-evald ${policy.path} | lab-snapshot | lab-resolve | lab-create | lab-cache | lab-render-sbatch | lab-submit`}
        />
      ) : (
        <div class="panels">
          <section class="panel wide">
            <Best leaders={leaderboard} entries={entries} metric={shown} goal={answer.goal} />
          </section>
          <section class="panel">
            <header>
              <h2>{shown} over steps</h2>
            </header>
            <StepLines
              best={bestPoint(leaderboard)}
              missing={missingOf(entries)}
              title={shown}
              lit={lit}
              series={leaderboard.slice(0, 24).map(({ run, name: title, points }) => ({ id: run, title, points }))}
            />
          </section>
          <section class="panel">
            <header>
              <h2>Leaderboard</h2>
              <p>the {answer.goal === "min" ? "least" : "greatest"} is best</p>
            </header>
            <Leaders leaders={leaderboard} onLight={light} />
          </section>
        </div>
      )}
      <section class="panel">
        <header>
          <h2>
            Artifacts <span class="count">{entries.length + (answer.more_entries ?? 0)}</span>
          </h2>
          <p>{rulesInWords(rules)}</p>
        </header>
        <Entries entries={entries} metric={shown} goal={answer.goal} />
      </section>
    </>
  );
}

const standings = ["evaluated", "pending", "due", "exhausted"] as const;
const standingWords: Record<string, string> = { exhausted: "given up", pending: "under way" };

function Entries({
  entries: all,
  metric,
  goal,
}: {
  entries: readonly PolicyEntry[];
  metric: string;
  goal: "min" | "max" | undefined;
}) {
  const [show, setShow] = useQuery("show");
  const [sort, setSort] = useQuery("sort");
  const count = (why: string) => all.filter((entry) => entry.why === why).length;
  const entries = sortedBy(show ? all.filter(({ why }) => why === show) : all, sort, metric);
  const best = bestOf(all, metric, goal);
  const columns: Column<PolicyEntry>[] = [
    {
      ...{ key: "of", title: "Artifact", width: 250, grow: 1, sort: "step" },
      cell: ({ recipe = "", role = "", step }) => `${recipe} ${role}${step === undefined ? "" : ` step ${step}`}`,
    },
    {
      key: "run",
      title: "Made by",
      width: 90,
      cell: ({ run }) =>
        run && (
          <a href={`/runs/${run}`}>
            <code>{run.slice(-6)}</code>
          </a>
        ),
    },
    {
      key: "why",
      title: "Now",
      width: 120,
      cell: ({ why, state }) =>
        state ? (
          <StateMark state={state} />
        ) : (
          <span class="soft">{standingWords[why] ?? why.replaceAll("_", " ")}</span>
        ),
    },
    {
      key: "value",
      title: metric,
      width: 150,
      end: true,
      sort: "value",
      cell: (entry) =>
        entry.values?.[metric] === undefined ? (
          ""
        ) : entry === best ? (
          <b>best {figure(entry.values[metric])}</b>
        ) : (
          figure(entry.values[metric])
        ),
    },
    {
      key: "tries",
      title: "Tries",
      width: 110,
      end: true,
      cell: ({ tries, failed }) => (failed > 0 ? `${tries} (${failed} failed)` : tries),
    },
    {
      key: "evaluation",
      title: "Evaluation",
      width: 100,
      cell: ({ evaluation }) =>
        evaluation && (
          <a href={`/runs/${evaluation}`}>
            <code>{evaluation.slice(-6)}</code>
          </a>
        ),
    },
    {
      key: "message",
      title: "Why",
      width: 200,
      grow: 2,
      cell: ({ message }) => (
        <span class="soft" title={message}>
          {message}
        </span>
      ),
    },
    { key: "at", title: "Registered", width: 96, end: true, cell: ({ at }) => <Time at={at} /> },
  ];
  return (
    <>
      <div>
        <Segments
          label="Which artifacts"
          choices={[
            ["", `all ${all.length}`],
            ...standings.flatMap((why): [string, string][] =>
              count(why) > 0 ? [[why, `${standingWords[why] ?? why} ${count(why)}`]] : [],
            ),
          ]}
          chosen={show}
          onChoose={setShow}
        />
      </div>
      <Table
        label="What the policy says of artifacts"
        columns={columns}
        sort={sort}
        onSort={setSort}
        rows={entries}
        idOf={({ artifact }) => artifact}
        hrefOf={({ artifact }) => `/artifacts/${artifact}`}
        card={({ recipe = "", step, state, why, values }) => (
          <>
            <span>
              <b class="cut">
                {recipe} {step !== undefined && `step ${step}`}
              </b>
              <span>{values?.[metric] === undefined ? "" : figure(values[metric])}</span>
            </span>
            <span>{state ? <StateMark state={state} /> : <span class="soft">{why}</span>}</span>
          </>
        )}
      />
    </>
  );
}

function sortedBy(entries: readonly PolicyEntry[], sort: string, metric: string): readonly PolicyEntry[] {
  if (!sort) return entries;
  const of = (entry: PolicyEntry) => (sort.endsWith("value") ? entry.values?.[metric] : entry.step);
  const sign = sort.startsWith("-") ? -1 : 1;
  // What has none comes last, whichever way.
  const last = sign * Number.POSITIVE_INFINITY;
  return [...entries].sort((a, b) => {
    const [one, two] = [of(a) ?? last, of(b) ?? last];
    return one === two ? 0 : sign * (one - two);
  });
}

function rulesInWords(rules: Record<string, unknown>): string {
  const words = Object.entries(rules).filter(([, value]) => value !== false);
  return words
    .map(([key, value]) =>
      value === true
        ? key.replaceAll("_", " ")
        : `${key.replaceAll("_", " ")} ${Array.isArray(value) ? value.join(", ") : said(value)}`,
    )
    .join(" · ");
}
