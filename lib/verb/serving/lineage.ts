// Lineage as the page draws it: the edges that lab-lineage writes.
import type { Edge } from "../../record/artifact.js";
import type { Way } from "../../record/lineage.js";
import { lineageApi } from "../../serve/api/lineage.js";
import { trace } from "../tracing.js";
import { answering } from "./answering.js";
import { anyRef } from "./refs.js";

const ways: Record<"up" | "down" | "both", readonly Way[]> = { up: ["up"], down: ["down"], both: ["up", "down"] };

export const lineage = answering(lineageApi, async ({ what = "" }, { direction = "both", depth }, { context }) => {
  const edges: Edge[] = [];
  const notes: string[] = [];
  const own = { ...context, args: [anyRef(what)], say: (message: string) => void notes.push(message) };
  for await (const edge of trace(nothing(), { ways: ways[direction], depth }, own)) edges.push(edge as Edge);
  return { edges, ...(notes.length > 0 ? { notes } : {}) };
});

async function* nothing(): AsyncGenerator<never> {}
