#!/usr/bin/env node
// lab-gc - free what nobody needs any more, after telling what it is
import { command } from "../lib/command/command.js";
import { fault } from "../lib/record/fault.js";
import { collect } from "../lib/verb/gc/collecting.js";

export const spec = {
  name: "lab-gc",
  usage: [""],
  options: {
    apply: { type: "boolean", help: "remove it; without this it is only told" },
    "older-than": { type: "duration", value: "TIME", default: "1d", help: "what is younger stays" },
  },
  columns: [
    "kind",
    { key: "bytes", title: "size", format: "size" },
    { key: "modified_at", title: "age", format: "age" },
    "path",
    "reason",
  ],
  ids: (record: Record<string, unknown>) => (typeof record["path"] === "string" ? [record["path"]] : []),
  input: "none",
  args: [0, 0],
  acts: true,
  writes: ["garbage"],
} as const;

export default command(spec, (_, { apply, "older-than": older_s }, context) => {
  if (older_s < 3600)
    throw fault("usage", "--older-than must be an hour at least", {
      hint: "what is younger may be about to be needed",
    });
  return collect({ apply, older_s }, context);
});
