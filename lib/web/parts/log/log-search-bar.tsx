// Where one types what is looked for in a log, and goes from hit to hit.
import { useState } from "preact/hooks";
import { Icon } from "../icon.js";
import type { LogSearch } from "./use-log-search.js";

export function LogSearchBar({
  search,
  q,
  setQ,
  at,
  go,
}: {
  search: LogSearch;
  q: string;
  setQ(q: string | undefined): void;
  /** Where the line begins that is looked at. */
  at: number | undefined;
  go(at: number): void;
}) {
  const [typed, setTyped] = useState(q);
  const { hits, done, more, trouble } = search;
  const now = hits.findIndex((hit) => hit.at === at);
  const step = (by: number) => {
    const next = now >= 0 ? hits[(now + by + hits.length) % hits.length] : nearest(search, at, by);
    if (next) go(next.at);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (typed !== q) setQ(typed || undefined);
    else step(1);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !event.shiftKey) return;
    event.preventDefault();
    step(-1);
  };
  const count = `${hits.length}${more ? "+" : ""}`;
  const said =
    done < 1
      ? `${count}, searched ${Math.floor(done * 100)}%`
      : now >= 0
        ? `${now + 1} of ${count}`
        : `${count} ${hits.length === 1 ? "line" : "lines"}`;
  return (
    <form class="log-find" onSubmit={submit}>
      <Icon name="find" />
      <input
        type="search"
        value={typed}
        placeholder="Find in the whole log"
        aria-label="Find in the whole log"
        onInput={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={keys}
      />
      {q !== "" && (
        <>
          <output class="soft">{trouble ? trouble.message : said}</output>
          <button
            type="button"
            class="icon-button"
            title="Line before (Shift+Enter)"
            aria-label="Line before"
            onClick={() => step(-1)}
          >
            <Icon name="up" />
          </button>
          <button
            type="button"
            class="icon-button"
            title="Next line (Enter)"
            aria-label="Next line"
            onClick={() => step(1)}
          >
            <Icon name="down" />
          </button>
        </>
      )}
    </form>
  );
}

function nearest({ hits }: LogSearch, at: number | undefined, by: number) {
  if (at === undefined) return by > 0 ? hits[0] : hits.at(-1);
  return by > 0 ? (hits.find((hit) => hit.at > at) ?? hits[0]) : (hits.findLast((hit) => hit.at < at) ?? hits.at(-1));
}
