// Lineage: where a thing comes from and what came of it, as a graph to move about in, or as text.

import { useEffect, useMemo, useState } from "preact/hooks";
import type { LineageNode, lineageApi } from "../../serve/api/lineage.js";
import { endsOf, unfolded } from "../charts/walk.js";
import { Empty } from "../parts/empty.js";
import { counted } from "../parts/format.js";
import { Heading } from "../parts/heading.js";
import { lazy, useLazy } from "../parts/lazy.js";
import { Problem, Problems } from "../parts/problem.js";
import { Segments } from "../parts/segments.js";
import { ask } from "../shell/client.js";
import { useTitle } from "../shell/outlet.js";
import { go, useQuery } from "../shell/router.js";
import { toast } from "../shell/toasts.js";
import { useAsk } from "../shell/use-ask.js";
import { hrefOfNode, LineagePlace, sizeOfNode } from "./lineage-node.js";
import { Outline } from "./lineage-outline.js";
import { type Around, merged } from "./lineage-state.js";

const graph = lazy(() => import("../charts/graph.js"));
const path = "/api/v1/lineage/:what";
const ways = [
  ["both", "Both ways"],
  ["up", "Made from"],
  ["down", "Made of it"],
] as const;
const depths = [
  ["1", "1"],
  ["3", "3"],
  ["6", "6"],
  ["1000", "All"],
] as const;
const views = [
  ["graph", "Graph"],
  ["outline", "Outline"],
] as const;

export default function LineagePage({ parts: { what = "" } }: { parts: Record<string, string> }) {
  const [direction, setDirection] = useQuery("direction", "both");
  const [depth, setDepth] = useQuery("depth", "6");
  const [view, setView] = useQuery("view", "graph");
  const { answer, trouble, again } = useAsk<typeof lineageApi>(path, {
    parts: { what },
    query: { direction, depth } as never,
  });
  const [more, setMore] = useState<Around>();
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => setMore(undefined), [answer]);
  const around = more ?? answer;
  const root = answer?.nodes.find(({ asked }) => asked);
  useTitle(`Lineage of ${root?.name ?? what}`);
  const unfold = async (id: string, way: "up" | "down") => {
    if (!around) return;
    const found = await ask<typeof lineageApi>(path, {
      parts: { what: id },
      query: { direction: way, depth: "1", limit: "200" },
    }).catch((error: Error) => void toast(error.message));
    if (found) setMore(merged(around, found, { id, way }));
  };
  const fold = (id: string) =>
    setFolded((old) => (old.has(id) ? new Set([...old].filter((one) => one !== id)) : new Set([...old, id])));
  const tools = (
    <>
      <Segments label="Which way" choices={ways} chosen={direction} onChoose={setDirection} />
      <Segments label="How many steps far" choices={depths} chosen={depth} onChoose={setDepth} />
      <Segments label="As" choices={views} chosen={view} onChoose={setView} />
    </>
  );
  return (
    <>
      <Heading
        above="Lineage"
        title={root ? <a href={hrefOfNode(root)}>{root.name ?? root.id}</a> : what}
        beside={around && <Said around={around} cut={answer?.cut} notes={answer?.notes} />}
      />
      <Problems problems={answer?.problems} />
      {trouble && <Problem error={trouble} again={again} />}
      {!around && !trouble && <div class="loading" aria-busy="true" />}
      {around && root && around.edges.length === 0 && (
        <Empty
          title="It stands alone"
          text="Nothing that is known went into it, and nothing was made of it. Inputs and outputs that a recipe declares are what lineage is made from."
          command="man lab-recipe"
        />
      )}
      {around && around.edges.length > 0 && (
        <div class="fill">
          {view === "outline" ? (
            <>
              <div class="graph-tools">{tools}</div>
              <Outline nodes={around.nodes} edges={around.edges} onMore={unfold} />
            </>
          ) : (
            <Drawing around={around} folded={folded} root={root?.id} tools={tools} onMore={unfold} onFold={fold} />
          )}
        </div>
      )}
    </>
  );
}

function Said({
  around,
  cut = 0,
  notes = [],
}: {
  around: Around;
  cut?: number | undefined;
  notes?: readonly string[] | undefined;
}) {
  return (
    <>
      {counted(around.nodes.length, "thing")}
      {cut > 0 && `, and ${counted(cut, "more", "more")} beyond: + shows them`}
      {notes.map((note) => ` · ${note}`)}
    </>
  );
}

interface DrawingShape {
  around: Around;
  folded: ReadonlySet<string>;
  root: string | undefined;
  tools: preact.ComponentChildren;
  onMore(id: string, way: "up" | "down"): void;
  onFold(id: string): void;
}

function Drawing({ around, folded, root, tools, onMore, onFold }: DrawingShape) {
  const Graph = useLazy(graph);
  const { nodes, edges } = useMemo(() => {
    const roots = around.nodes.flatMap(({ id, asked }) => (asked ? [id] : []));
    const seen = unfolded(roots, endsOf(around.edges), folded);
    return {
      nodes: around.nodes.filter(({ id }) => seen.has(id)),
      edges: around.edges.filter(({ from, to }) => seen.has(from) && seen.has(to)),
    };
  }, [around, folded]);
  if (!Graph) return <div class="loading" aria-busy="true" />;
  const keyed = (key: string, node: LineageNode) => {
    if (key === "e" && node.more?.down !== undefined) onMore(node.id, "down");
    else if (key === "e" && node.more?.up !== undefined) onMore(node.id, "up");
    else if (key === " ") onFold(node.id);
    else if (key === "l") go(`/lineage/${node.id}`);
    else return false;
    return true;
  };
  return (
    <Graph
      label="Lineage: arrow keys follow the edges, enter opens, e shows more, space folds, l begins anew from there"
      nodes={nodes}
      edges={edges}
      sizeOf={sizeOfNode}
      start={root}
      onKey={keyed as never}
      tools={tools}
      draw={(node, reach) => (
        <LineagePlace
          node={node as LineageNode}
          reach={reach}
          folded={folded.has(node.id)}
          onMore={(way) => onMore(node.id, way)}
          onFold={() => onFold(node.id)}
        />
      )}
    />
  );
}
