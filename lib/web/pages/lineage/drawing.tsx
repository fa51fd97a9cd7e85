// Lineage as a graph: what is alike as one, what is folded left out, what is looked for lit up.
import { useMemo, useState } from "preact/hooks";
import type { LineageNode } from "../../../serve/api/lineage.js";
import { endsOf, unfolded } from "../../charts/walk.js";
import { Button } from "../../parts/button.js";
import { figure } from "../../parts/format.js";
import { lazy, useLazy } from "../../parts/lazy.js";
import { kindOfState } from "../../parts/state-mark.js";
import { go, useQuery, useQueryAll } from "../../shell/router.js";
import { isPile, piled, type Shown } from "./alike.js";
import { FindNode, useFound } from "./find.js";
import { LineagePile, LineagePlace, sizeOfNode } from "./node.js";
import type { Around } from "./state.js";

const graph = lazy(() => import("../../charts/graph.js"));

interface DrawingShape {
  around: Around;
  root: string | undefined;
  tools: preact.ComponentChildren;
  onMore(id: string, way: "up" | "down"): void;
}

export function Drawing({ around, root, tools, onMore }: DrawingShape) {
  const Graph = useLazy(graph);
  const [alike, setAlike] = useQuery("alike", "one");
  const [opened, setOpened] = useQueryAll("open");
  const [text, setText] = useQuery("find");
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [target, setTarget] = useState<{ id: string }>();
  const one = alike === "one";
  const openedWords = opened.join(" ");
  const { nodes, edges, kept } = useMemo(() => {
    const roots = around.nodes.flatMap(({ id, asked }) => (asked ? [id] : []));
    const seen = unfolded(roots, endsOf(around.edges), folded);
    const left = {
      nodes: around.nodes.filter(({ id }) => seen.has(id)),
      edges: around.edges.filter(({ from, to }) => seen.has(from) && seen.has(to)),
    };
    return { ...(one ? piled(left, new Set(opened)) : left), kept: left.nodes };
  }, [around, folded, one, openedWords]);
  const piles = useMemo(
    () => new Map(nodes.flatMap((node) => (isPile(node) ? node.members.map(({ id }) => [id, node.id] as const) : []))),
    [nodes],
  );
  const found = useFound(kept, text);
  const marked = useMemo(
    () => (text.trim() ? new Set(found.map(({ id }) => piles.get(id) ?? id)) : undefined),
    [found, piles, text],
  );
  if (!Graph) return <div class="loading" aria-busy="true" />;
  const fold = (id: string) =>
    setFolded((old) => (old.has(id) ? new Set([...old].filter((other) => other !== id)) : new Set([...old, id])));
  const open = (id: string) => setOpened([...opened, id], { push: true });
  const keyed = (key: string, node: Shown) => {
    if (isPile(node)) {
      if (key !== " " && key !== "e") return false;
      open(node.id);
    } else if (key === "e" && node.more?.down !== undefined) onMore(node.id, "down");
    else if (key === "e" && node.more?.up !== undefined) onMore(node.id, "up");
    else if (key === " ") fold(node.id);
    else if (key === "l") go(`/lineage/${node.id}`);
    else return false;
    return true;
  };
  const several = piles.size > 0 || opened.length > 0 || !one;
  return (
    <Graph
      label="Lineage: arrow keys follow the edges, enter opens, e shows more, space folds, l begins anew from there"
      nodes={nodes}
      edges={edges}
      sizeOf={sizeOfNode}
      stateOf={(node) => stateOf(node as Shown)}
      start={root}
      onKey={keyed as never}
      marked={marked}
      target={target}
      tools={
        <>
          {tools}
          {several && (
            <label class="graph-alike">
              <input
                type="checkbox"
                checked={one}
                onChange={(event) => setAlike(event.currentTarget.checked ? "one" : "each", { push: true })}
              />
              alike as one
            </label>
          )}
          {one && opened.length > 0 && (
            <Button look="plain" onClick={() => setOpened([], { push: true })}>
              Close {figure(opened.length)} opened
            </Button>
          )}
          <FindNode
            text={text}
            change={setText}
            found={found}
            onGo={({ id }) => setTarget({ id: piles.get(id) ?? id })}
          />
        </>
      }
      draw={(node, reach) =>
        isPile(node as Shown) ? (
          <LineagePile pile={node as never} reach={reach} onOpen={() => open(node.id)} />
        ) : (
          <LineagePlace
            node={node as LineageNode}
            reach={reach}
            folded={folded.has(node.id)}
            onMore={(way) => onMore(node.id, way)}
            onFold={() => fold(node.id)}
          />
        )
      }
    />
  );
}

function stateOf(node: Shown): string {
  return isPile(node) ? "pile" : node.asked ? "asked" : node.state ? kindOfState(node.state) : "thing";
}
