#!/usr/bin/env node
// lab-fsck - check that the registry is as its format promises
import { command } from "../lib/command/command.js";
import { fault } from "../lib/record/fault.js";
import { breachView, fsck } from "../lib/verb/fsck/fscking.js";

export const spec = {
  name: "lab-fsck",
  usage: ["[RUN…]"],
  options: {
    deep: { type: "boolean", help: "also read all bytes again: of artifacts, and of snapshots" },
    repair: { type: "boolean", help: "make again what follows from other files, of your own" },
    user: { type: "string", value: "USER", help: "only what is this user's" },
  },
  columns: ["severity", "check", "path", "message", "hint", { key: "repaired", spare: true }],
  view: breachView,
  ids: (record: Record<string, unknown>) => (typeof record["path"] === "string" ? [record["path"]] : []),
  input: "runs",
  acts: true,
  optional: true,
  reads: ["run", "status"],
  writes: ["problem"],
} as const;

export default command(spec, (records, { deep, repair, user }, context) => {
  if (user !== undefined && context.args.length > 0) throw fault("usage", "--user and runs cannot go together");
  return fsck(records, { deep, repair, user }, context);
});
