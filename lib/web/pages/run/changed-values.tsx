// What differs between two runs, as old and new values beside each other.
import { figure } from "../../parts/format.js";

export interface Change {
  path: string;
  from?: string | undefined;
  to?: string | undefined;
}

export function ChangedValues({ changed }: { changed: readonly Change[] }) {
  return (
    <dl class="changed-values">
      {changed.map(({ path, from, to }) => (
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
  );
}

/** What a line like `params.lr: 0.1 → 0.2` says; without an arrow it is of the source. */
export function changeOf(line: string): Change {
  const [, path = "source", from, to] = /^(.*?): (.*?) → (.*)$/s.exec(line) ?? [];
  const value = (text: string | undefined) => (text === undefined || text === "not set" ? undefined : text);
  return { path, from: value(from), to: value(to) };
}

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
