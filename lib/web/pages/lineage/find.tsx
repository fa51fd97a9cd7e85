// Finding a thing in the graph: what is found is lit up, enter goes from one to the next.
import { useMemo, useRef, useState } from "preact/hooks";
import type { LineageNode } from "../../../serve/api/lineage.js";
import { useKeys } from "../../shell/keys.js";

/** The nodes of which a word says all that was typed: of name, id, reference, alias, user, place, state. */
function foundIn(nodes: readonly LineageNode[], text: string): LineageNode[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  return nodes.filter(({ name, id, ref, aliases = [], user, path, state, type }) => {
    const all = [name, id, ref, ...aliases, user, path, state, type].filter(Boolean).join(" ").toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

export function useFound(nodes: readonly LineageNode[], text: string): readonly LineageNode[] {
  return useMemo(() => foundIn(nodes, text), [nodes, text]);
}

export function FindNode({
  text,
  change,
  found,
  onGo,
}: {
  text: string;
  change(text: string): void;
  found: readonly LineageNode[];
  onGo(node: LineageNode): void;
}) {
  const input = useRef<HTMLInputElement>(null);
  const [at, setAt] = useState(-1);
  useKeys([{ keys: "/", does: "find in the graph", run: () => input.current?.focus() }]);
  const go = (by: number) => {
    const next = (at + by + found.length) % found.length;
    const node = found[next];
    if (!node) return;
    setAt(next);
    onGo(node);
  };
  return (
    <span class="graph-find">
      <input
        ref={input}
        type="search"
        value={text}
        placeholder="Find here"
        aria-label="Find in the graph; enter goes to the next"
        onInput={(event) => {
          setAt(-1);
          change(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") go(event.shiftKey ? -1 : 1);
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      <span class="soft" aria-live="polite">
        {text.trim() &&
          (found.length === 0 ? "none" : at < 0 ? `${found.length} found` : `${at + 1} of ${found.length}`)}
      </span>
    </span>
  );
}
