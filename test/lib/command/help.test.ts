import t from "tap";
import { helpText, optionWords } from "../../../lib/command/help.js";
import type { Spec } from "../../../lib/command/spec.js";

const spec = {
  name: "lab-ls",
  usage: ["[RUN…]", "< RUNS"],
  options: {
    kind: { type: "string", short: "k", value: "KIND", choices: ["a", "b"], default: "a", help: "which" },
    all: { type: "boolean", help: "everything" },
    n: { type: "integer", help: "a number" },
  },
  input: "none",
  acts: true,
} as const satisfies Spec;

t.test("the command's own options first, then those that all have", async (t) => {
  const text = helpText(spec);
  const [first, , usage, second] = text.split("\n");
  t.equal(first, "lab-ls - list runs");
  t.equal(usage, "usage: lab-ls [options] [RUN…]");
  t.equal(second, "       lab-ls [options] < RUNS");
  t.match(text, /\n {2}-k, --kind KIND {2}which \(a, b; default a\)\n/);
  t.match(text, /\n {6}--all {8}everything\n/);
  t.match(text, /\n {6}--n VALUE {4}a number\n/);
  t.match(text, /\n {2}-n, --dry-run {4}write nothing/);
  t.match(text, /\nEverywhere:\n {2}-h, --help /);
  t.match(text, /\n\nThe whole story: man lab-ls\n$/);
});

t.test("a command without options of its own, and without arguments", async (t) => {
  const text = helpText({ name: "lab-none", usage: [""], options: {}, input: "none" });
  t.match(text, /^lab-none - \n\nusage: lab-none \[options\]\n\nEverywhere:\n/);
});

t.test("an option as it is typed", async (t) => {
  t.equal(optionWords("all", spec.options.all), "    --all");
  t.equal(optionWords("kind", spec.options.kind), "-k, --kind KIND");
});
