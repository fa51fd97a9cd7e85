#!/usr/bin/env node
// lab-config - the resolved configuration and where each value came from
import { command } from "../lib/command/command.js";
import { fault } from "../lib/record/fault.js";
import { nearest } from "../lib/record/names.js";
import { settingView } from "../lib/verb/setting-view.js";

export const spec = {
  name: "lab-config",
  usage: ["[KEY…]"],
  options: { files: { type: "boolean", help: "only the files that are read, the weakest first" } },
  columns: ["key", { key: "value", title: "value" }, "from", "note"],
  view: settingView,
  input: "none",
  args: [0, Number.POSITIVE_INFINITY],
  writes: ["setting"],
} as const;

export default command(spec, async function* (_, { files }, context) {
  const resolved = await context.config();
  if (files) {
    for (const file of resolved.files) yield { type: "setting", v: 1, key: "file", value: file, from: file };
    return;
  }
  const { settings } = await import("../lib/config/settings.js");
  const rows = await settings(resolved);
  for (const asked of context.args) {
    if (rows.some(({ key }) => key === asked || key.startsWith(`${asked}.`))) continue;
    const near = nearest(
      asked,
      rows.map(({ key }) => key),
    );
    context.report(
      undefined,
      fault("noinput", `no setting '${asked}'`, { hint: near ? `did you mean ${near}?` : "lab config shows all" }),
    );
  }
  for (const row of rows) {
    if (context.args.length === 0 || context.args.some((key) => row.key === key || row.key.startsWith(`${key}.`)))
      yield row;
  }
});
