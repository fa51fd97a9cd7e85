// Who starts the agent: systemd's user manager, or cron; and the programs that speak to them.
import type { Context } from "../../command/context.js";
import { fault } from "../../record/fault.js";

/** One thing that is installed, how it is, and what to do where that is not well. */
export interface UnitState {
  name: string;
  ok: boolean;
  path?: string;
  message: string;
  hint?: string;
}

export interface Manager {
  /** What would be written: names and texts. */
  texts(): Promise<{ path: string; text: string }[]>;
  install(): Promise<UnitState[]>;
  remove(): Promise<UnitState[]>;
  status(): Promise<UnitState[]>;
  restart(): Promise<UnitState[]>;
  /** The last lines that the agent has said. */
  logs(lines: number): Promise<string[]>;
}

export interface Answer {
  /** Undefined where there is no such program. */
  code: number | undefined;
  out: string;
  err: string;
}

/** Runs a program of the system to its end, for a minute at the longest. */
export async function ask(argv: readonly [string, ...string[]], context: Context, input?: string): Promise<Answer> {
  const { execa } = await import("execa");
  const [program, ...words] = argv;
  const result = await execa(program, words, {
    reject: false,
    timeout: 60_000,
    env: context.env as Record<string, string>,
    ...(input === undefined ? { stdin: "ignore" as const } : { input }),
    stripFinalNewline: false,
  });
  return { code: result.exitCode, out: result.stdout ?? "", err: (result.stderr ?? "").trim() };
}

/** The same; its output. Throws unavailable with what it says. */
export async function mustAsk(argv: readonly [string, ...string[]], context: Context, input?: string): Promise<string> {
  const { code, out, err } = await ask(argv, context, input);
  if (code === 0) return out;
  const why = code === undefined ? "there is no such program" : err || `exit code ${code}`;
  throw fault("unavailable", `cannot run '${argv.join(" ")}': ${why}`);
}
