#!/usr/bin/env node
// lab-alias - names for artifacts, and their history
import { command } from "../lib/command/command.js";
import { nameArtifacts } from "../lib/verb/naming.js";

export const spec = {
  name: "lab-alias",
  usage: ["NAME ARTIFACT", "[--history] NAME", "--remove NAME", "--list [PATTERN]"],
  options: {
    history: { type: "boolean", help: "all that the name has meant, newest first" },
    list: { type: "boolean", short: "l", help: "the names there are (* and ? stand for others)" },
    mine: { type: "boolean", short: "m", help: "your own names instead of the global ones" },
    remove: { type: "boolean", help: "take the name back; its history stays" },
    force: { type: "boolean", help: "take a global name that is somebody else's" },
    note: { type: "string", value: "TEXT", help: "why, for its history" },
  },
  columns: [
    "name",
    { key: "id", title: "artifact" },
    "role",
    "step",
    "user",
    { key: "at", title: "since", format: "age" },
    { key: "generation", spare: true },
    "note",
    { key: "path", spare: true },
  ],
  input: "none",
  acts: true,
  args: [0, 2],
  writes: ["alias"],
} as const;

export default command(spec, (_, options, context) => nameArtifacts(options, context));
