#!/usr/bin/env node
// lab-narrate - why runs were made and what was learned, as Markdown
import { command, type Spec } from "../lib/command/command.js";
import { plain } from "../lib/command/plain.js";
import { narrativeText } from "../lib/graph/narrative.js";
import type { NarrativeRecord } from "../lib/record/note.js";
import { narrateAll } from "../lib/verb/notes/narrating.js";

export const spec = {
  name: "lab-narrate",
  usage: ["RUN…", "< RUNS"],
  options: {},
  columns: [{ key: "run", title: "run" }, "name", "state", "message"],
  view: (record) => {
    const text = narrativeText(record as unknown as NarrativeRecord);
    return `${text.split("\n").map(plain).join("\n")}\n`;
  },
  drawn: true,
  ids: ({ run }) => (typeof run === "string" ? [run] : []),
  input: "runs",
  reads: ["run", "status"],
  writes: ["narrative"],
} as const satisfies Spec;

export default command(spec, (records, _, context) => narrateAll(records, context));
