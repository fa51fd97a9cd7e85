#!/usr/bin/env node
// lab-new - a project to begin with, and the examples
import { command } from "../lib/command/command.js";
import { startedView } from "../lib/verb/plan/started-view.js";
import { start } from "../lib/verb/plan/starting.js";

export const spec = {
  name: "lab-new",
  usage: ["[KIND [DIRECTORY]]", "--list", "--show EXAMPLE"],
  options: {
    profile: {
      type: "string",
      value: "PROFILE",
      choices: ["starter", "hpc"],
      help: "starter: the least that runs (default); hpc: for a cluster",
    },
    name: { type: "string", value: "NAME", help: "the name of its runs (else the directory's)" },
    force: { type: "boolean", help: "also where such files are: they are kept beside, as NAME~" },
    list: { type: "boolean", help: "the examples that there are" },
    show: { type: "boolean", help: "the text of an example" },
  },
  columns: ["path", "id", "purpose", "kept"],
  view: startedView,
  plainWith: "show",
  input: "none",
  acts: true,
  args: [0, 2],
  writes: ["file", "example", "line"],
} as const;

export default command(spec, (_, options, context) => start(options, context));
