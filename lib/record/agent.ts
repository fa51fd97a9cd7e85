// The agent's heartbeat: who runs one's parts, when each was run last, and how it went.
import * as v from "valibot";
import { count, maybe, record, seconds, text, time } from "./schema.js";

/** What is known of one line of the agent's table. */
export const partSchema = v.looseObject({
  /** The command that it begins with. */
  name: text,
  /** When it was run last, how long that took, and how it ended. */
  at: maybe(time),
  took_s: maybe(seconds),
  exit_code: maybe(count),
  /** How often in a row it could not do its work, since when, and what it said last. */
  failures: count,
  failing_since: maybe(time),
  message: maybe(text),
  /** When it is due. */
  next_at: maybe(time),
  /** What it has said lately, and when that was passed on: it is not passed on again for a day. */
  said: maybe(v.record(text, time)),
});
export type AgentPart = v.InferOutput<typeof partSchema>;

export const agentSchema = record("agent", {
  host: text,
  pid: count,
  token: text,
  /** It goes on until it is stopped; else it makes one pass. */
  loop: v.boolean(),
  /** A timer starts it, again and again. */
  due: maybe(v.boolean()),
  started_at: time,
  at: time,
  /** It was stopped, or is done. */
  ended_at: maybe(time),
  parts: v.array(partSchema),
});
export type Agent = v.InferOutput<typeof agentSchema>;
