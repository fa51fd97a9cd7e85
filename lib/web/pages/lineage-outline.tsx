// Lineage as text: what a thing was made from, and what was made of it, one line each; for who hears the page, or reads it.
import type { LineageNode } from "../../serve/api/lineage.js";
import { endsOf } from "../charts/walk.js";
import { StateMark } from "../parts/state-mark.js";
import { hrefOfNode } from "./lineage-node.js";
import type { Around } from "./lineage-state.js";

const titles = { up: "Made from", down: "Made of it" } as const;

export function Outline({ nodes, edges, onMore }: Around & { onMore(id: string, way: "up" | "down"): void }) {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const ends = endsOf(edges);
  const roots = nodes.filter(({ asked }) => asked);
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
            />
          ))}
        </section>
      ))}
    </div>
  );
}

interface BranchShape {
  node: LineageNode;
  way: "up" | "down";
  known: ReadonlyMap<string, LineageNode>;
  links: ReadonlyMap<string, readonly string[]>;
  /** What stands above already: it is named again, and not followed. */
  seen: Set<string>;
  onMore(id: string, way: "up" | "down"): void;
}

function Branch({ node, way, known, links, seen, onMore }: BranchShape) {
  const again = seen.has(node.id);
  seen.add(node.id);
  const next = again ? [] : (links.get(node.id) ?? []).flatMap((id) => known.get(id) ?? []);
  const more = again ? undefined : node.more?.[way];
  return (
    <ul>
      <li>
        <div class="outline-line">
          <span class="soft">{node.type}</span>
          <a class="inline" href={hrefOfNode(node)}>
            {node.name ?? node.id}
          </a>
          {node.state && <StateMark state={node.state} />}
          {node.aliases && <span>{node.aliases.join(", ")}</span>}
          {node.ref && <code class="soft">{node.ref}</code>}
          {again && next.length === 0 && <span class="soft">as above</span>}
        </div>
        {next.map((one) => (
          <Branch key={one.id} node={one} way={way} known={known} links={links} seen={seen} onMore={onMore} />
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
