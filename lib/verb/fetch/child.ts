// Runs ssh and what speaks over it: what it prints, bounded, and how it ended.
import { spawn } from "node:child_process";
import { fault } from "../../record/fault.js";
import type { StopSignal } from "../../record/stop-signal.js";

export interface Ended {
  code: number;
  out: Buffer;
  /** The end of what it said on stderr. */
  err: string;
}

export interface How {
  input?: string;
  /** The most that it may print (bytes). */
  limit: number;
  signal: StopSignal;
}

const most = 8192;

/**
 * Runs a program to its end; a signal to the command ends it. Throws unavailable where there is no such program, dataerr
 * where it prints more than it may, tempfail where it was stopped.
 */
export function runChild(argv: readonly string[], { input = "", limit, signal }: How): Promise<Ended> {
  const [program = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    let [length, err] = [0, ""];
    // What it has started may have its output and go on: nobody reads that any more.
    const stop = () => {
      child.kill("SIGTERM");
      child.stdout.destroy();
    };
    signal.addEventListener("abort", stop);
    child.stdin.on("error", () => {}).end(input);
    child.stdout.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) stop();
      else chunks.push(chunk);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err = (err + text).slice(-most);
    });
    child.on("error", (error) => reject(fault("unavailable", `cannot run ${program}`, { cause: error })));
    // What stays in the background, a master of ssh, keeps stderr open: its end is not waited for.
    const over = Promise.all([
      new Promise<number>((exited) => child.on("exit", (code) => exited(code ?? 255))),
      new Promise((ended) => child.stdout.on("close", ended)),
    ]);
    void over.then(([code]) => {
      signal.removeEventListener("abort", stop);
      if (signal.aborted) reject(fault("tempfail", "stopped by a signal before the end"));
      else if (length > limit)
        reject(fault("dataerr", `cannot read what the other side says: more than ${limit} bytes`));
      else resolve({ code, out: Buffer.concat(chunks), err });
    });
  });
}

/** The last line of what a program said, for a message. */
export function lastLine(err: string): string {
  return err.trim().split("\n").at(-1)?.trim() ?? "";
}
