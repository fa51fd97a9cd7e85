// Lineage as text: what a thing was made from, and what was made of it, one line each; for who hears the page, or reads it.
import { useMemo } from "preact/hooks";
import { endsOf } from "../../charts/walk.js";
import { Counts } from "../../parts/counts-bar.js";
import { figure } from "../../parts/format.js";
import { StateMark } from "../../parts/state-mark.js";
import { useQueryAll } from "../../shell/router.js";
import { isPile, piled, type Shown, statesOf } from "./alike.js";
import { hrefOfNode } from "./node.js";
import type { Around } from "./state.js";

const titles = { up: "Made from", down: "Made of it" } as const;

export function Outline({ around, onMore }: { around: Around; onMore(id: string, way: "up" | "down"): void }) {
  const [opened, setOpened] = useQueryAll("open");
  const openedWords = opened.join(" ");
  const { nodes, edges } = useMemo(() => piled(around, new Set(opened)), [around, openedWords]);
  const open = (id: string) => setOpened([...opened, id], { push: true });
  const known = new Map(nodes.map((node) => [node.id, node]));
  const ends = endsOf(edges);
  const roots = nodes.filter((node) => !isPile(node) && node.asked);
  return (
    <div class="outline">
      {(["up", "down"] as const).map((way) => (
        <section key={way}>
          <h2>{titles[way]}</h2>
          {roots.map((root) => (
            <Branch
              key={root.id}
              node={root}
              way={way}
              known={known}
              links={ends[way]}
              seen={new Set()}
              onMore={onMore}
              onOpen={open}
            />
          ))}
        </section>
      ))}
    </div>
  );
}

interface BranchShape {
  node: Shown;
  way: "up" | "down";
  known: ReadonlyMap<string, Shown>;
  links: ReadonlyMap<string, readonly string[]>;
  /** What stands above already: it is named again, and not followed. */
  seen: Set<string>;
  onMore(id: string, way: "up" | "down"): void;
  onOpen(id: string): void;
}

function Branch({ node, way, known, links, seen, onMore, onOpen }: BranchShape) {
  const again = seen.has(node.id);
  seen.add(node.id);
  const next = again ? [] : (links.get(node.id) ?? []).flatMap((id) => known.get(id) ?? []);
  const more = again || isPile(node) ? undefined : node.more?.[way];
  return (
    <ul>
      <li>
        <Line node={node} again={again && next.length === 0} onOpen={onOpen} />
        {next.map((one) => (
          <Branch
            key={one.id}
            node={one}
            way={way}
            known={known}
            links={links}
            seen={seen}
            onMore={onMore}
            onOpen={onOpen}
          />
        ))}
        {more !== undefined && (
          <button type="button" class="button plain" onClick={() => onMore(node.id, way)}>
            {more} more
          </button>
        )}
      </li>
    </ul>
  );
}

function Line({ node, again, onOpen }: { node: Shown; again: boolean; onOpen(id: string): void }) {
  if (isPile(node))
    return (
      <div class="outline-line">
        <span class="soft">{node.type}</span>
        <button type="button" class="link" onClick={() => onOpen(node.id)}>
          {figure(node.members.length)} × {node.name}
        </button>
        <Counts counts={statesOf(node)} />
        {again && <span class="soft">as above</span>}
      </div>
    );
  return (
    <div class="outline-line">
      <span class="soft">{node.type}</span>
      <a class="inline" href={hrefOfNode(node)}>
        {node.name ?? node.id}
      </a>
      {node.state && <StateMark state={node.state} />}
      {node.aliases && <span>{node.aliases.join(", ")}</span>}
      {node.ref && <code class="soft">{node.ref}</code>}
      {again && <span class="soft">as above</span>}
    </div>
  );
}
