// What failed, by its reason, with the words of the newest: the first thing to read where something is wrong.
import type { overviewApi } from "../../../serve/api/overview.js";
import { Time } from "../../parts/figures.js";
import { counted, figure } from "../../parts/format.js";
import type { AnswerOf } from "../../shell/client.js";
import { withQuery } from "../../shell/router.js";
import { type RunRow, short } from "../runs/run-row.js";

type FailureMode = AnswerOf<typeof overviewApi>["failures_by_mode"][number];

interface Reason {
  message: string;
  runs: RunRow[];
}

const mostReasons = 4;

/** `failed` are the newest; `modes` counts all. */
export function Failures({
  modes,
  failed,
  since,
  user,
}: {
  modes: readonly FailureMode[];
  failed: readonly RunRow[];
  since: string;
  user: string;
}) {
  const all = modes.reduce((sum, { count }) => sum + count, 0);
  if (all === 0)
    return (
      <section class="failures">
        <header class="section-head">
          <h2>Failures</h2>
        </header>
        <p class="soft">Nothing failed{since === "1d" ? " since yesterday" : ` in ${since.replace("d", " days")}`}.</p>
      </section>
    );
  return (
    <section class="failures">
      <header class="section-head">
        <h2>Why {counted(all, "run")} failed</h2>
      </header>
      {modes.map(({ mode, count }) => {
        const rows = failed.filter((row) => (row.mode ?? row.state) === mode);
        const reasons = reasonsOf(rows);
        return (
          <article key={mode} class="failure-mode">
            <h3>
              <span class="state failed">{mode.replaceAll("_", " ")}</span>
              <a
                href={withQuery({ mode, user, where: `ended_at > ${since}` }, "/runs")}
                title={`All that failed so: ${count}`}
              >
                {figure(count)}
              </a>
            </h3>
            {reasons.slice(0, mostReasons).map((reason) => (
              <OneReason key={reason.message} reason={reason} />
            ))}
          </article>
        );
      })}
    </section>
  );
}

function OneReason({ reason: { message, runs } }: { reason: Reason }) {
  const [newest, ...others] = runs;
  if (!newest) return null;
  return (
    <div class="reason">
      <p class="said">{message}</p>
      {newest.hint && <p class="soft">{newest.hint}</p>}
      <p class="of">
        <a href={`/runs/${newest.id}`}>{newest.name}</a> <code class="soft">{short(newest.id)}</code>
        <span class="soft">
          {newest.user}, <Time at={newest.ended_at ?? newest.planned_at} />
        </span>
        {others.slice(0, 3).map(({ id, name }) => (
          <a key={id} class="more" href={`/runs/${id}`} title={name}>
            {short(id)}
          </a>
        ))}
        {others.length > 3 && <span class="soft">and {others.length - 3} more</span>}
      </p>
    </div>
  );
}

/** Runs by what they said: numbers, paths and quoted words do not make another reason. */
function reasonsOf(rows: readonly RunRow[]): Reason[] {
  const found = new Map<string, Reason>();
  for (const row of rows) {
    const message = row.message ?? "no message";
    const kind = message.replace(/\d+(\.\d+)?|\/\S+|'[^']*'/g, "…");
    const reason = found.get(kind) ?? { message, runs: [] };
    reason.runs.push(row);
    found.set(kind, reason);
  }
  return [...found.values()].sort((a, b) => b.runs.length - a.runs.length);
}
