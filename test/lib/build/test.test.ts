import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import t from "tap";
import { root } from "../../support/sandbox.js";

interface End {
  file: string;
  good: boolean;
  output: string;
  cpu_s: number;
}
interface Sum {
  pass: number;
  fail: number;
  all: End[];
  bad: End[];
  unsteady: End[];
  shown: string[];
  before: string[];
}

const script = `
const { runTests } = await import(${JSON.stringify(pathToFileURL(path.join(root, "lib/build/test.mjs")).href)});
const [files, timeout_s] = JSON.parse(process.env.LAB_TEST_FILES);
const shown = [];
const before = [];
const sum = await runTests(files, { timeout_s, show: (line) => shown.push(line), before: (file) => before.push(file) });
process.stdout.write(JSON.stringify({ ...sum, shown, before }));
`;

/** What runTests makes of such test files, in a process of its own, as it has it in test/run. */
function run(dir: string, bodies: Record<string, string>, timeout_s = 60): Sum {
  const files = Object.entries(bodies).map(([name, body]) => {
    const file = path.join(dir, `${name}.test.mjs`);
    fs.writeFileSync(file, body);
    return file;
  });
  const env = { ...process.env, LAB_TEST_FILES: JSON.stringify([files, timeout_s]) };
  const argv = ["--input-type=module", "-e", script];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: dir, encoding: "utf8", env });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const names = (ends: End[]) => ends.map(({ file }) => path.basename(file, ".test.mjs")).sort();
const says = (ok: boolean) =>
  ok ? "ok 1 - it\\n1..1\\n# { total: 1, pass: 1 }" : "not ok 1 - it\\n1..1\\n# { total: 1, pass: 0, fail: 1 }";
const good = `console.log("${says(true)}");`;
const bad = `console.log("${says(false)}"); process.exitCode = 1;`;
/** Fails the first time. */
const once = `
import fs from "node:fs";
const flag = import.meta.filename + ".ran";
if (fs.existsSync(flag)) { ${good} } else { fs.writeFileSync(flag, ""); ${bad} }
`;

t.test("what fails once and passes alone is unsteady; what fails twice has failed", async (t) => {
  const sum = run(t.testdir(), { good, once, bad, silent: "" });
  t.match(sum, { pass: 2, fail: 1 });
  t.same(names(sum.unsteady), ["once"]);
  t.match(sum.unsteady[0]?.output, /^not ok 1 - it/, "its first failure is kept");
  t.same(names(sum.bad), ["bad", "silent"], "one without a test is none");
  const twice = sum.shown.filter((line) => line.endsWith(" s, alone, after it had failed)"));
  const told = twice.map((line) => line.replace(/^((?:not )?ok) - .*\/(\w+)\.test.*$/, "$1 $2"));
  t.same(told.sort(), ["not ok bad", "not ok silent", "ok once"]);
  t.same(sum.before.length, 3);
  t.equal(sum.shown.length, 7);
});

t.test("of many nothing is run again, nor what hung", async (t) => {
  const many = Object.fromEntries(["a", "b", "c", "d", "e"].map((name) => [name, once]));
  const sum = run(t.testdir(), { good, ...many });
  t.same([names(sum.bad), names(sum.unsteady), sum.shown.length], [["a", "b", "c", "d", "e"], [], 6]);
  const hung = run(t.testdir(), { hung: "setInterval(() => {}, 1000);" }, 2);
  t.same([names(hung.bad), hung.shown.length], [["hung"], 1]);
});

t.test("the processor time of a file is that of the processes that it waited for, too", async (t) => {
  const busy = "const end = process.cpuUsage().user + 3e5; while (process.cpuUsage().user < end);";
  const child = `(await import("node:child_process")).execFileSync(process.execPath, ["-e", ${JSON.stringify(busy)}]);`;
  const { all } = run(t.testdir(), { busy: `${child}${busy}${good}` });
  t.ok(Number(all[0]?.cpu_s) >= 0.6, `${all[0]?.cpu_s} s`);
});
