// A program whose output is worked on as it comes.
import { spawn } from "node:child_process";
import type { Answer } from "./client.js";

interface How {
  cwd: string;
  env: Record<string, string>;
  /** How long it may take. */
  seconds: number;
  read(text: string): void;
}

const patience_ms = 2000;

/**
 * Starts the program at once and gives `read` what it prints. By Node's own spawn, for this is what a pass waits for: to
 * load execa takes an eighth of the time that squeue takes for ten thousand jobs.
 */
export function streamed(
  file: string,
  argv: readonly string[],
  { cwd, env, seconds, read }: How,
): Promise<Pick<Answer, "code" | "end" | "stderr">> {
  const child = spawn(file, argv, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let [stderr, late] = ["", false];
  child.stdout.setEncoding("utf8").on("data", read);
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  let timer = setTimeout(() => {
    late = true;
    child.kill();
    timer = setTimeout(() => child.kill("SIGKILL"), patience_ms);
  }, seconds * 1000);
  return new Promise((resolve) => {
    const ended = (answer: Pick<Answer, "code" | "end">) => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ ...answer, stderr });
    };
    child.once("error", () => ended({ code: undefined, end: "missing" }));
    // What it has started may live on and hold its output open.
    child.once("exit", (status) => late && ended({ code: status ?? undefined, end: "timeout" }));
    child.once("close", (status) =>
      ended(status === null ? { code: undefined, end: late ? "timeout" : "killed" } : { code: status }),
    );
  });
}
