// Which lines of a recipe as it came to be are marked.
import t from "tap";
import { linesNotWritten } from "../../../lib/web/pages/run/recipe-lines.js";

const written = `name = "fit" # a comment
command = ["sh",   "fit.sh"]
[params]
lr = 0.1
note = "a, b # c"
[params.optimizer]
name = "adamw"
betas = [0.9, 0.99]
[resources]
time = "30m"
`;

const effective = `name = "fit"
command = ["sh", "fit.sh"]

[params]
lr = 0.5
note = "a, b # c"
optimizer = { "name" = "adamw", "betas" = [0.9, 0.99] }
data = { "path" = "x, y", "rows" = 3 }

[resources]
time_s = 1800
cpus = 1
`;

t.test("what was set and what is usual is marked, what is written otherwise only is not", async (t) => {
  const lines = effective.split("\n");
  t.strictSame(
    [...linesNotWritten(effective, written)].map((line) => lines[line]),
    ["lr = 0.5", 'data = { "path" = "x, y", "rows" = 3 }', "cpus = 1"],
  );
  t.equal(linesNotWritten(effective, effective).size, 0);
});
