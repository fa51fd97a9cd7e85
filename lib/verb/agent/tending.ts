// The agent: runs the parts of a table when they are due, as the only one of its user.
import fs from "node:fs";
import path from "node:path";
import type { Context } from "../../command/context.js";
import { isFault, systemFault } from "../../record/fault.js";
import type { Lease } from "../../record/queue.js";
import { timestamp } from "../../record/units.js";
import { agentFiles } from "../../registry/agent.js";
import type { Registry } from "../../registry/open.js";
import { isRunning } from "../../scheduler/local/processes.js";
import { isOfThisHost, ownLease } from "../own-lease.js";
import { sleep } from "../sleep.js";
import { type AgentWork, beat_ms, check, hold, isCalledFor, isOurs } from "./agent-passes.js";
import { agentTable, type TablePart } from "./agent-table.js";

export interface TendOptions {
  loop: boolean;
  due: boolean;
}

/**
 * Runs the parts of the table in the file (`-` is stdin), once or for as long as it is let; `env` is what they get above
 * the command's own. Yields a `check` for each part that was run once, and in the long run for each that begins or ceases to
 * fail. Where another agent of the caller's lives it does nothing, or waits for its end.
 */
export async function* tend(
  file: string,
  options: TendOptions,
  env: Context["env"],
  context: Context,
): AsyncGenerator<object> {
  const registry = await context.registry();
  const { config } = await context.config();
  const table = agentTable(textOf(file, context), config);
  if (context.dryRun) {
    yield* table.map((part) => ({ ...check(part.name, true, wouldBe(part, registry)), dry_run: true }));
    return;
  }
  const mine = ownLease();
  const started_at = timestamp(Date.now());
  const known = new Map(table.map(({ name }) => [name, { name, failures: 0 }]));
  const work: AgentWork = {
    ...options,
    context,
    registry,
    table,
    env,
    files: agentFiles(registry),
    mine,
    started_at,
    known,
  };
  let outage = "";
  while (!context.signal.aborted) {
    try {
      if (await taken(work)) yield* hold(work);
      if (!options.loop) return;
    } catch (error) {
      if (!options.loop || !isFault(error)) throw error;
      // The file server is away, say: one that is to go on waits for it.
      if (error.message !== outage) context.say(`${error.message}; this is tried again every minute`);
      outage = error.message;
      await sleep(beat_ms, context.signal);
    }
  }
}

function textOf(file: string, { cwd }: Context): string {
  try {
    return fs.readFileSync(file === "-" ? 0 : path.resolve(cwd, file), "utf8");
  } catch (error) {
    throw systemFault(error, `read the table '${file}'`);
  }
}

function wouldBe(part: TablePart, registry: Registry): string {
  const how = `every ${part.interval_s} s: ${part.command}`;
  if (isCalledFor(part, registry)) return `would be run, ${how}`;
  return `would not be run now, ${part.when === "active" ? "since no run is active" : `since ${keyOf(part)} is not set`}; ${how}`;
}

function keyOf({ when }: TablePart): string {
  return typeof when === "object" ? when.key : when;
}

/** The lease; in the long run it is waited for. Whom it is waited for is said once. */
async function taken(work: AgentWork): Promise<boolean> {
  const { files, mine, context, table, loop, due } = work;
  const isHere = (other: Lease) => isOfThisHost(other, mine);
  const pause_ms = Math.min(beat_ms, ...table.map(({ interval_s }) => interval_s * 1000));
  for (let told = false; !context.signal.aborted; told = true) {
    if (isOurs(work) || files.take({ ...mine, at: timestamp(Date.now()) }, isHere, isRunning)) return true;
    const other = files.holder();
    const who = `another agent of yours is at work on ${other?.host ?? "another host"}`;
    if (!loop && !due) context.say(`${who} (pid ${other?.pid ?? "?"}): nothing was done`);
    if (!loop) return false;
    if (!told) context.say(`${who}; this one takes over when it ends`);
    await sleep(pause_ms, context.signal);
  }
  return false;
}
