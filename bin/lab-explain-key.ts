#!/usr/bin/env node
// lab-explain-key - what made a cache key, and what makes two differ
import { command } from "../lib/command/command.js";
import { explainKeys } from "../lib/verb/show/explaining-keys.js";
import { digestsOf, keyView } from "../lib/verb/show/key-view.js";

export const spec = {
  name: "lab-explain-key",
  usage: ["A [B]", "[- B] < RUNS"],
  options: {
    set: { type: "strings", value: "PATH=VALUE", help: "change one value of the recipes: params.lr=3e-4" },
  },
  columns: ["run", { key: "digest", title: "key" }, "epoch", "same"],
  view: keyView,
  ids: digestsOf,
  input: "runs",
  args: [0, 2],
  reads: ["run", "status"],
  writes: ["key", "key-comparison"],
} as const;

export default command(spec, (records, options, context) => explainKeys(records, options, context));
