import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { launchRemedy } from "../../../../lib/verb/show/launch-remedy.js";
import { root } from "../../../support/sandbox.js";

const general = launchRemedy("something else", undefined);

t.test("every reason for which the job does not start its command has a remedy of its own", async (t) => {
  const directory = path.join(root, "lib/job/runtime");
  const messages = fs.readdirSync(directory).flatMap((name) => {
    const text = fs.readFileSync(path.join(directory, name), "utf8").replaceAll("\\\n", " ");
    return Array.from(
      text.matchAll(/(?:lab_end launch_error (?:\d+|"[^"]*")|lab_fail_launch)\s+"([^"]*)"/g),
      ([, words = ""]) => words,
    );
  });
  t.ok(messages.length > 25, `${messages.length} messages`);
  // What is a bug of ours, and what another message stands for.
  const others = /ended at a place|^\$\(<$|^\$1$/;
  for (const message of messages.filter((words) => !others.test(words)))
    t.not(launchRemedy(message, undefined), general, message);
});

t.test("another node is named where it may help", async (t) => {
  t.match(launchRemedy("cannot read the source '/x'", "n7"), /another node: resources\.exclude = "n7"$/);
  t.notMatch(launchRemedy("cannot read the source '/x'", undefined), /node:|</);
  t.notMatch(launchRemedy("the secret X is not in '/y'", "n7"), /n7/);
});
