#!/usr/bin/env node
// lab-fetch-artifact - bring an artifact of another cluster here
import { command } from "../lib/command/command.js";
import { fetchArtifact } from "../lib/verb/fetch/fetching.js";

export const spec = {
  name: "lab-fetch-artifact",
  usage: ["--foreign FILE ALIAS"],
  options: {
    foreign: { type: "string", value: "FILE", help: "the cluster file of the other cluster, with [remote]" },
    as: { type: "string", value: "NAME", help: "your name for it here, where that is not its name there" },
    "no-copy": { type: "boolean", help: "register it where it is: both clusters mount that file system" },
  },
  columns: ["id", "kind", "files", { key: "bytes", format: "size" }, "alias", "path"],
  input: "none",
  acts: true,
  args: [1, 1],
  writes: ["artifact"],
} as const;

export default command(spec, (_, options, context) => fetchArtifact(options, context));
