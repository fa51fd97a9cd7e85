// How the kinds of things look in graphs that other programs draw, and what stands in their boxes.
import type { NodeType } from "../record/artifact.js";
import type { Thing } from "./drawing.js";

/** Fill and border, readable in black on white and on a dark page. */
export const palette: Record<NodeType, { fill: string; line: string }> = {
  run: { fill: "#d6e8fb", line: "#3573b1" },
  artifact: { fill: "#dcf3dc", line: "#3d8b40" },
  external: { fill: "#fdf0d0", line: "#b58105" },
  source: { fill: "#ececec", line: "#777777" },
  collected: { fill: "#efe3f8", line: "#8250b0" },
};
export const bad = "#c62828";

/** The lines of a thing's box: its name, what one types for it, and what is to be known of it. No control characters. */
export function wordsOf({ type, name, ref, aliases, state, user, path, cut }: Thing): string[] {
  const second = type === "external" || type === "collected" ? path : ref;
  // What a run made is whose the run is.
  const third = [state, type === "run" || ref === undefined ? user : undefined]
    .filter((word) => word !== undefined)
    .join(", ");
  const lines = [
    name,
    ...(aliases ?? []),
    ...(second === undefined || second === name ? [] : [second]),
    ...(third ? [third] : []),
  ];
  return [...lines, ...(cut ? ["…"] : [])].map((line) => line.replace(/\p{Cc}/gu, " "));
}

/** Whether the run, or what it made, is not as one wanted it. */
export function isBad({ state = "" }: Thing): boolean {
  return /^(failed|lost|cancelled|missing|overwritten)/.test(state);
}
