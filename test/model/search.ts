// Lets spin search the model of claims: everything that can happen to a few processes and jobs.
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const model = path.resolve("test/model/claims.pml");

/** What is given to the model as -D: `name` or `name=number`. */
export interface Check {
  title: string;
  with: string;
}

export interface Found {
  /** What did not hold, as spin says it. */
  violated?: string;
  /** How it came to that, a line a step. */
  trail: string;
  states: number;
  /** Nothing was left out: not for memory, not for depth. */
  whole: boolean;
}

/** Makes the verifier of the model with these words, and lets it search all that can happen; also for what has no end. */
export async function search(words: string, { optimised = false, circles = false }): Promise<Found> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "lab-model-"));
  try {
    const given = words.split(" ").map((word) => `-D${word}`);
    await run("spin", [...given, "-a", model], { cwd: dir });
    const defined = ["COLLAPSE", "MEMLIM=1500", circles ? "NP" : "SAFETY"].map((word) => `-D${word}`);
    await run("gcc", [optimised ? "-O1" : "-O0", "-w", ...defined, "-o", "pan", "pan.c"], { cwd: dir });
    const ways = ["-m20000", "-w20", ...(circles ? ["-l"] : []), ...(given.includes("-DCUT") ? ["-E"] : [])];
    const { stdout } = await run("./pan", ways, { cwd: dir });
    const violated = /^pan:\d+: (.*)/m.exec(stdout)?.[1];
    const trail = violated === undefined ? "" : await replay(dir, given);
    const whole = /errors: 0/.test(stdout) && !/not completed|max search depth|out of memory/i.test(stdout);
    const states = Number(/(\d+) states, stored/.exec(stdout)?.[1] ?? 0);
    return { ...(violated === undefined ? {} : { violated }), trail, states, whole };
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

/** The steps that lead to the violation, in the model's own words. */
async function replay(dir: string, given: string[]): Promise<string> {
  const trail = fs.readdirSync(dir).find((name) => name.endsWith(".trail")) ?? "";
  const { stdout } = await run("spin", [...given, "-T", "-k", trail, model], { cwd: dir });
  return stdout
    .split("\n")
    .filter((line) => line.startsWith("LAB "))
    .map((line) => line.slice(4))
    .join("\n");
}
