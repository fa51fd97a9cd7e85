// Lineage: what a thing was made from, and what was made from it.
import * as v from "valibot";
import { nodeTypes } from "../../record/artifact.js";
import { count, maybe, text, words } from "../../record/schema.js";
import { endpoint } from "./api.js";
import { choice, whole } from "./query.js";

const lineageNode = v.object({
  id: text,
  type: v.picklist(nodeTypes),
  name: maybe(text),
  ref: maybe(text),
  aliases: maybe(words),
  state: maybe(text),
  user: maybe(text),
  path: maybe(text),
  asked: maybe(v.literal(true)),
  depth: v.pipe(v.number(), v.description("edges from what was asked about; negative towards what it was made from")),
  more: maybe(
    v.pipe(v.object({ up: maybe(count), down: maybe(count) }), v.description("neighbours that are left out, by way")),
  ),
});
export type LineageNode = v.InferOutput<typeof lineageNode>;

const lineageArrow = v.object({
  from: text,
  to: text,
  kind: v.picklist(["made", "used", "part", "parent"]),
  role: maybe(text),
  step: maybe(count),
});
export type LineageArrow = v.InferOutput<typeof lineageArrow>;

export const lineageApi = endpoint({
  path: "/api/v1/lineage/:what",
  summary: "What is around a run, an artifact or an alias in the graph of what was made from what",
  query: v.object({
    direction: maybe(choice(["both", "up", "down"])),
    depth: maybe(v.pipe(whole(1, 1000), v.description("in edges; 6 where not said"))),
    limit: maybe(v.pipe(whole(1, 5000), v.description("of nodes, the nearest; 250 where not said"))),
  }),
  answer: v.object({
    nodes: v.array(lineageNode),
    edges: v.array(lineageArrow),
    cut: maybe(count),
    notes: maybe(words),
  }),
});
