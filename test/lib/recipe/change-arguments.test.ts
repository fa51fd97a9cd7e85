import t from "tap";
import { changeArguments, type How } from "../../../lib/recipe/change-arguments.js";
import { isFault } from "../../../lib/record/fault.js";
import type { Run } from "../../../lib/record/run.js";

interface Case {
  how: How;
  command: string;
  args?: Run["args"];
  words: string;
  /** The command, then what is appended behind [args]. */
  gives: [string, string?];
  set?: string[];
}

const cases: Case[] = [
  { how: "append", command: "python t.py --a 1", words: "--a 2 x", gives: ["python t.py --a 1 --a 2 x"] },
  { how: "append", command: "python t.py", args: { lr: 1 }, words: "--lr 2", gives: ["python t.py", "--lr 2"] },
  { how: "replace", command: "python -u t.py --a 1 b", args: { lr: 1 }, words: "--c", gives: ["python -u t.py --c"] },
  { how: "replace", command: "python -m pkg.train --a 1", words: "c", gives: ["python -m pkg.train c"] },
  {
    how: "merge",
    command: "python t.py --epochs 100 --lr 1e-3",
    words: "--epochs 200",
    gives: ["python t.py --epochs 200 --lr 1e-3"],
  },
  { how: "merge", command: "t.py --a=1 --b 2", words: "--b=3 --a 4", gives: ["t.py --a 4 --b=3"] },
  { how: "merge", command: "t.py --tag x --tag y --lr 1", words: "--lr 2", gives: ["t.py --tag x --tag y --lr 2"] },
  {
    how: "merge",
    command: "t.py --tag x --lr 1 --tag y",
    words: "--tag p --tag q",
    gives: ["t.py --tag p --tag q --lr 1"],
  },
  {
    how: "merge",
    command: "t.py in --fast --shift -1",
    words: "--shift -2 --new",
    gives: ["t.py in --fast --shift -2 --new"],
  },
  { how: "merge", command: "t.py --lr 1 -- --lr 9", words: "--lr 2", gives: ["t.py --lr 2 -- --lr 9"] },
  {
    how: "merge",
    command: "t.py",
    args: { lr: 1, tag: ["a"], fast: false, "a.b": "x", name: "n" },
    words: "--lr=1e-4 --tag p --tag 2 --a.b 007 --name= --more m --fast",
    gives: ["t.py", "--more m"],
    set: ["args.lr=1e-4", 'args.tag=["p", 2]', 'args."a.b"="007"', 'args.name=""', "args.fast=true"],
  },
];

t.test("appended, replaced and merged", (t) => {
  for (const { how, command, args = {}, words, gives, set = [] } of cases) {
    const changed = changeArguments({ command: command.split(" "), args }, how, words.split(" "));
    const { command: now, extra_args } = changed.run;
    const told = [[now].flat().join(" "), ...(extra_args ? [extra_args.join(" ")] : [])];
    t.strictSame([told, [...changed.set].sort()], [gives, [...set].sort()], `${how} ${command} ${words}`);
  }
  t.end();
});

t.test("a line for the shell takes words at its end only, and [args] in their place", (t) => {
  const line = { command: "./fit.sh | tee log", args: { lr: 1 } };
  t.strictSame(changeArguments(line, "append", ["--x"]).run.extra_args, ["--x"]);
  t.strictSame(changeArguments(line, "merge", ["--lr", "2"]).set, ["args.lr=2"]);
  for (const how of ["replace", "merge"] as const) {
    try {
      changeArguments(line, how, ["--x", "1"]);
      t.fail(how);
    } catch (error) {
      t.ok(isFault(error) && error.code === "usage", how);
    }
  }
  t.end();
});
