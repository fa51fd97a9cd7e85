// What changed since the last success, as old and new values beside each other.
import { figure } from "../../parts/format.js";
import { handleOf } from "./record.js";

interface Change {
  path: string;
  from?: string | undefined;
  to?: string | undefined;
}

/** What is otherwise in a run than in `since.run`, its last success: the first so many, and all of them on the page of both. */
export function SinceSuccess({ run, since }: { run: string; since: { run: string; changed: readonly Change[] } }) {
  const { run: older, changed } = since;
  const both = `/compare?run=${older}&run=${run}`;
  return (
    <div class="changes">
      <p class="soft">
        {changed.length > 0 ? "Changed" : "Nothing that is recorded changed"} since its last success,{" "}
        <a href={`/runs/${older}`}>{handleOf(older)}</a> <a href={both}>compare both</a>
      </p>
      <dl>
        {changed.slice(0, shown).map(({ path, from, to }) => (
          <div key={path}>
            <dt>{path}</dt>
            <dd>
              {from === undefined && to === undefined ? (
                "files that are not committed changed"
              ) : (
                <>
                  <Value text={from} soft /> <span class="soft">→</span> <Value text={to} />
                </>
              )}
            </dd>
          </div>
        ))}
      </dl>
      {changed.length > shown && <a href={both}>and {changed.length - shown} more</a>}
    </div>
  );
}

const shown = 8;

function Value({ text, soft = false }: { text: string | undefined; soft?: boolean }) {
  if (text === undefined) return <span class="soft">not set</span>;
  return (
    <code class={soft ? "soft" : ""} title={text}>
      {shortened(text)}
    </code>
  );
}

/** A number as the page says numbers; any other value as it is. */
function shortened(text: string): string {
  return /^-?\d[\d.]*(e[-+]?\d+)?$/.test(text) && Number.isFinite(Number(text)) ? figure(Number(text)) : text;
}
