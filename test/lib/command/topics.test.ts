import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { commands } from "../../../lib/command/commands.js";
import { nearestPage, pageOf, topics } from "../../../lib/command/topics.js";
import { root } from "../../support/sandbox.js";

t.test("every page that is no command's is a topic, with the words of its own heading", async (t) => {
  const there = ["5", "7"].flatMap((section) => fs.readdirSync(path.join(root, `man/man${section}`)));
  t.strictSame(topics.map(({ page, section }) => `${page}.${section}`).sort(), there.sort());
  for (const { page, section, purpose } of topics) {
    const text = fs.readFileSync(path.join(root, `man/man${section}/${page}.${section}`), "utf8");
    t.ok(text.includes(`.Nd ${purpose}\n`), `${page}(${section}) says '${purpose}'`);
  }
});

t.test("a page by its name, with and without lab-", async (t) => {
  t.match(pageOf("recipe"), { page: "lab-recipe", section: 5 });
  t.match(pageOf("lab-recipe"), { page: "lab-recipe", section: 5 });
  t.match(pageOf("concepts"), { page: "lab", section: 7 });
  t.strictSame(pageOf("lab"), { page: "lab", section: 1 });
  for (const { name } of commands) {
    t.strictSame(pageOf(name), { page: name, section: 1 });
    t.strictSame(pageOf(name.replace(/^lab-/, "")), { page: name, section: 1 });
  }
  t.equal(pageOf("../recipe"), undefined);
  t.equal(pageOf("constructor"), undefined);
});

t.test("what was meant", async (t) => {
  t.equal(nearestPage("recipee"), "recipe");
  t.equal(nearestPage("lab-statsu"), "status");
  t.equal(nearestPage("recipee", commands), undefined);
});
