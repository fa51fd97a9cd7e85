#!/usr/bin/env node
// lab-doctor - look whether everything is as it should be
import { command } from "../lib/command/command.js";
import { diagnose, findingView } from "../lib/verb/doctor/doctoring.js";

export const spec = {
  name: "lab-doctor",
  usage: [""],
  options: { failing: { type: "boolean", short: "f", help: "only what is not well" } },
  columns: ["name", "ok", "severity", "path", "message", "hint"],
  view: findingView,
  input: "none",
  args: [0, 0],
  writes: ["check"],
} as const;

export default command(spec, async function* (_, { failing }, context) {
  for await (const finding of diagnose(context)) {
    if (finding.severity === "error") context.no();
    if (!finding.ok || !failing) yield finding;
  }
});
