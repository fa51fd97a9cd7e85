// Golden cases of commands that are refused before anything is done, all in one process: a start of Node for each would take
// longer than all else that they do.
import fs from "node:fs";
import path from "node:path";
import { expected, type Golden, goldenDirectory, normaliser, type Places, textOf } from "./golden.js";
import { dist, type Result, type Sandbox } from "./sandbox.js";

/**
 * Plays those of these cases that are nothing but calls of commands which end as wrongly used: they do nothing, which
 * is looked for, so that all can do it in one place and one process.
 */
export async function playRefused(names: readonly string[], places: Places): Promise<Map<string, Golden>> {
  const cases = names.flatMap((name) => {
    const calls = refusedCalls(name);
    return calls === undefined ? [] : [{ name, calls }];
  });
  const place = await places.empty();
  try {
    const clean = normaliser(place);
    const before = new Set(filesIn(place.dir));
    const results = await refused(
      place,
      cases.flatMap(({ calls }) => calls),
    );
    const played = cases.map(({ name, calls }): [string, Golden] => {
      const own = results.splice(0, calls.length);
      const [out, err] = [own.map(({ stdout }) => stdout), own.map(({ stderr }) => stderr)].map((all) =>
        clean(all.join("")),
      );
      return [name, { out: out ?? "", err: err ?? "", rc: String(own.at(-1)?.code) }];
    });
    const made = filesIn(place.dir).filter((file) => !before.has(file));
    if (made.length > 0) throw new Error(`commands that were wrongly used made ${made}`);
    return new Map(played);
  } finally {
    place.remove();
  }
}

function filesIn(dir: string): string[] {
  return fs.readdirSync(dir, { recursive: true, encoding: "utf8" });
}

/** The calls of a case that has nothing else, if it ends as wrongly used and no shell is needed to read them. */
function refusedCalls(name: string): string[][] | undefined {
  const at = path.join(goldenDirectory, name);
  if (expected(name).rc !== "64" || fs.readdirSync(at).some((file) => !/^(cmd|out|err|rc)$/.test(file)))
    return undefined;
  const calls = textOf(path.join(at, "cmd"))
    .trim()
    .split("; ")
    .map((call) => call.split(" "));
  const isOne = ([name = "", ...args]: string[]) =>
    fs.existsSync(path.join(dist(), "command", `${name}.cjs`)) && args.every((word) => /^[\w@./:=,+-]+$/.test(word));
  return calls.every(isOne) ? calls : undefined;
}

/** What each of these would have said and ended with, as a process of its own. */
async function refused(
  place: Sandbox,
  calls: readonly string[][],
): Promise<Pick<Result, "stdout" | "stderr" | "code">[]> {
  const input = JSON.stringify(calls);
  const ended = await place.run([process.execPath, "-e", caller, dist()], { cwd: path.join(place.dir, "work"), input });
  if (ended.code !== 0) throw new Error(`cannot call the commands: ${ended.stderr}`);
  return JSON.parse(ended.stdout);
}

/** What it says is kept, and where it would end the process, the next one begins. */
const caller = `
const fs = require("node:fs");
const path = require("node:path");
const dist = process.argv[1];
const load = require(path.join(dist, "load.cjs"));
const calls = JSON.parse(fs.readFileSync(0, "utf8"));
const { writeSync } = fs;
const said = { 1: [], 2: [] };
let ended;
fs.writeSync = (fd, text) => said[fd].push(Buffer.from(text));
fs.write = (fd, bytes, offset, length, position, done) => {
  said[fd].push(Buffer.from(bytes.subarray(offset, offset + length)));
  setImmediate(done, null, length);
};
process.exit = (code) => ended(code);
const started = new Set();
(async () => {
  const results = [];
  for (const [name, ...args] of calls) {
    const file = path.join(dist, "command", name + ".cjs");
    said[1] = [];
    said[2] = [];
    process.argv = [process.execPath, path.join(dist, "bin", name), ...args];
    const code = await new Promise((resolve) => {
      ended = resolve;
      const loaded = load(file);
      // The file starts its command when it is read first.
      if (started.has(file)) loaded.default.start();
      started.add(file);
    });
    for (const signal of ["SIGINT", "SIGTERM"]) process.removeAllListeners(signal);
    const [stdout, stderr] = [said[1], said[2]].map((pieces) => Buffer.concat(pieces).toString());
    results.push({ stdout, stderr, code });
  }
  writeSync(1, JSON.stringify(results));
})();
`;
