#!/usr/bin/env node
// lab-ls - list runs
import { command } from "../lib/command/command.js";
import { states } from "../lib/record/state.js";
import { listRuns } from "../lib/verb/show/listing.js";

export const spec = {
  name: "lab-ls",
  usage: [""],
  options: {
    state: {
      type: "strings",
      value: "STATE",
      help: "only these: planned, queued, running, succeeded, failed, …; or active, ended",
    },
    mode: { type: "strings", value: "MODE", help: "only failures of this mode: oom, timeout, code_error, …" },
    name: { type: "string", value: "GLOB", help: "only runs of this name (* and ? stand for others)" },
    user: { type: "strings", value: "USER", help: "whose runs (default yours)" },
    all: { type: "boolean", short: "a", help: "everybody's runs" },
    tag: { type: "strings", value: "TAG", help: "only runs with this tag" },
    group: { type: "string", value: "NAME", help: "only runs of this group" },
    pipeline: { type: "string", value: "PIPELINE", help: "only runs of this pipeline" },
    since: { type: "time", value: "TIME", help: "planned since then: 3d, today, 2026-11-20" },
    until: { type: "time", value: "TIME", help: "planned before then" },
    recent: { type: "time", value: "TIME", help: "only what is active, and what ended since then" },
    where: {
      type: "strings",
      value: "TEST",
      help: "only where this is so: params.lr<1e-3 and state=failed (lab-where(7))",
    },
    note: { type: "string", value: "TEXT", help: "only runs whose narrative or notes contain the text" },
    sort: {
      type: "string",
      value: "FIELD",
      help: "by this field, -FIELD for the other way round (default: newest first)",
    },
    summary: { type: "boolean", help: "below the table, how many there are in each state" },
    limit: { type: "integer", short: "l", value: "N", help: "at most so many (default 50 on a terminal, else all)" },
  },
  columns: [
    { key: "id", title: "run" },
    "name",
    "state",
    { key: "mode", spare: true },
    { key: "elapsed_s", title: "ran" },
    { key: "planned_at", title: "planned", format: "age", spare: true },
    { key: "user", spare: true },
    "message",
  ],
  tally: { option: "summary", key: "state", order: states, noun: "run", most: 50, unless: "limit" },
  input: "none",
  writes: ["status"],
} as const;

export default command(spec, (_, options, context) => listRuns(options, context));
