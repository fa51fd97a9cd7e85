// Calls of commands that are refused before anything is done, all in one process: a start of Node for each would take longer
// than all else that they do.
import path from "node:path";
import { dist, type Result, type Sandbox } from "./sandbox.js";

/** What each of these would have said and ended with, as a process of its own. */
export async function refused(
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
