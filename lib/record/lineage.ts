// What lineage is about: things, and what leads from one to the next.
import type { Edge, NodeType } from "./artifact.js";

/** A thing that lineage knows, and what a person is told of it: the fields of an edge's end. */
export interface Node {
  id: string;
  type: NodeType;
  name?: string;
  ref?: string;
  aliases?: string[];
  state?: string;
  user?: string;
  path?: string;
}

/** One arrow of a node: to (`down`) or from (`up`) a neighbour. */
export interface Link {
  node: Node;
  kind: Edge["kind"];
  role?: string;
  step?: number;
}

/** `up`: what it was made from; `down`: what was made of it. */
export type Way = "up" | "down";

export type Neighbours = (node: Node, way: Way) => Promise<readonly Link[]>;
