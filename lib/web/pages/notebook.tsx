// What people thought before, and what they learned after: by day, by tag, by who wrote it.
import { useEffect, useState } from "preact/hooks";
import type { notebookApi } from "../../serve/api/notebook.js";
import { Button } from "../parts/button.js";
import { Empty } from "../parts/empty.js";
import { absolute, clock, counted, figure } from "../parts/format.js";
import { Heading } from "../parts/heading.js";
import { Problem, Problems } from "../parts/problem.js";
import { Prose } from "../parts/prose.js";
import { SearchField } from "../parts/search-field.js";
import { Segments } from "../parts/segments.js";
import { StateMark } from "../parts/state-mark.js";
import type { AnswerOf } from "../shell/client.js";
import { useQuery, useQueryAll } from "../shell/router.js";
import { useAsk } from "../shell/use-ask.js";

type Answer = AnswerOf<typeof notebookApi>;
type Entry = Answer["entries"][number];
const step = 60;
const times = [
  ["", "Ever"],
  ["today", "Today"],
  ["7d", "7 days"],
  ["30d", "30 days"],
] as const;

export default function NotebookPage() {
  const [q, setQ] = useQuery("q");
  const [tags, setTags] = useQueryAll("tag");
  const [says, setSays] = useQueryAll("says");
  const [users, setUsers] = useQueryAll("user");
  const [limit, setLimit] = useState(step);
  const [since, setSince] = useQuery("since");
  const filters = JSON.stringify([q, tags, says, users, since]);
  useEffect(() => setLimit(step), [filters]);
  const query = { q, tag: tags, says, user: users, limit, ...(since ? { since } : {}) };
  const { answer, trouble, again, stale } = useAsk<typeof notebookApi>(
    "/api/v1/notebook",
    { query },
    { live: ["run", "note"] },
  );
  const isFiltered = q !== "" || since !== "" || tags.length + says.length + users.length > 0;
  return (
    <>
      <Heading title="Notebook" beside={answer ? counted(answer.total, "entry", "entries") : "\u00a0"} />
      <div class="notebook-filters">
        <SearchField
          value={q}
          change={setQ}
          label="Find in the notebook"
          placeholder="Words of a hypothesis, a lesson, a note"
        />
        <div>
          <Segments label="Since when" choices={times} chosen={since} onChoose={setSince} />
        </div>
        {answer && (
          <>
            <Pick
              title="says"
              all={answer.says.map(({ word, count }) => [word, count])}
              chosen={says}
              choose={setSays}
            />
            <Pick
              title="by"
              all={answer.authors.map(({ user, count }) => [user, count])}
              chosen={users}
              choose={setUsers}
            />
            <Pick
              title="tag"
              all={answer.tags.slice(0, 24).map(({ tag, count }) => [tag, count])}
              chosen={tags}
              choose={setTags}
            />
          </>
        )}
      </div>
      {trouble && <Problem error={trouble} again={again} />}
      <Problems problems={answer?.problems} />
      {!answer && !trouble && <div class="loading" />}
      {answer && answer.total === 0 && <Nothing isFiltered={isFiltered} />}
      {answer && answer.total > 0 && (
        <div class={stale ? "notebook old" : "notebook"}>
          {byDay(answer.entries).map(([day, entries]) => (
            <section key={day}>
              <h2>
                <time dateTime={day}>{dayOf(day)}</time>
              </h2>
              {entries.map((entry) => (
                <OneEntry
                  key={`${entry.kind} ${entry.id}`}
                  entry={entry}
                  chosen={tags}
                  choose={(tag) => setTags([...tags, tag])}
                />
              ))}
            </section>
          ))}
          {answer.total > answer.entries.length && (
            <Button onClick={() => setLimit(limit + step)}>
              Older: {figure(answer.total - answer.entries.length)} more
            </Button>
          )}
        </div>
      )}
    </>
  );
}

function Nothing({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) return <Empty title="Nobody wrote anything like that" text="Take a filter away." />;
  return (
    <Empty
      title="The notebook is empty"
      text="It fills with the hypotheses that recipes state, and with what people note about runs afterwards:"
      command={'lab annotate @last --outcome validates --lesson "a longer warm-up keeps it stable"'}
    />
  );
}

interface PickShape {
  title: string;
  all: readonly (readonly [string, number])[];
  chosen: readonly string[];
  choose(words: readonly string[]): void;
}

function Pick({ title, all, chosen, choose }: PickShape) {
  if (all.length === 0 && chosen.length === 0) return null;
  const shown = [
    ...all,
    ...chosen.filter((one) => !all.some(([word]) => word === one)).map((word) => [word, 0] as const),
  ];
  return (
    <fieldset class="chips">
      <legend class="soft">{title}</legend>
      {shown.map(([word, count]) => (
        <button
          key={word}
          type="button"
          class="chip"
          aria-pressed={chosen.includes(word)}
          onClick={() => choose(chosen.includes(word) ? chosen.filter((one) => one !== word) : [...chosen, word])}
        >
          {word.replaceAll("_", " ")} <span class="count">{figure(count)}</span>
        </button>
      ))}
    </fieldset>
  );
}

const parts = [
  ["hypothesis", "Hypothesis"],
  ["context", "Context"],
  ["intent", "Intent"],
  ["expected_outcome", "Expected"],
  ["note", "Note"],
  ["lesson", "Learned"],
  ["next", "Next"],
] as const;
const verdictKinds: Record<string, string> = { validates: "succeeded", refutes: "failed" };

function OneEntry({ entry, chosen, choose }: { entry: Entry; chosen: readonly string[]; choose(tag: string): void }) {
  const { run, author, at, tags = [], outcome, kind } = entry;
  return (
    <article class={`entry ${kind}`}>
      <header>
        <a class="run-name" href={`/runs/${run.id}`}>
          {run.name ?? run.id}
        </a>
        <code class="soft">{run.id.slice(-6)}</code>
        {run.state && <StateMark state={run.state} mode={run.mode} />}
        <span class="soft">
          {author} {kind === "note" ? "noted" : "planned"}{" "}
          <a href={`/notebook?q=${run.id}`} title={`${absolute(at)}; a link to what is written about this run`}>
            <time dateTime={at}>{clock(at)}</time>
          </a>
        </span>
      </header>
      <dl>
        {outcome && (
          <div>
            <dt>Outcome</dt>
            <dd class={`state ${verdictKinds[outcome] ?? "quiet"}`}>{outcome}</dd>
          </div>
        )}
        {parts.map(([name, title]) => {
          const text = entry[name];
          if (text === undefined) return null;
          return (
            <div key={name} class={name}>
              <dt>{title}</dt>
              <dd>
                <Prose text={text} />
              </dd>
            </div>
          );
        })}
      </dl>
      {tags.length > 0 && (
        <p class="tags">
          {tags.map((tag) => (
            <button key={tag} type="button" disabled={chosen.includes(tag)} onClick={() => choose(tag)}>
              #{tag}
            </button>
          ))}
        </p>
      )}
    </article>
  );
}

function byDay(entries: readonly Entry[]): [string, Entry[]][] {
  const days = new Map<string, Entry[]>();
  for (const entry of entries) {
    const date = new Date(entry.at);
    const day = `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
    days.set(day, [...(days.get(day) ?? []), entry]);
  }
  return [...days];
}

function dayOf(day: string): string {
  return new Date(`${day}T12:00:00`).toLocaleDateString(undefined, { dateStyle: "full" });
}
