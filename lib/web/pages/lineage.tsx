// Lineage: where a thing comes from and what came of it, as a graph to move about in, or as text.

import { useEffect, useState } from "preact/hooks";
import type { lineageApi } from "../../serve/api/lineage.js";
import { Empty } from "../parts/empty.js";
import { counted } from "../parts/format.js";
import { Heading } from "../parts/heading.js";
import { useNarrow } from "../parts/narrow.js";
import { Problem, Problems } from "../parts/problem.js";
import { Segments } from "../parts/segments.js";
import { ask } from "../shell/client.js";
import { useTitle } from "../shell/outlet.js";
import { useQuery } from "../shell/router.js";
import { toast } from "../shell/toasts.js";
import { useAsk } from "../shell/use-ask.js";
import { Drawing } from "./lineage/drawing.js";
import { hrefOfNode } from "./lineage/node.js";
import { Outline } from "./lineage/outline.js";
import { type Around, merged } from "./lineage/state.js";

const path = "/api/v1/lineage/:what";
/** As many as a browser draws without a wait. */
const most = 5000;
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
  const [view, setView] = useQuery("view", useNarrow() ? "outline" : "graph");
  const [limit, setLimit] = useQuery("limit");
  const { answer, trouble, again } = useAsk<typeof lineageApi>(path, {
    parts: { what },
    query: { direction, depth, ...(limit ? { limit } : {}) } as never,
  });
  const [more, setMore] = useState<Around>();
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
        beside={
          around && (
            <Said
              around={around}
              cut={answer?.cut}
              notes={answer?.notes}
              onAll={limit ? undefined : () => setLimit(String(most), { push: true })}
            />
          )
        }
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
              <Outline around={around} onMore={unfold} />
            </>
          ) : (
            <Drawing around={around} root={root?.id} tools={tools} onMore={unfold} />
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
  onAll,
}: {
  around: Around;
  cut?: number | undefined;
  notes?: readonly string[] | undefined;
  onAll: (() => void) | undefined;
}) {
  return (
    <>
      {counted(around.nodes.length, "thing")}
      {cut > 0 && `, and ${counted(cut, "more", "more")} beyond: + shows them`}
      {cut > 0 && onAll && (
        <>
          ,{" "}
          <button type="button" class="link" onClick={onAll}>
            or all of them at once
          </button>
        </>
      )}
      {notes.map((note) => ` · ${note}`)}
    </>
  );
}
