// Builds the named test files (all, where none is named) into build/ and runs each with plain node: the inner loop.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import esbuild from "esbuild";
import { common, compileAhead, root } from "./build.mjs";
import { removeTree, scratch } from "./scratch.mjs";

/** Every test file below test/, relative to the root. */
export function testFiles() {
  return fs
    .readdirSync(path.join(root, "test"), { recursive: true })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => path.join("test", name))
    .sort();
}

/** Builds tests so that build/test/x.test.mjs stands for test/x.test.ts; returns the built files in order. */
export async function buildTests(files) {
  await esbuild.build({
    ...common,
    entryPoints: files.map((file) => ({ in: path.resolve(root, file), out: file.replace(/\.ts$/, "") })),
    outdir: path.join(root, "build"),
    outExtension: { ".js": ".mjs" },
    format: "esm",
    packages: "external",
    sourcemap: "inline",
  });
  await buildTap();
  return files.map((file) => path.join("build", file.replace(/\.ts$/, ".mjs")));
}

/**
 * tap as one file with what V8 makes of it, where the built tests find it first: it is loaded in a third of the time. A
 * package of @tapjs by its path, so that tap leaves its lines out of stacks.
 */
async function buildTap() {
  const at = path.join(root, "build/node_modules");
  await esbuild.build({
    ...common,
    stdin: { contents: 'export { default } from "tap";', resolveDir: root },
    outfile: path.join(at, "@tapjs/tap/tap.cjs"),
    format: "cjs",
    define: { "import.meta.url": "file_url" },
    banner: { js: 'const file_url=require("node:url").pathToFileURL(__filename).href;' },
  });
  compileAhead(path.join(at, "@tapjs"), path.join(at, "@tapjs"));
  fs.mkdirSync(path.join(at, "tap"), { recursive: true });
  const index = 'module.exports = require("../@tapjs/load.cjs")(require.resolve("../@tapjs/tap/tap.cjs")).default;\n';
  fs.writeFileSync(path.join(at, "tap/index.js"), index);
}

/**
 * Runs built test files, some at once, each with plain node: tap's own runner puts variables into the environment of
 * every child process, which tests of environments then see. Each has a temporary directory of its own, gone with it.
 * Those that `waits` says mostly wait for something else begin with the others, two at a time, rather than after them.
 * Where at most `again` fail, these run once more after all others, each alone, `before(file)` first: one that passes then
 * has passed, and is `unsteady`. Gives each line to `show(line, file, output, good)` when its file has ended.
 */
export async function runTests(built, { waits = () => false, timeout_s = 600, again = 4, before = () => {}, show }) {
  const ends = new Map();
  const [waiting, working] = [built.filter(waits), built.filter((file) => !waits(file))];
  const start = testStarter(timeout_s);
  const run = async (file, more = "") => {
    const end = endOf(file, await start(file, ["ignore", "pipe", "pipe"]));
    ends.set(file, end);
    const { good, pass, seconds, cpu_s, output } = end;
    const took = `${seconds.toFixed(1)} s, cpu ${cpu_s.toFixed(1)} s`;
    show(`${good ? "ok" : "not ok"} - ${file} (${pass} passed, ${took}${more})`, file, output, good);
    return good;
  };
  const next = async (_, lane) => {
    const [mine, others] = lane < 2 ? [waiting, working] : [working, waiting];
    const take = () => mine.shift() ?? others.shift();
    for (let file = take(); file !== undefined; file = take()) await run(file);
  };
  // Two more than there are processors, since most tests wait now and then; of many it is the disk that has enough.
  await Promise.all(Array.from({ length: Math.min(os.availableParallelism() + 2, 4) }, next));
  // One that hung would hang as long again.
  const failed = [...ends.values()].filter(({ good, seconds }) => !good && seconds < timeout_s);
  const unsteady = [];
  for (const first of failed.length <= again ? failed : []) {
    before(first.file);
    if (await run(first.file, ", alone, after it had failed")) unsteady.push(first);
  }
  const all = [...ends.values()];
  const total = (word) => all.reduce((sum, end) => sum + end[word], 0);
  const counts = { pass: total("pass"), fail: total("fail"), skip: total("skip"), todo: total("todo") };
  return { ...counts, bad: all.filter(({ good }) => !good), unsteady, all };
}

/** How a test file has ended. One without a test is none, unless it says what it cannot be run without. */
function endOf(file, { code, output, ...took }) {
  const counts = output.match(/^# \{.*\}$/gm)?.at(-1);
  const count = (word) => Number(new RegExp(`\\b${word}: (\\d+)`).exec(counts ?? "")?.[1] ?? 0);
  const [pass, fail, skip, todo] = ["pass", "fail", "skip", "todo"].map(count);
  const ran = pass > 0 || /^# NOT RUN: /m.test(output);
  const good = code === 0 && counts !== undefined && ran && fail === 0;
  return { file, good, pass, fail, skip, todo, ...took, output };
}

/** What asks nothing of a disk, and mostly makes registries. */
const inMemory = /test\/(bin|man|users|lib\/(job|pass|record|registry|scheduler|source|verb))\//;

/** A function that runs a built test file to its end; what it started and what it made ends and goes with it, or with us. */
function testStarter(timeout_s) {
  const place = scratch();
  const running = new Set();
  const kill = ({ pid }) => {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // All of them have ended.
    }
  };
  // Before whatever else is to be done at the end: what they use goes after them.
  process.prependListener("exit", () => {
    for (const child of running) kill(child);
    place.remove();
  });
  for (const [signal, number] of Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }))
    process.on(signal, () => process.exit(128 + number));
  return async (file, stdio) => {
    const began = Date.now();
    const temporary = place.temporary(inMemory.test(file));
    const env = { ...process.env, ...place.env, TMPDIR: temporary, TAP_TIMEOUT: String(timeout_s) };
    // Node 20 reads this bundle at every start of every process; a suite of thousands of processes need not.
    delete env.NODE_EXTRA_CA_CERTS;
    // A process group of its own, so that a file that hangs is ended with what it waits for.
    const argv = ["-c", timed, "-", process.execPath, "--enable-source-maps", file];
    const child = spawn("bash", argv, { cwd: root, env, stdio: [...stdio, "pipe"], detached: true });
    running.add(child);
    let times = "";
    child.stdio[3].setEncoding("utf8").on("data", (text) => {
      times += text;
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    const timer = setTimeout(() => kill(child), timeout_s * 1000);
    const code = await new Promise((resolve) => child.on("close", resolve));
    clearTimeout(timer);
    running.delete(child);
    kill(child);
    removeTree(temporary);
    return { code, output, seconds: (Date.now() - began) / 1000, cpu_s: secondsIn(times.split("\n")[1] ?? "") };
  };
}

/** Runs a command; bash then says what it, and all that was waited for, took: user, and system, in minutes and seconds. */
const timed = '"$@" 3>&-; code=$?; times >&3; exit "$code"';

function secondsIn(line) {
  const all = Array.from(line.matchAll(/(\d+)m([\d.]+)s/g), ([, minutes, seconds]) => 60 * minutes + Number(seconds));
  return all.reduce((sum, one) => sum + one, 0);
}

if (import.meta.url === pathToFileURL(fs.realpathSync(process.argv[1] ?? "")).href) {
  const named = process.argv.slice(2);
  const built = await buildTests(
    named.length > 0 ? named.map((file) => path.relative(root, path.resolve(file))) : testFiles(),
  );
  const start = testStarter(Number(process.env.TAP_TIMEOUT ?? 600));
  for (const file of built) {
    const { code, seconds, cpu_s } = await start(file, ["inherit", "inherit", "inherit"]);
    process.stdout.write(`# ${file}: ${seconds.toFixed(1)} s, cpu ${cpu_s.toFixed(1)} s\n`);
    if (code !== 0) process.exitCode = 1;
  }
}
