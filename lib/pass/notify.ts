// `[notify] run`: a program of the user's that hears how a run ended, at most once.
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import type { Outcome } from "../record/facts.js";
import { type Fault, fault } from "../record/fault.js";
import type { Run } from "../record/run.js";
import { hasSucceeded } from "../record/state.js";
import { tempName } from "../registry/temp-name.js";

/** The longest that a hook may take (seconds). */
const most_s = 60;

export interface Hook {
  /** A command line for sh. */
  command: string;
  /** One record, for its standard input. */
  input: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/** The hook of a run that has just ended, if it has one that asked for such an end. */
export function hookOf(run: Run, outcome: Outcome): Hook | undefined {
  const { run: command, when = "afterany" } = run.notify ?? {};
  if (command === undefined || !asked(when, hasSucceeded(outcome.state))) return undefined;
  const record = { ...outcome, name: run.name, user: run.user, run_dir: run.run_dir };
  return { command, input: `${JSON.stringify(record)}\n` };
}

function asked(when: string, succeeded: boolean): boolean {
  return when === "afterok" ? succeeded : when === "afternotok" ? !succeeded : true;
}

/** Runs a hook to its end, and returns what went wrong. It goes on, for a minute at most, also when this process ends. */
export async function runHook(hook: Hook, env: Env): Promise<Fault | undefined> {
  const said = openUnnamed();
  try {
    // Who is killed for its time takes what it has started with it.
    const line = `timeout -k 5 ${most_s} sh -c "$1"`;
    const child = detached(["-c", line, "sh", hook.command], env, ["pipe", said, said]);
    child.stdin?.on("error", () => {}).end(hook.input);
    const code = await endOf(child);
    if (code === 0) return undefined;
    const last = endOfText(said).trimEnd().split("\n").at(-1) ?? "";
    const how = code === timedOut ? `it took longer than ${most_s} s` : `exit code ${code}: ${last}`;
    return fault("refused", `the hook '${hook.command}' of [notify] failed: ${how}`, { hint: "it isn't run again" });
  } finally {
    fs.closeSync(said);
  }
}

/** Of timeout(1). */
const timedOut = 124;

/** Has hooks run in the background, a few at a time; nobody hears what goes wrong with them. */
export function leaveHooks(hooks: readonly Hook[], env: Env): void {
  if (hooks.length === 0) return;
  const lines = hooks.map(
    ({ command, input }, i) =>
      `printf %s ${quoted(input)} | timeout -k 5 ${most_s} sh -c ${quoted(command)} &\n${i % 8 === 7 ? "wait\n" : ""}`,
  );
  const script = openUnnamed();
  try {
    fs.writeSync(script, lines.join(""), 0);
    detached([], env, [script, "ignore", "ignore"]).unref();
  } finally {
    fs.closeSync(script);
  }
}

function detached(words: string[], env: Env, stdio: ("pipe" | "ignore" | number)[]): ChildProcess {
  return spawn("sh", words, { cwd: "/", env, detached: true, stdio }).on("error", () => {});
}

function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.on("error", () => resolve(127));
    child.on("exit", (code) => resolve(code ?? 128));
  });
}

/** A file that nobody else sees, and that is gone with its last reader: no pipe breaks when this process ends. */
function openUnnamed(): number {
  const file = tempName(os.tmpdir());
  const fd = fs.openSync(file, "wx+", 0o600);
  fs.unlinkSync(file);
  return fd;
}

/** The last 4 KiB, by their place: the hook, which has written them, has moved the descriptor to the end. */
function endOfText(fd: number): string {
  const buffer = Buffer.alloc(4096);
  const from = Math.max(0, fs.fstatSync(fd).size - buffer.length);
  return buffer.toString("utf8", 0, fs.readSync(fd, buffer, 0, buffer.length, from));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
