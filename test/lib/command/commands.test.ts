import t from "tap";
import { commands, groups, purposeOf } from "../../../lib/command/commands.js";

t.test("each command once, in a group, with a purpose of a line", async (t) => {
  t.equal(new Set(commands.map(({ name }) => name)).size, commands.length);
  for (const { name, group, purpose } of commands) {
    t.match(name, /^lab(-[a-z]+)*$/);
    t.ok(group in groups, name);
    t.match(purpose, /^\S.{5,58}[^.\s]$/, name);
  }
});

t.test("the purpose of a command", async (t) => {
  t.equal(purposeOf("lab-ls"), "list runs");
  t.equal(purposeOf("lab-nothing"), "");
});
