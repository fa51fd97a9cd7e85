#!/usr/bin/env node
// lab-units - let systemd or cron start the agent
import { command } from "../lib/command/command.js";
import { manageUnits } from "../lib/verb/agent/installing-units.js";
import { unitView } from "../lib/verb/units/view.js";

export const spec = {
  name: "lab-units",
  usage: ["install|remove|status|restart|logs"],
  options: {
    with: {
      type: "string",
      value: "WHAT",
      default: "auto",
      choices: ["auto", "service", "timer", "cron"],
      help: "a service that goes on, a timer of systemd, or a line of the crontab",
    },
    unconfined: { type: "boolean", help: "do not keep what the agent starts from gaining privileges" },
    lines: { type: "integer", short: "l", value: "N", default: "50", help: "so many lines of the log" },
  },
  columns: ["name", "ok", "message", "text"],
  view: unitView,
  input: "none",
  args: [1, 1],
  acts: true,
  writes: ["check", "line"],
} as const;

export default command(spec, (_, options, context) => manageUnits(context.args[0] ?? "", options, context));
