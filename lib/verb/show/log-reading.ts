// Reading logs for a person or a pipe: the last lines, and those that come.

import type { Context } from "../../command/context.js";
import { controlSequences } from "../../command/control-sequences.js";
import type { TableStyle } from "../../command/table.js";
import { fault, isFault } from "../../record/fault.js";
import type { RunOnDisk } from "../../registry/facts.js";
import { type LogFile, linesFrom, logFiles, tailOffset } from "../../registry/logs.js";
import { openRun } from "../../registry/runs.js";
import { cannotShow, namedRuns } from "../runs.js";
import { sleep } from "../sleep.js";
import { ofAnother, whoseLines } from "./what-answers.js";

export interface LogOptions {
  follow: boolean;
  lines: string;
  attempt: number | undefined;
  source: string;
}

/** The lines of the runs' logs as `line` records. */
export async function* readLogs(
  records: AsyncIterable<unknown>,
  options: LogOptions,
  context: Context,
): AsyncGenerator<object> {
  const count = lineCount(options.lines);
  for await (const named of namedRuns(records, context)) {
    if ("other" in named) {
      yield named.other;
      continue;
    }
    try {
      yield* linesOf(named.run, options, count, context);
    } catch (error) {
      cannotShow(named.run.run.id, error, context);
    }
  }
}

async function* linesOf(disk: RunOnDisk, options: LogOptions, count: number, context: Context): AsyncGenerator<object> {
  const shown = whoseLines(disk, "log", await context.registry(), context.say);
  try {
    if (!options.follow) yield* once(shown, options, count, context);
    else {
      yield* followed(shown, options, count, context);
      await settle(shown, context);
    }
  } catch (error) {
    throw ofAnother(error, disk, shown);
  }
}

/** How long who has followed a run to its end waits for it to be written down (seconds). */
const patience_s = 5;

/** One's own run is looked at as lab-wait does, so that whoever asks next hears how it ended. What is in the way is not told here. */
async function settle({ run, owner }: RunOnDisk, context: Context): Promise<void> {
  const registry = await context.registry();
  if (owner !== registry.uid || context.signal.aborted) return;
  const { waitFor } = await import("../waiting.js");
  const waiting = { passes: true, patience_s, timeout_s: patience_s };
  try {
    // How it ended is not what was asked here.
    for await (const _ of waitFor(only(run), waiting, { ...context, no: () => {} }));
  } catch (error) {
    if (!isFault(error)) throw error;
  }
}

async function* only(record: object): AsyncGenerator<object> {
  yield record;
}

function lineCount(text: string): number {
  if (text === "all") return Number.POSITIVE_INFINITY;
  if (!/^\d+$/.test(text)) throw fault("usage", `--lines needs a whole number or 'all', not '${text}'`);
  return Number(text);
}

function wanted(run: RunOnDisk, { attempt, source }: LogOptions): LogFile[] {
  return logFiles(run, attempt).filter(
    (log) => source === "both" || (source === "job") === (log.attempt !== undefined),
  );
}

async function* once(run: RunOnDisk, options: LogOptions, count: number, context: Context): AsyncGenerator<object> {
  const files = wanted(run, options);
  if (files.length === 0)
    context.say(`${run.run.id}: no log yet${run.facts.attempts.length === 0 ? ": it has not started" : ""}`);
  for (const { source, file } of files) {
    if (count === 0) continue;
    const from = Number.isFinite(count) ? tailOffset(file, count) : 0;
    for (const text of linesFrom(file, from, true)) {
      if (context.signal.aborted) return;
      yield line(run, source, text);
    }
  }
}

/** Follows all files of the run, also those of attempts to come. */
async function* followed(
  first: RunOnDisk,
  options: LogOptions,
  count: number,
  context: Context,
): AsyncGenerator<object> {
  const registry = await context.registry();
  const offsets = new Map<string, number>();
  let run = first;
  let begun = false;
  for (let idle = 0; !context.signal.aborted; ) {
    const over = ended(run);
    let news = false;
    for (const { source, file } of wanted(run, options)) {
      const known = offsets.get(file);
      const from =
        known ??
        (begun ? 0 : count === 0 ? Number.MAX_SAFE_INTEGER : Number.isFinite(count) ? tailOffset(file, count) : 0);
      const lines = linesFrom(file, from === Number.MAX_SAFE_INTEGER ? tailOffset(file, 1) : from, over);
      for (let next = lines.next(); ; next = lines.next()) {
        if (next.done) {
          offsets.set(file, next.value);
          break;
        }
        news = true;
        yield line(run, source, next.value);
      }
    }
    begun = true;
    if (over && !news) return;
    idle = news ? 0 : Math.min(idle + 1, 4);
    await sleep(over ? 50 : 250 * (1 + idle), context.signal);
    run = openRun(registry, run.run.user, run.run.id) ?? run;
  }
}

/** The run has an outcome, or its newest attempt has ended and nothing says that another one is due. */
export function ended({ facts }: RunOnDisk): boolean {
  if (facts.outcome) return true;
  const last = facts.attempts.at(-1);
  return last?.exit !== undefined && facts.scheduler?.job?.phase !== "pending";
}

function line({ run }: RunOnDisk, source: string, text: string): object {
  return { type: "line", v: 1, run: run.id, source, text };
}

/** Lines for eyes; a heading where the file changes, as tail has it. */
export function lineView(): (record: Record<string, unknown>, style: TableStyle) => string {
  let last: unknown;
  return ({ run, source, text }, { colour, header }) => {
    const heading = header && source !== last ? `${last === undefined ? "" : "\n"}==> ${run} ${source} <==\n` : "";
    last = source;
    return `${colour && heading ? `\u001b[2m${heading}\u001b[0m` : heading}${printable(String(text), colour)}\n`;
  };
}

const steering = new RegExp(`${controlSequences.source}|(?!\\t)\\p{Cc}`, "gu");

/** Colours of a log may pass to a terminal that has them; whatever else could steer it may not. */
export function printable(text: string, colour: boolean): string {
  // A progress bar rewrites its line; what a person would see at the end is its last state.
  const shown = text.split("\r").filter(Boolean).at(-1) ?? "";
  return shown.replace(steering, (_, codes?: string, end?: string) =>
    colour && end === "m" && /^[\d;:]*$/.test(codes ?? "") ? `\u001b[${codes}m` : "",
  );
}
