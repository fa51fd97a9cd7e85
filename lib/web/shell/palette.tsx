// Finds anything by typing: pages and deeds at once, and what the server finds of runs, artifacts, people, tags.
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { copyText } from "../parts/copy.js";
import { Dialog } from "../parts/dialog.js";
import { Icon } from "../parts/icon.js";
import { palette } from "./palette-door.js";
import { recall, remember } from "./remembered.js";
import { go } from "./router.js";
import { entries } from "./routes.js";
import { nextTheme } from "./theme.js";
import { useAsk } from "./use-ask.js";

interface Hit {
  kind: string;
  title: string;
  detail?: string;
  href?: string;
  run?(): void;
}

interface SearchAsked {
  path: "/api/v1/search";
  answer: { hits: (Hit & { id: string; href: string })[] };
}

const typing_ms = 120;
const mostRecent = 6;

const deeds: readonly Hit[] = [
  { kind: "go", title: "My runs", href: "/runs?user=me" },
  { kind: "go", title: "What runs now", href: "/runs?state=running" },
  { kind: "go", title: "What failed since yesterday", href: "/runs?since=1d&state=failed" },
  { kind: "do", title: "Change the theme", run: nextTheme },
  { kind: "do", title: "Copy the address of this page", run: () => void copyText(location.href) },
];
const pages: readonly Hit[] = entries.map(({ title, href, key }) => ({
  kind: "page",
  title,
  href,
  detail: `g ${key}`,
}));

export function Palette() {
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const asked = useSlow(words.trim(), typing_ms);
  const { answer, loading, trouble } = useAsk<SearchAsked>(
    asked.length > 1 ? "/api/v1/search" : undefined,
    { query: { q: asked } },
    { live: false },
  );
  const hits = useMemo(() => {
    const near = [...pages, ...deeds].filter(({ title }) => matches(title, words));
    return words.trim() === "" ? [...recent(), ...near] : [...near, ...(asked.length > 1 ? (answer?.hits ?? []) : [])];
  }, [words, asked, answer]);
  const current = Math.min(at, hits.length - 1);
  const close = () => palette.set(false);
  const pick = (hit: Hit | undefined) => {
    if (!hit) return;
    close();
    if (hit.run) return hit.run();
    if (hit.kind !== "page" && hit.kind !== "go") keepRecent(hit);
    if (hit.href) go(hit.href);
  };
  const keyed = (event: KeyboardEvent) => {
    const to = { ArrowDown: current + 1, ArrowUp: current - 1, PageDown: current + 8, PageUp: current - 8 }[event.key];
    if (to !== undefined) setAt(Math.max(0, Math.min(hits.length - 1, to)));
    else if (event.key === "Enter") pick(hits[current]);
    else return;
    event.preventDefault();
  };
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  });
  // The types of input know of lists that the browser shows, and not of ours.
  const combobox: object = {
    role: "combobox",
    "aria-expanded": true,
    "aria-controls": `${id}-list`,
    "aria-autocomplete": "list",
    "aria-activedescendant": current >= 0 ? `${id}-${current}` : undefined,
  };
  return (
    <Dialog open title="Find" close={close} kind="palette">
      <input
        {...combobox}
        ref={input}
        class="palette-input"
        type="search"
        aria-label="Find"
        autocomplete="off"
        spellcheck={false}
        placeholder="A run, an artifact, a person, a tag, a page"
        value={words}
        onInput={(event) => {
          setWords(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={keyed}
      />
      <div class="hits" role="listbox" id={`${id}-list`} aria-label="Found" ref={list}>
        {hits.map((hit, i) => (
          <Found
            key={`${hit.kind} ${hit.href ?? hit.title}`}
            id={`${id}-${i}`}
            hit={hit}
            current={i === current}
            pick={() => pick(hit)}
          />
        ))}
      </div>
      {hits.length === 0 && (
        <p class="soft">{loading ? "Looking …" : (trouble?.message ?? "Nothing is called like that.")}</p>
      )}
    </Dialog>
  );
}

const icons: Record<string, string> = {
  run: "runs",
  artifact: "artifacts",
  alias: "artifacts",
  sweep: "sweeps",
  pipeline: "pipelines",
  policy: "policies",
};

function Found({
  id,
  hit: { kind, title, detail },
  current,
  pick,
}: {
  id: string;
  hit: Hit;
  current: boolean;
  pick(): void;
}) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the input above has the focus, and its Enter picks
    <div id={id} role="option" tabIndex={-1} aria-selected={current} onClick={pick}>
      <Icon name={icons[kind] ?? "right"} />
      <span class="cut">{title}</span>
      <span class="soft cut">{detail}</span>
      <span class="kind">{kind}</span>
    </div>
  );
}

function matches(title: string, words: string): boolean {
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => title.toLowerCase().includes(word));
}

/** The value once it has stayed the same for a while. */
function useSlow(value: string, ms: number): string {
  const [slow, setSlow] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return slow;
}

/** What was opened from here before, the last first. */
function recent(): Hit[] {
  try {
    const value: unknown = JSON.parse(recall("recent") ?? "[]");
    return Array.isArray(value)
      ? value.filter((hit): hit is Hit => typeof hit?.title === "string" && typeof hit.href === "string")
      : [];
  } catch {
    return [];
  }
}

function keepRecent({ kind, title, detail, href }: Hit): void {
  const others = recent().filter((hit) => hit.href !== href);
  remember("recent", JSON.stringify([{ kind, title, detail, href }, ...others].slice(0, mostRecent)));
}
