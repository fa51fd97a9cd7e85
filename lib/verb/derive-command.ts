// Runs the command of a derivation over one run, and reads what it says.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { kill } from "node:process";
import { Readable } from "node:stream";
import { fault } from "../record/fault.js";
import { metricOf, type Point, pointOf } from "../record/point.js";
import { measuresOf, parseResult } from "../record/result.js";
import type { StopSignal } from "../record/stop-signal.js";
import { largestDerived } from "../registry/derived.js";
import type { RunOnDisk } from "../registry/facts.js";

export interface Derivation {
  command: string;
  /** Files that belong to it, by name, and what is in them. */
  files: ReadonlyMap<string, Buffer>;
  timeout_s: number;
  env: Readonly<Record<string, string | undefined>>;
  signal: StopSignal;
}

/**
 * What the command writes, as points: it gets the run's metrics on stdin, and works in an empty directory with its files, which
 * is removed. Throws `refused` where it fails, dataerr where it writes what is no metric.
 */
export async function derive(disk: RunOnDisk, points: Iterable<Point>, derivation: Derivation): Promise<Point[]> {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "lab-derive-"));
  try {
    for (const [name, bytes] of derivation.files) fs.writeFileSync(path.join(scratch, name), bytes, { mode: 0o700 });
    return readOutput(await output(disk, points, scratch, derivation));
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

function output(
  { run, dir }: RunOnDisk,
  points: Iterable<Point>,
  scratch: string,
  { command, timeout_s, env, signal }: Derivation,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const own = { LAB_RUN_ID: run.id, LAB_RUN_DIR: dir, LAB_SCRATCH: scratch, TMPDIR: scratch };
    const child = spawn("sh", ["-c", command], { cwd: scratch, env: { ...env, ...own }, detached: true });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    let size = 0;
    let stopped: string | undefined;
    const stop = (why: string) => {
      stopped ??= why;
      if (child.pid !== undefined) endGroup(child.pid);
    };
    const timer = setTimeout(() => stop(`it took longer than ${timeout_s} s`), timeout_s * 1000);
    const onAbort = () => stop("it was stopped by a signal");
    signal.addEventListener("abort", onAbort, { once: true });
    const input = Readable.from(lines(run.id, points), { objectMode: false });
    // A command need not read all that it is given.
    child.stdin.on("error", () => input.destroy());
    input.on("error", (error) => {
      reject(error);
      stop("its input ended");
    });
    input.pipe(child.stdin);
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > largestDerived) stop(`it writes more than ${largestDerived / 2 ** 20} MiB`);
      else out.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      err.push(chunk);
      if (err.length > 64) err.shift();
    });
    child.on("error", (error) => reject(fault("refused", `cannot start the command: ${error.message}`)));
    child.on("close", (code, killedBy) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      // What it left running has no directory any more.
      if (child.pid !== undefined) endGroup(child.pid);
      const how = stopped ?? (killedBy ? `it was ended by ${killedBy}` : code === 0 ? undefined : `exit code ${code}`);
      if (how === undefined) return resolve(Buffer.concat(out).toString("utf8"));
      const said = Buffer.concat(err).toString("utf8").trimEnd().split("\n").at(-1) ?? "";
      reject(fault("refused", `the command failed: ${how}${said === "" ? "" : `: ${said}`}`));
    });
  });
}

function endGroup(pid: number): void {
  try {
    kill(-pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

function* lines(run: string, points: Iterable<Point>): Generator<string> {
  let text = "";
  for (const point of points) {
    text += `${JSON.stringify(metricOf(run, point))}\n`;
    if (text.length < 65_536) continue;
    yield text;
    text = "";
  }
  yield text;
}

/** A metric a line, or a table of numbers, as an evaluation writes it. */
function readOutput(text: string): Point[] {
  const found = text.split("\n").flatMap((line, i) => {
    if (line.trim() === "") return [];
    const point = pointOf(line);
    const measures = point ? [] : measuresOf(parseResult(line) ?? {}).measures;
    if (!point && measures.length === 0)
      throw fault("dataerr", `line ${i + 1} of what the command wrote is no metric: ${line.slice(0, 60)}`, {
        hint: 'write {"name": "x", "value": 1} or {"x": 1, "y": 2} on each',
      });
    return point ?? measures.map(({ name, value, ...more }): Point => ({ name, value, more }));
  });
  if (found.length === 0) throw fault("dataerr", "the command wrote no metric");
  return found;
}
