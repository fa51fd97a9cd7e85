// The passes of an agent that holds its lease: the parts that are due, one after the other, and its heartbeat.
import { pid } from "node:process";
import type { Context } from "../../command/context.js";
import type { Agent, AgentPart } from "../../record/agent.js";
import { fault } from "../../record/fault.js";
import type { Lease } from "../../record/queue.js";
import { timestamp } from "../../record/units.js";
import { type AgentFiles, lastBeat, silence_ms } from "../../registry/agent.js";
import type { Registry } from "../../registry/open.js";
import { anyActive } from "../../registry/runs.js";
import { sleep } from "../sleep.js";
import { after, hasFailed, longestPause, runPart } from "./agent-part.js";
import type { TablePart } from "./agent-table.js";

/** How often the heart beats, and how often who waits for another agent looks for it (milliseconds). */
export const beat_ms = silence_ms / 5;

export interface AgentWork {
  /** It goes on until it is stopped. */
  loop: boolean;
  /** Only what is due. */
  due: boolean;
  context: Context;
  registry: Registry;
  table: TablePart[];
  env: Context["env"];
  files: AgentFiles;
  mine: Lease;
  started_at: string;
  /** What is known of each part, by its name. */
  known: Map<string, AgentPart>;
  /** The last heartbeat could not be written. */
  missed?: boolean;
}

/** Works as long as the lease is ours, and gives it back. */
export async function* hold(work: AgentWork): AsyncGenerator<object> {
  const { files, mine, context, registry, known } = work;
  // What another agent has done lately need not be done again, and what it has said not said.
  if (work.due || work.loop)
    for (const part of lastBeat(registry)?.agent.parts ?? [])
      if (known.has(part.name)) known.set(part.name, work.due ? part : { ...part, next_at: timestamp(0) });
  const heart = setInterval(() => beat(work), beat_ms);
  try {
    beat(work);
    yield* passes(work);
    if (isOurs(work)) beat(work, timestamp(Date.now()));
    else context.say("another agent of yours has taken over");
  } finally {
    clearInterval(heart);
    files.release(mine);
  }
}

async function* passes(work: AgentWork): AsyncGenerator<object> {
  const { context, table, loop, known } = work;
  for (;;) {
    if (!isOurs(work)) return;
    const now = Date.now();
    let ran = false;
    for (const part of table) {
      if (context.signal.aborted) return;
      if ((loop || work.due) && !isDue(part, known.get(part.name), now)) continue;
      if (!isCalledFor(part, work.registry)) {
        postpone(part, work, now);
        continue;
      }
      ran = true;
      yield* run(part, work, now);
    }
    if (!loop || context.signal.aborted) return;
    if (ran) beat(work);
    await sleep(Math.max(50, nextOf(work) - Date.now()), context.signal);
    if (context.signal.aborted) return;
  }
}

/** Whether the lease is this agent's. */
export function isOurs({ files, mine }: AgentWork): boolean {
  return files.holder()?.token === mine.token;
}

/** Where it seems to wait for longer than any part does, a clock was set back. */
function isDue({ interval_s }: TablePart, part: AgentPart | undefined, now: number): boolean {
  const next = Date.parse(part?.next_at ?? "") || 0;
  return next <= now || next > now + 1000 * longestPause(interval_s);
}

function nextOf({ table, known }: AgentWork): number {
  return Math.min(...table.map(({ name }) => Date.parse(known.get(name)?.next_at ?? "") || 0));
}

/** Nothing calls for it now: it is looked again after its interval. */
function postpone({ name, interval_s }: TablePart, { known }: AgentWork, now: number): void {
  known.set(name, { ...(known.get(name) ?? { name, failures: 0 }), next_at: timestamp(now + interval_s * 1000) });
}

/** `turn` is when the pass began: parts of one interval stay together. */
async function* run(part: TablePart, work: AgentWork, turn: number): AsyncGenerator<object> {
  const { context, known, env, loop } = work;
  const before = known.get(part.name) ?? { name: part.name, failures: 0 };
  const begun = Date.now();
  const ended = await runPart(part.command, { ...context.env, ...env, LAB_WARNINGS: "off" }, context.signal);
  // It was asked to end, and did.
  if (context.signal.aborted && ended.code >= 128) return;
  const { part: now, news } = after(part, before, ended, { turn, begun, now: Date.now() });
  known.set(part.name, now);
  for (const line of news) context.say(line);
  const isNews = now.failures > 0 !== before.failures > 0;
  if (loop ? isNews : true) yield check(part.name, ended.code === 0, wordsOf(now));
  if (!loop && hasFailed(ended.code))
    context.abnormal(fault("unavailable", `${part.name} could not do its work`, { hint: `man ${part.name}` }));
  else if (!loop && ended.code !== 0) context.no();
}

function wordsOf({ exit_code: code = 0, took_s = 0, message }: AgentPart): string {
  return code === 0 ? `took ${took_s.toFixed(1)} s` : `ended with status ${code}${message ? `: ${message}` : ""}`;
}

/** A heart that cannot beat once (a full disk) beats the next time; that is said once. */
function beat(work: AgentWork, ended_at?: string): void {
  const { files, mine, loop, due, started_at, known } = work;
  const at = timestamp(Date.now());
  const { host, token } = mine;
  const record: Agent = {
    type: "agent",
    v: 1,
    host,
    pid,
    token,
    loop,
    ...(due ? { due } : {}),
    started_at,
    at,
    ...(ended_at === undefined ? {} : { ended_at }),
    parts: [...known.values()],
  };
  try {
    if (isOurs(work)) files.beat(record);
    work.missed = false;
  } catch (error) {
    if (!work.missed) work.context.say((error as Error).message);
    work.missed = true;
  }
}

/** Whether there is anything for the part to do, as far as its line in the table says. */
export function isCalledFor({ when }: TablePart, registry: Registry): boolean {
  if (when === "always") return true;
  return when === "active" ? anyActive(registry, () => true) : when.set;
}

/** What is told of a part. */
export function check(name: string, ok: boolean, message: string): object {
  return { type: "check", v: 1, name, ok, ...(ok ? {} : { severity: "error" }), message };
}
