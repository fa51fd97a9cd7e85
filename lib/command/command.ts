// The harness that every command runs in: arguments, records in and out, errors that travel, exit status, signals.
import fs from "node:fs";
import os from "node:os";
import { Fault, fault, faults, isFault, recordError } from "../record/fault.js";
import { parseTime } from "../record/units.js";
import { parseArguments } from "./arguments.js";
import { type Context, openers, type Terminal } from "./context.js";
import { helpText } from "./help.js";
import { type Messages, messages } from "./messages.js";
import { type Output, openOutput } from "./output.js";
import type { OptionsOf, Spec } from "./spec.js";

export type { Context } from "./context.js";
export { each } from "./each.js";
export type { Spec } from "./spec.js";

/** Turns records into records; what a bin file exports beside its spec. */
export type Run<S extends Spec> = (
  records: AsyncIterable<unknown>,
  options: OptionsOf<S>,
  context: Context,
) => AsyncIterable<object>;

export interface Command {
  spec: Spec;
  start(): void;
}

/** Declares a command. The built file starts it; a test imports it without starting anything. */
export function command<const S extends Spec>(spec: S, run: Run<S>): Command {
  return { spec, start: () => void main(spec, run as unknown as Run<Spec>) };
}

async function main(spec: Spec, run: Run<Spec>): Promise<void> {
  const says = messages(spec.name, process.env["LAB_ERRORS"] === "json");
  const stop = onSignals();
  let status: number;
  try {
    status = await session(spec, run, says, stop.signal);
  } catch (error) {
    status = brokenPipe(error) ? (spec.acts ? says.fatal(nobodyReads(error)) : 0) : says.fatal(error);
  }
  says.flush();
  stop.finish();
  process.exit(status);
}

async function session(spec: Spec, run: Run<Spec>, says: Messages, signal: AbortSignal): Promise<number> {
  const argv = process.argv.slice(2);
  const terminal = terminalOf();
  let parsed: ReturnType<typeof parseArguments>;
  let now: number;
  try {
    parsed = parseArguments(spec, argv, Date.now());
    now = momentOf(parsed.options["as-of"]);
  } catch (error) {
    if (argv.includes("--help")) return printed(helpText(spec));
    return failed(error, spec, terminal, says);
  }
  const { options } = parsed;
  if (options["help"]) return printed(helpText(spec));
  if (options["version"]) return printed(`${spec.name} (labkit) ${LAB_VERSION}\n`);
  const output = await openOutput(spec, options, terminal, 1, now);
  const { context, state } = contextOf(spec, parsed, now, terminal, signal, says);
  const passed: object[] = [];
  try {
    const input = await inputOf(spec, parsed.args, terminal, says, state, passed);
    for await (const record of run(input, options as never, context)) {
      if ("error" in record) state.raise(faults.refused.exit);
      const wait = output.write(record);
      if (wait) await wait;
    }
  } catch (error) {
    if (brokenPipe(error)) throw error;
    state.abnormal(asFault(error, says));
  }
  if (signal.aborted && !state.failure) state.abnormal(fault("tempfail", "stopped by a signal before the end"), true);
  return close(spec, output, state, passed);
}

/** Earlier commands' failures go on first, then ours; the first of all says how the pipe ends. */
async function close(spec: Spec, output: Output, state: State, passed: object[]): Promise<number> {
  for (const failure of passed) output.write(failure);
  if (state.failure) output.write(failureRecord(spec.name, state.failure));
  await output.end();
  const first = passed[0] as { code?: keyof typeof faults } | undefined;
  if (first?.code && first.code in faults) return faults[first.code].exit;
  return state.failure?.exit ?? state.status;
}

class State {
  status = 0;
  failure: Fault | undefined;
  constructor(private readonly says: Messages) {}
  raise(status: number): void {
    this.status = Math.max(this.status, status);
  }
  abnormal(error: Fault, quietly = false): void {
    if (!quietly) this.says.error(undefined, error);
    this.failure ??= error;
  }
}

function contextOf(
  spec: Spec,
  { options, args, rest }: ReturnType<typeof parseArguments>,
  now: number,
  terminal: Terminal,
  signal: AbortSignal,
  says: Messages,
) {
  const state = new State(says);
  const place = {
    env: process.env,
    cwd: process.cwd(),
    home: process.env["HOME"] || os.homedir(),
    uid: os.userInfo().uid,
  };
  const asked = {
    cluster: options["cluster"] as string | undefined,
    environment: options["env"] as string | undefined,
    // The wrappers hand their own -c on to all parts of the pipe by this variable.
    set: [...(process.env["LAB_SETTINGS"] ?? "").split("\n").filter(Boolean), ...(options["config"] as string[])],
  };
  const context: Context = {
    name: spec.name,
    args,
    rest,
    now,
    env: process.env,
    cwd: place.cwd,
    dryRun: options["dry-run"] === true,
    terminal,
    signal,
    say: (message) => says.say(message),
    report(id, error) {
      says.error(id, error);
      state.raise(faults.refused.exit);
    },
    abnormal: (error) => state.abnormal(error),
    no: () => state.raise(faults.refused.exit),
    ...openers(place, asked, (message) => says.say(message)),
  };
  return { context, state };
}

async function inputOf(
  spec: Spec,
  args: string[],
  terminal: Terminal,
  says: Messages,
  state: State,
  passed: object[],
): Promise<AsyncIterable<unknown>> {
  const fromArguments =
    spec.input === "none" || (spec.input === "runs" && args[0] !== "-" && (args.length > 0 || spec.optional === true));
  if (fromArguments) return nothing();
  if (terminal.in) {
    if (spec.input === "runs" && args[0] !== "-")
      throw fault("usage", "which runs?", { hint: "name them, or pipe records in" });
    says.say("reading records from the terminal; end with ctrl-d");
  }
  const { readRecords } = await import("./stream.js");
  const bad = (message: string) => state.abnormal(fault("dataerr", message));
  return withoutFailures(readRecords(0, bad), passed);
}

async function* nothing(): AsyncGenerator<unknown> {}

async function* withoutFailures(
  records: AsyncIterable<Record<string, unknown>>,
  passed: object[],
): AsyncGenerator<unknown> {
  for await (const record of records) {
    if (record["type"] === "failure") passed.push(record);
    else yield record;
  }
}

async function failed(error: unknown, spec: Spec, terminal: Terminal, says: Messages): Promise<number> {
  const known = asFault(error, says);
  says.error(undefined, known);
  if (!terminal.out) fs.writeSync(1, `${JSON.stringify(failureRecord(spec.name, known))}\n`);
  return known.exit;
}

/** What is no fault is a bug of ours: its stack is shown, and the fault says what to report. */
function asFault(error: unknown, says: Messages): Fault {
  if (isFault(error)) return error;
  says.say(error instanceof Error ? (error.stack ?? String(error)) : String(error));
  return fault(
    "software",
    `this is a bug in labkit ${LAB_VERSION}: ${error instanceof Error ? error.message : String(error)}`,
    {
      hint: "please report it with the lines above and what you typed",
      cause: error,
    },
  );
}

function failureRecord(name: string, error: Fault): object {
  return { type: "failure", v: 1, command: name, ...recordError(error) };
}

function printed(text: string): number {
  fs.writeSync(1, text);
  return 0;
}

function momentOf(asOf: unknown): number {
  const now = Date.now();
  if (typeof asOf !== "string") return now;
  try {
    return parseTime(asOf, now);
  } catch (error) {
    throw fault("usage", `--as-of: ${(error as Error).message}`);
  }
}

function terminalOf(): Terminal {
  const out = isTerminal(1);
  const colour = out && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
  return { out, in: isTerminal(0), err: isTerminal(2), columns: out ? process.stdout.columns : undefined, colour };
}

/** Asks the kernel before node:tty is loaded, which a pipe never needs. */
function isTerminal(fd: number): boolean {
  try {
    if (!fs.fstatSync(fd).isCharacterDevice()) return false;
  } catch {
    return false;
  }
  return (require("node:tty") as typeof import("node:tty")).isatty(fd);
}

function brokenPipe(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const call = (error as NodeJS.ErrnoException | undefined)?.syscall;
  return code === "EPIPE" || code === "ERR_STREAM_DESTROYED" || (call === "write" && !(error instanceof Fault));
}

function nobodyReads(error: unknown): Fault {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return fault("ioerr", `cannot write to standard output: ${code === "EPIPE" ? "nobody reads it" : code}`, {
    hint: "what was done before is done",
  });
}

/** The first signal asks for an end at a record boundary, a second one ends at once; both show in the exit status. */
function onSignals(): { signal: AbortSignal; finish(): void } {
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  const handle = (signal: NodeJS.Signals) => {
    if (received) process.kill(process.pid, release(signal));
    received = signal;
    controller.abort();
  };
  const release = (signal: NodeJS.Signals) => {
    process.removeListener("SIGINT", handle);
    process.removeListener("SIGTERM", handle);
    return signal;
  };
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  return {
    signal: controller.signal,
    finish: () => {
      if (received) process.kill(process.pid, release(received));
    },
  };
}
