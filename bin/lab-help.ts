#!/usr/bin/env node
// lab-help - what commands there are, and their manual pages
import { command } from "../lib/command/command.js";
import { commands, groups } from "../lib/command/commands.js";
import { namesakeOf, nearestPage, pageOf, topics } from "../lib/command/topics.js";
import { fault } from "../lib/record/fault.js";
import { isName } from "../lib/record/names.js";
import { helpView } from "../lib/verb/show/help-view.js";

export const spec = {
  name: "lab-help",
  usage: ["[COMMAND | TOPIC]"],
  options: { unknown: { type: "string", value: "WORD", help: "say that WORD is no command, and which one was meant" } },
  columns: [{ key: "name", title: "command" }, "group", "purpose"],
  view: helpView(),
  // Also for a pager; programs ask for --json.
  drawn: true,
  input: "none",
  args: [0, 1],
  writes: ["command"],
} as const;

export default command(spec, async function* (_, { unknown }, context) {
  if (unknown !== undefined) throw noCommand(unknown);
  const [asked] = context.args;
  if (asked === undefined) {
    yield* rows();
    return;
  }
  const found = pageOf(asked);
  if (!found) throw noPage(asked);
  const { manual } = await import("../lib/command/manual.js");
  await manual(found.page, found.section, context);
  const other = found.section === 1 ? namesakeOf(found.page) : undefined;
  if (other)
    context.say(
      `there is ${other.page}(${other.section}) too, ${other.purpose}: lab help ${other.name}.${other.section}`,
    );
});

function noCommand(word: string) {
  const near = nearestPage(word, commands);
  const topic = topics.some(({ name }) => name === word);
  const other = isName(word) ? `; a program lab-${word} on PATH would be one` : "";
  return fault("usage", `'${word}' is no lab command`, {
    hint: topic ? `lab help ${word} tells of it` : near ? `did you mean 'lab ${near}'?` : `lab help lists them${other}`,
  });
}

function noPage(word: string) {
  const near = nearestPage(word);
  return fault("usage", `the manual has no '${word}'`, {
    hint: near ? `did you mean 'lab help ${near}'?` : "lab help lists them",
  });
}

function* rows(): Generator<object> {
  for (const group of Object.keys(groups))
    for (const { name, purpose } of commands.filter((entry) => entry.group === group))
      yield { type: "command", v: 1, id: name, name, group, purpose };
  for (const { name, page, section, purpose } of topics)
    yield {
      ...{ type: "command", v: 1, id: `${page}.${section}` },
      ...{ name: namesakeOf(page) ? `${name}.${section}` : name, group: "manual", purpose },
    };
}
