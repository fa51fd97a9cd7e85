#!/usr/bin/env node
// lab-help - what commands there are, and their manual pages
import { command } from "../lib/command/command.js";
import { commands, groups } from "../lib/command/commands.js";
import { fault } from "../lib/record/fault.js";
import { isName, nearest } from "../lib/record/names.js";

export const spec = {
  name: "lab-help",
  usage: ["[COMMAND]"],
  options: { unknown: { type: "string", value: "WORD", help: "say that WORD is no command, and which one was meant" } },
  columns: [{ key: "name", title: "command" }, "group", "purpose"],
  view: (record: Record<string, unknown>) => String(record["text"] ?? ""),
  input: "none",
  args: [0, 1],
  writes: ["command"],
} as const;

export default command(spec, async function* (_, { unknown }, context) {
  const asked = context.args[0]?.replace(/^lab-/, "");
  if (unknown !== undefined) throw noCommand(unknown);
  if (asked !== undefined) {
    const entry = commands.find(({ name }) => name === `lab-${asked}` || name === asked);
    if (!entry) throw noCommand(asked);
    const { manual } = await import("../lib/command/manual.js");
    await manual(entry.name, context);
    return;
  }
  yield* rows(context.terminal.out);
});

function noCommand(word: string) {
  const near = nearest(
    word.replace(/^lab-/, ""),
    commands.map(({ name }) => name.replace(/^lab-/, "")),
  );
  const other = isName(word) ? `; a program lab-${word} on PATH would be one` : "";
  return fault("usage", `'${word}' is no lab command`, {
    hint: near ? `did you mean 'lab ${near}'?` : `lab help lists them${other}`,
  });
}

function* rows(forEyes: boolean): Generator<object> {
  for (const [group, title] of Object.entries(groups)) {
    const members = commands.filter((entry) => entry.group === group);
    const lines = members.map(({ name, purpose }) => `  ${name.padEnd(18)} ${purpose}\n`);
    if (forEyes) yield { type: "command", v: 1, id: group, text: `${title}\n${lines.join("")}\n` };
    else for (const { name, purpose } of members) yield { type: "command", v: 1, id: name, name, group, purpose };
  }
  if (forEyes)
    yield {
      type: "command",
      v: 1,
      id: "end",
      text: "lab COMMAND --help is short, man lab-COMMAND is the whole story, man lab shows how they fit.\n",
    };
}
