#!/usr/bin/env node
// lab-completion - completions for bash, zsh and fish
import fs from "node:fs";
import path from "node:path";
import { command } from "../lib/command/command.js";

export const spec = {
  name: "lab-completion",
  usage: ["bash|zsh|fish"],
  options: { text: { type: "boolean", help: "the script as it is, also into a pipe" } },
  columns: ["text"],
  view: (record: Record<string, unknown>) => String(record["text"]),
  plainWith: "text",
  input: "none",
  args: [1, 1],
  writes: ["line"],
} as const;

export default command(spec, async function* (_, __, context) {
  const { fault } = await import("../lib/record/fault.js");
  const shell = context.args[0] ?? "";
  const file = path.join(__dirname, "../completions", `lab.${shell}`);
  if (!["bash", "zsh", "fish"].includes(shell))
    throw fault("usage", `no completion for '${shell}'`, { hint: "bash, zsh or fish" });
  yield { type: "line", v: 1, text: fs.readFileSync(file, "utf8") };
});
