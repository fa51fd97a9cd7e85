#!/usr/bin/env node
// lab-register-external - make artifacts of bytes that no run made, where they are
import { command } from "../lib/command/command.js";
import { registerPath } from "../lib/verb/registering-external.js";

export const spec = {
  name: "lab-register-external",
  usage: ["PATH"],
  options: {
    kind: { type: "string", value: "KIND", default: "dataset", help: "what it is: dataset, checkpoint, …" },
    alias: { type: "string", value: "NAME", help: "a name of your own for it" },
    digest: {
      type: "string",
      value: "HOW",
      default: "stat",
      choices: ["stat", "sha256", "none"],
      help: "what it is known by: names, sizes and times; contents; nothing",
    },
    note: { type: "string", value: "TEXT", help: "where it is from" },
    tag: { type: "strings", value: "TAG", help: "a tag" },
  },
  columns: ["id", "kind", "files", { key: "bytes", format: "size" }, "alias", "path"],
  input: "none",
  acts: true,
  args: [1, 1],
  writes: ["artifact"],
} as const;

export default command(spec, (_, options, context) => registerPath(options, context));
