import fs from "node:fs";
import path from "node:path";
import t from "tap";
import { largestResult, resultIn } from "../../../lib/registry/results.js";

function read(t: { testdir(content: Record<string, string>): string }, files: Record<string, string>, marker?: string) {
  const bad: string[] = [];
  return { result: resultIn(t.testdir(files), marker, (message) => bad.push(message)), bad };
}

t.test("the marker is the result, where it says something", async (t) => {
  t.same(read(t, { "r.json": '{"tasks":{"a":1},"more":[1]}', "result.json": "{}" }, "r.json"), {
    result: { tasks: { a: 1 }, more: [1] },
    bad: [],
  });
});

t.test("a marker that is there for its name alone", async (t) => {
  for (const text of ["", "\n", "done\n"])
    t.same(read(t, { DONE: text, "metrics.json": '{"acc":1}' }, "DONE"), { result: { acc: 1 }, bad: [] });
});

t.test("a file that is the output itself", async (t) => {
  const file = path.join(t.testdir({ out: '{"acc":1}' }), "out");
  t.same(resultIn(file, undefined, t.fail), { acc: 1 });
});

t.test("what is none is told of where it should be one, and is never the end", async (t) => {
  t.match(read(t, { "r.json": "not json" }, "r.json"), {
    result: undefined,
    bad: [/'.*r\.json': it is no JSON object$/],
  });
  t.match(read(t, { "result.json": "[1]" }), { result: undefined, bad: [/no JSON object/] });
  t.match(read(t, { "result.json": `{"a":"${"x".repeat(largestResult)}"}` }), { bad: [/more than it may have/] });
  t.same(read(t, { "other.json": "{}" }), { result: undefined, bad: [] });
  const dir = t.testdir({ result: "{}" });
  fs.symlinkSync("result", path.join(dir, "result.json"));
  const bad: string[] = [];
  t.equal(
    resultIn(dir, undefined, (message) => bad.push(message)),
    undefined,
  );
  t.match(bad, [/result\.json/]);
});
