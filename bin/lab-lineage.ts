#!/usr/bin/env node
// lab-lineage - what things were made from, and what was made from them
import { command } from "../lib/command/command.js";
import { fault } from "../lib/record/fault.js";
import type { Way } from "../lib/record/lineage.js";
import { lineageView, othersOf } from "../lib/verb/show/lineage-view.js";
import { trace } from "../lib/verb/show/tracing.js";

export const spec = {
  name: "lab-lineage",
  usage: ["WHAT…", "< RECORDS"],
  options: {
    up: { type: "boolean", help: "only what it was made from" },
    down: { type: "boolean", help: "only what was made from it" },
    both: { type: "boolean", help: "both (the default)" },
    depth: { type: "integer", value: "N", help: "at most N steps away (default: all the way)" },
    steps: { type: "boolean", help: "every step of a stream and every collected file by itself" },
    dot: { type: "boolean", help: "as a graph for Graphviz" },
    mermaid: { type: "boolean", help: "as a flowchart for Mermaid" },
  },
  columns: ["depth", "from", "kind", "role", "to"],
  whole: lineageView,
  plainWith: ["dot", "mermaid"],
  ids: othersOf,
  input: "runs",
  reads: ["run", "status", "artifact", "alias"],
  writes: ["edge"],
} as const;

export default command(spec, (records, { up, down, both, depth, dot, mermaid }, context) => {
  if (depth === 0) throw fault("usage", "--depth needs at least 1");
  if (dot && mermaid) throw fault("usage", "--dot and --mermaid exclude each other");
  const ways: Way[] = [
    ...(up || both || !down ? ["up" as const] : []),
    ...(down || both || !up ? ["down" as const] : []),
  ];
  return trace(records, { ways, depth }, context);
});
