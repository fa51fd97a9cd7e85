#!/usr/bin/env node
// lab-pack - put settled runs into packs, so that lists stay quick
import { command } from "../lib/command/command.js";
import { packAll } from "../lib/verb/packing.js";

export const spec = {
  name: "lab-pack",
  usage: [""],
  options: {
    rebuild: {
      type: "boolean",
      help: "first check all packs, remove those that are damaged, and find runs that are in none",
    },
  },
  columns: ["level", "runs", "first", "last", { key: "full_bytes", title: "size", format: "size" }],
  input: "none",
  acts: true,
  writes: ["pack"],
} as const;

export default command(spec, (_, options, context) => packAll(options, context));
