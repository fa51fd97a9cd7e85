// The harness that every command runs in: arguments, records in and out, errors that travel, exit status, signals.
import fs from "node:fs";
import { type Fault, type FaultCode, fault, faults, isFault, recordError, systemFault } from "../record/fault.js";
import type { StopSignal } from "../record/stop-signal.js";
import { nobodyNamed, parseArguments, timeOption } from "./arguments.js";
import { asCalled } from "./as-called.js";
import { type Context, openers, type Terminal } from "./context.js";
import { carriesError } from "./each.js";
import { type Messages, messages } from "./messages.js";
import { type Output, openOutput } from "./output.js";
import { paceOf } from "./pace.js";
import { placeOf } from "./place.js";
import { printed } from "./printed.js";
import { onSignals } from "./signals.js";
import type { OptionsOf, Spec } from "./spec.js";
import { readRecords } from "./stream.js";
import { terminalOf } from "./terminal.js";
import { isUnwritable, type Unwritable } from "./unwritable.js";

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
  return { spec, start: () => void main(asCalled(spec), run as unknown as Run<Spec>) };
}

async function main(spec: Spec, run: Run<Spec>): Promise<void> {
  const says = messages(spec.name, process.env["LAB_ERRORS"] === "json");
  const stop = onSignals();
  const terminal = terminalOf();
  const later: Promise<void>[] = [];
  let status: number;
  try {
    status = await session(spec, run, terminal, says, stop.signal, later);
  } catch (error) {
    status = isUnwritable(error) ? unwritable(error, spec, says) : failed(error, spec, terminal, says);
  }
  if (later.length > 0) await Promise.all(later);
  says.flush();
  stop.finish();
  process.exit(status);
}

async function session(
  spec: Spec,
  run: Run<Spec>,
  terminal: Terminal,
  says: Messages,
  signal: StopSignal,
  later: Promise<void>[],
): Promise<number> {
  const argv = process.argv.slice(2);
  let parsed: ReturnType<typeof parseArguments>;
  let now: number;
  try {
    parsed = parseArguments(spec, argv, Date.now());
    now = momentOf(parsed.options["as-of"]);
  } catch (error) {
    const cut = argv.indexOf("--");
    if ((cut < 0 ? argv : argv.slice(0, cut)).includes("--help")) return help(spec);
    throw error;
  }
  const { options } = parsed;
  if (options["help"]) return help(spec);
  if (options["version"]) return printed(`${spec.name} (labkit) ${LAB_VERSION}\n`);
  const output = await openOutput(spec, options, terminal, 1, now);
  const { context, state } = contextOf(spec, parsed, now, terminal, signal, says, later);
  const passed: object[] = [];
  const pace = paceOf();
  try {
    const given = await inputOf(spec, parsed, terminal, says, signal, state, passed);
    const input = await pastErrors(given, passed, async (record) => {
      state.raise(faults.refused.exit);
      await output.write(record);
    });
    for await (const record of input === undefined ? [] : run(input, options as never, context)) {
      if (carriesError(record)) state.raise(faults.refused.exit);
      // Who acts hears at once that nobody reads, and stops at this record; what only passes by is no act.
      const now = pace.mustLeave() && spec.acts === true && record !== state.given;
      const wait = output.write(record, now);
      if (wait) await wait;
      if (now) pace.left();
    }
  } catch (error) {
    if (isUnwritable(error)) throw error;
    state.abnormal(asFault(error, says));
  }
  if (signal.aborted && !state.failure) state.abnormal(fault("tempfail", "stopped by a signal before the end"), true);
  const ended = await close(spec, output, state, passed);
  for (const doubt of output.doubts?.() ?? []) says.say(doubt);
  return ended;
}

/** Earlier commands' failures go on first, then ours; the first of all says how the pipe ends. */
async function close(spec: Spec, output: Output, state: State, passed: object[]): Promise<number> {
  for (const failure of passed) output.write(failure);
  if (state.failure) output.write(failureRecord(spec.name, state.failure));
  await output.end();
  const codes = [...passed, ...(state.failure ? [state.failure] : [])].map(
    (failure) => (failure as { code?: unknown }).code,
  );
  // A word that this version does not know is a failure all the same.
  if (codes.length > 0) state.raise(faults.refused.exit);
  const known = codes.find((code): code is FaultCode => typeof code === "string" && Object.hasOwn(faults, code));
  return known === undefined ? state.status : faults[known].exit;
}

class State {
  status = 0;
  failure: Fault | undefined;
  /** The record that was read last. */
  given: unknown;
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
  signal: StopSignal,
  says: Messages,
  later: Promise<void>[],
) {
  const state = new State(says);
  const place = placeOf();
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
    later: (work) => void later.push(work),
    ...openers(place, asked, (message) => says.say(message)),
  };
  return { context, state };
}

async function inputOf(
  spec: Spec,
  { args, options }: Pick<ReturnType<typeof parseArguments>, "args" | "options">,
  terminal: Terminal,
  says: Messages,
  signal: StopSignal,
  state: State,
  passed: object[],
): Promise<AsyncIterable<unknown>> {
  const fromArguments =
    spec.input === "none" ||
    (spec.input === "runs" && args[0] !== "-" && (args.length > 0 || nobodyNamed(spec, options)));
  if (fromArguments) return nothing();
  if (terminal.in) {
    if (spec.input === "runs" && args[0] !== "-")
      throw fault("usage", "which runs?", { hint: "name them (@last is your newest), or pipe records in" });
    says.say("reading records from the terminal; end with ctrl-d");
  }
  const bad = (line: number, why: string) => {
    says.badLine(line, fault("dataerr", why));
    state.abnormal(fault("dataerr", `line ${line} of standard input: ${why}`), true);
  };
  return withoutFailures(readRecords(0, bad, signal), state, passed);
}

async function* nothing(): AsyncGenerator<unknown> {}

/**
 * What is left of the input when the records that carry an error at its beginning have passed; undefined where nothing
 * is: then there is nothing to do, and whatever stands in the way of it (the same, mostly, that an earlier command of
 * the pipe has told of) need not be told again.
 */
async function pastErrors(
  input: AsyncIterable<unknown>,
  failures: readonly object[],
  pass: (record: object) => Promise<void>,
): Promise<AsyncIterable<unknown> | undefined> {
  const records = input[Symbol.asyncIterator]();
  let passed = 0;
  for (;;) {
    const { done, value } = await records.next();
    if (done) return passed + failures.length > 0 ? undefined : nothing();
    if (!carriesError(value)) return following(value, records);
    await pass(value as object);
    passed += 1;
  }
}

async function* following(first: unknown, rest: AsyncIterator<unknown>): AsyncGenerator<unknown> {
  yield first;
  yield* { [Symbol.asyncIterator]: () => rest };
}

async function* withoutFailures(
  records: AsyncIterable<Record<string, unknown>>,
  state: State,
  passed: object[],
): AsyncGenerator<unknown> {
  for await (const record of records) {
    state.given = record;
    if (record["type"] === "failure") passed.push(record);
    else yield record;
  }
}

function failed(error: unknown, spec: Spec, terminal: Terminal, says: Messages): number {
  const known = asFault(error, says);
  says.error(undefined, known);
  try {
    if (!terminal.out) fs.writeSync(1, `${JSON.stringify(failureRecord(spec.name, known))}\n`);
  } catch {
    // Nobody reads it; the exit status tells.
  }
  return known.exit;
}

/** What is neither a fault nor an error of the system is a bug of ours: its stack is shown, and the fault says what to report. */
function asFault(error: unknown, says: Messages): Fault {
  if (isFault(error)) return error;
  const { syscall, path } = error as NodeJS.ErrnoException;
  const known =
    syscall === undefined ? error : systemFault(error, `${syscall}${path === undefined ? "" : ` '${path}'`}`);
  if (isFault(known)) return known;
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

async function help(spec: Spec): Promise<number> {
  const { helpText } = await import("./help.js");
  return printed(helpText(spec));
}

function momentOf(asOf: unknown): number {
  const now = Date.now();
  return typeof asOf === "string" ? timeOption("as-of", asOf, now) : now;
}

/** A filter whose reader has gone ends quietly; everything else that cannot be written is an error. */
function unwritable({ errno, cause }: Unwritable, spec: Spec, says: Messages): number {
  const isUnread = errno === "EPIPE";
  if (isUnread && !spec.acts) return 0;
  const doing = "write to standard output";
  const message = isUnread ? `cannot ${doing}: nobody reads it` : (systemFault(cause, doing) as Error).message;
  // A pass takes nothing from another, so that in a pipe the next one ends at once.
  const more = isUnread && spec.optional === true ? "; one pass comes after another with &&" : "";
  return says.fatal(fault("ioerr", message, { hint: spec.acts ? `what was done before is done${more}` : undefined }));
}
