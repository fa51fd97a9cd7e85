// Running what is measured, and counting what it asks of the file system.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "../support/sandbox.js";
import { timed } from "./measure.js";

export interface How {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** What goes through a pipe to its standard input. */
  input?: string;
}

/** A command of ours as it was just built. */
export function built(name: string): string {
  return path.join(root, "dist/bin", name);
}

export function installed(program: string): boolean {
  return spawnSync("sh", ["-c", `command -v "$1"`, "sh", program]).status === 0;
}

/** Runs a program to its end and returns its output. Throws with its stderr if it fails. */
export function output(argv: readonly string[], how: How = {}): string {
  const [program = "", ...args] = argv;
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    ...how,
    encoding: "utf8",
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new Error(`${argv.join(" ")}: ${error?.message ?? stderr}`);
  return stdout;
}

/** Milliseconds from the start of a program to its end. Throws if it fails. */
export function durationOf(argv: readonly string[], how: How = {}): Promise<number> {
  return timed(() => output(argv, how));
}

/** What a program prints, and the processor time that it and its children take (seconds). */
export function cpuOf(argv: readonly string[], how: How, file: string): { text: string; cpu_s: number } {
  const timing = ["bash", "-c", `TIMEFORMAT='%U %S'; { time "$@" 2>/dev/null; } 2>"$0"`, file, ...argv];
  const text = output(timing, how);
  const cpu_s = fs.readFileSync(file, "utf8").trim().split(" ").map(Number);
  return { text, cpu_s: cpu_s.reduce((sum, part) => sum + part, 0) };
}

export interface Calls {
  opens: number;
  stats: number;
  readdirs: number;
}

/** What a program and its children ask about paths below `directory`: a network file system answers each of these. */
export function callsOf(argv: readonly string[], directory: string, how: How = {}): Calls {
  const logs = fs.mkdtempSync(path.join(os.tmpdir(), "labkit-bench-"));
  // -y writes the path of each descriptor beside it, -ff a log for each thread, so that no line is cut by another.
  output(["strace", "-ff", "-y", "-qq", "-o", path.join(logs, "log"), "-e", "trace=%file,getdents64", ...argv], how);
  const lines = fs.readdirSync(logs).flatMap((log) => fs.readFileSync(path.join(logs, log), "utf8").split("\n"));
  fs.rmSync(logs, { recursive: true });
  const there = lines.filter((line) => line.includes(directory));
  // A call on a descriptor alone has "" for its path, and asks nobody.
  const asked = there.filter((line) => !/^\w+\([^"]*""/.test(line));
  return {
    opens: asked.filter((line) => /^(open|openat|openat2|creat)\(/.test(line)).length,
    stats: asked.filter((line) => /^(stat|lstat|newfstatat|statx|access|faccessat2?|readlink(at)?)\(/.test(line))
      .length,
    // The call that says that there is no more ends each listing.
    readdirs: there.filter((line) => /^getdents64\(.* = 0$/.test(line)).length,
  };
}

/** The most memory that a command of ours ever had (MB). */
export function peakOf(argv: readonly string[], { env }: How): number {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "labkit-peak-")), "peak.cjs");
  const text =
    'process.on("exit", () => require("fs").writeFileSync(__filename + ".kB", String(process.resourceUsage().maxRSS)));';
  fs.writeFileSync(file, text);
  output(argv, { env: { ...env, NODE_OPTIONS: `--require=${file}` } });
  const peak = Number(fs.readFileSync(`${file}.kB`, "utf8")) / 1024;
  fs.rmSync(path.dirname(file), { recursive: true });
  return Math.round(peak);
}
