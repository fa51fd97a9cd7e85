#!/usr/bin/env node
// lab-artifacts - list artifacts
import { command } from "../lib/command/command.js";
import { fault } from "../lib/record/fault.js";
import { listArtifacts } from "../lib/verb/show/artifact-listing.js";

export const spec = {
  name: "lab-artifacts",
  usage: [""],
  options: {
    kind: { type: "strings", value: "KIND", help: "only these: checkpoint, model, dataset, …" },
    role: { type: "strings", value: "ROLE", help: "only what runs made in this role" },
    run: { type: "strings", value: "RUN", help: "only what this run made, whoever's it is" },
    alias: {
      type: "string",
      value: "NAME",
      help: "what this name means, or what recipes call so (* and ? stand for others)",
    },
    user: { type: "strings", value: "USER", help: "whose artifacts (default yours)" },
    all: { type: "boolean", short: "a", help: "everybody's artifacts" },
    since: { type: "time", value: "TIME", help: "registered since then: 3d, today, 2026-11-20" },
    where: { type: "strings", value: "TEST", help: "only where this is so: bytes>1GB and role=model (lab-where(7))" },
    latest: { type: "boolean", help: "of each stream only the newest step" },
    history: { type: "boolean", help: "also those that have been overwritten" },
    limit: { type: "integer", short: "l", value: "N", help: "at most so many (default 50 on a terminal, else all)" },
  },
  columns: [
    { key: "id", title: "artifact" },
    "kind",
    "role",
    "step",
    "run",
    { key: "bytes", title: "size" },
    { key: "at", title: "registered", format: "age" },
    { key: "headline", title: "result", spare: true },
    { key: "alias", spare: true },
    { key: "user", spare: true },
    { key: "path", spare: true },
  ],
  input: "none",
  args: [0, 0],
  writes: ["artifact"],
} as const;

export default command(spec, (_, options, context) => {
  if (options.latest && options.history) throw fault("usage", "--latest and --history cannot go together");
  return listArtifacts(options, context);
});
