// A graph to move about in: nodes that are real links and buttons, arrows between them, paths lit up from the node in question.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Button } from "../parts/button.js";
import { GraphLines } from "./graph-lines.js";
import { type Box, layoutOf } from "./layout.js";
import { MiniMap, waysOf } from "./mini-map.js";
import { useViewBox, type View } from "./view-box.js";
import { type Ends, endsOf, pathsThrough, stepFrom } from "./walk.js";

export interface GraphEdge {
  from: string;
  to: string;
  /** What the arrow says, for those who hear it. */
  kind?: string;
}

interface GraphShape<N extends { id: string }> {
  label: string;
  nodes: readonly N[];
  edges: readonly GraphEdge[];
  sizeOf(node: N): { width: number; height: number };
  /** The inside of a node's box; `reach` is the tabindex of what in it can be focused. */
  draw(node: N, reach: 0 | -1): ComponentChildren;
  /** Where to begin. */
  start: string | undefined;
  /** The kind of its state, for where there are too many to be drawn whole. */
  stateOf?: (node: N) => string;
  /** What a key other than an arrow does at a node. */
  onKey?: (key: string, node: N) => boolean;
  tools?: ComponentChildren;
  /** What is looked for: all else steps back. */
  marked?: ReadonlySet<string> | undefined;
  /** Another one each time it is to be gone to. */
  target?: { id: string } | undefined;
}

export default function Graph<N extends { id: string }>(shape: GraphShape<N>) {
  const { label, nodes, edges, sizeOf, draw, start, onKey, tools, marked, target } = shape;
  const drawn = useMemo(
    () =>
      layoutOf(
        nodes.map((node) => ({ id: node.id, ...sizeOf(node) })),
        edges,
      ),
    [nodes, edges],
  );
  const ends = useMemo(() => endsOf(edges), [edges]);
  const [current, setCurrent] = useState(start);
  const [pointed, point] = useState<string | undefined>(undefined);
  const [focused, focus] = useState(false);
  const at = current !== undefined && drawn.boxes.has(current) ? current : (start ?? nodes[0]?.id);
  const around = useMemo(() => (start === undefined ? undefined : drawn.boxes.get(start)), [drawn, start]);
  const { view, size, box, fit, zoom, reveal, centre } = useViewBox(drawn, around);
  const lit = useMemo(() => {
    const of = pointed ?? (focused ? at : undefined);
    return of === undefined ? undefined : pathsThrough(of, ends);
  }, [pointed, focused, at, ends]);
  useLayoutEffect(() => {
    const place = target && drawn.boxes.get(target.id);
    if (!place) return;
    setCurrent(target.id);
    centre(place.x + place.width / 2, place.y + place.height / 2, legible);
  }, [target, drawn]);
  const far = view.scale < outlined && nodes.length > 150;
  const bright = lit ?? marked;
  const wanted = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    if (wanted.current === undefined) return;
    box.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(wanted.current)}"] [tabindex="0"]`)?.focus();
    wanted.current = undefined;
  });
  const keyed = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey || at === undefined) return;
    const next = stepFrom(at, event.key, ends, drawn.boxes);
    const node = nodes.find(({ id }) => id === at);
    const tool = { "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), f: () => fit(true) }[event.key];
    if (next !== undefined) {
      setCurrent(next);
      wanted.current = next;
      const place = drawn.boxes.get(next);
      if (place) reveal(place);
    } else if (tool) tool();
    else if (!node || !onKey?.(event.key, node)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const seen = nodes.filter(
    ({ id }) => id === at || (inSight(drawn.boxes.get(id), view, size) && (!far || marked?.has(id) || id === start)),
  );
  return (
    <div class="graph">
      <div class="graph-tools">
        {tools}
        <span class="graph-zoom">
          <Button look="plain" title="Smaller (-)" onClick={() => zoom(0.8)}>
            −
          </Button>
          <Button look="plain" title="Larger (+)" onClick={() => zoom(1.25)}>
            +
          </Button>
          <Button look="plain" title="Everything in sight (f)" onClick={() => fit(true)}>
            Fit
          </Button>
        </span>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms */}
      <div
        ref={box}
        class="graph-box"
        role="group"
        aria-label={label}
        onKeyDown={keyed}
        onFocusIn={(event) => {
          const id = (event.target as Element).closest<HTMLElement>("[data-node]")?.dataset["node"];
          if (id !== undefined) setCurrent(id);
          focus(id !== undefined && (event.target as Element).matches(":focus-visible"));
        }}
        onFocusOut={() => focus(false)}
        onMouseLeave={() => point(undefined)}
      >
        <GraphLines drawn={drawn} edges={edges} lit={lit} view={view} size={size} />
        <div
          class="graph-plane"
          style={{
            transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
            width: `${drawn.width}px`,
            height: `${drawn.height}px`,
          }}
        >
          {far && <Outlines drawn={drawn.boxes} nodes={nodes} stateOf={shape.stateOf} />}
          {seen.map((node) => {
            const place = drawn.boxes.get(node.id);
            if (!place) return null;
            const kind = `${bright && !bright.has(node.id) ? "dim" : ""} ${marked?.has(node.id) ? "marked" : ""} ${node.id === at ? "current" : ""}`;
            return (
              // biome-ignore lint/a11y/noStaticElementInteractions: pointing only lights up; the focus of what is in it does so too
              <div
                key={node.id}
                data-node={node.id}
                class={`graph-node ${kind}`}
                style={{
                  transform: `translate(${place.x}px, ${place.y}px)`,
                  width: `${place.width}px`,
                  height: `${place.height}px`,
                }}
                onMouseEnter={() => point(node.id)}
                onMouseLeave={() => point(undefined)}
              >
                {draw(node, node.id === at ? 0 : -1)}
              </div>
            );
          })}
        </div>
        <MiniMap drawn={drawn} view={view} size={size} marked={marked} onGo={centre} />
      </div>
    </div>
  );
}

/** Below this scale words are not read, and of many nodes only their shapes are drawn. */
const outlined = 0.32;
const legible = 0.8;

function Outlines<N extends { id: string }>({
  drawn,
  nodes,
  stateOf = () => "",
}: {
  drawn: ReadonlyMap<string, Box>;
  nodes: readonly N[];
  stateOf: GraphShape<N>["stateOf"] | undefined;
}) {
  const ways = useMemo(() => {
    const kinds = new Map<string, Set<string>>();
    for (const node of nodes) {
      const kind = stateOf(node);
      const ids = kinds.get(kind);
      if (ids) ids.add(node.id);
      else kinds.set(kind, new Set([node.id]));
    }
    return [...kinds].map(([kind, ids]) => [kind, waysOf(drawn, 1, 1, ids)] as const);
  }, [drawn, nodes]);
  return (
    <svg class="graph-outlines" aria-hidden="true">
      {ways.map(([kind, way]) => (
        <path key={kind} class={kind} d={way} />
      ))}
    </svg>
  );
}

/** Thousands of nodes are drawn only where somebody looks. */
function inSight(place: Box | undefined, { x, y, scale }: View, size: { width: number; height: number }): boolean {
  if (!place) return false;
  const margin = 200;
  const [left, top] = [place.x * scale + x, place.y * scale + y];
  const [right, bottom] = [left + place.width * scale, top + place.height * scale];
  return right > -margin && bottom > -margin && left < size.width + margin && top < size.height + margin;
}

export type { Ends };
