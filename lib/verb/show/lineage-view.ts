// Lineage for eyes: a tree, or a text that another program draws.
import { dotOf } from "../../graph/dot.js";
import { drawingOf } from "../../graph/drawing.js";
import { foldSteps } from "../../graph/fold.js";
import { mermaidOf } from "../../graph/mermaid.js";
import type { Edge } from "../../record/artifact.js";
import { type TreeStyle, treeText } from "./lineage-tree.js";

/** The edges of one answer as the options ask: `dot`, `mermaid`, else a tree; with `steps` no step is folded. */
export function lineageView(
  edges: readonly Record<string, unknown>[],
  style: TreeStyle,
  { dot, mermaid, steps }: Record<string, unknown>,
): string {
  const drawing = drawingOf(edges as unknown as Edge[]);
  const shown = steps ? drawing : foldSteps(drawing);
  return dot ? dotOf(shown) : mermaid ? mermaidOf(shown) : treeText(shown, style);
}

/** The ends of an edge that were not asked about. */
export function othersOf({ from, to, from_asked, to_asked }: Record<string, unknown>): string[] {
  return [...(from_asked ? [] : [String(from)]), ...(to_asked ? [] : [String(to)])];
}
