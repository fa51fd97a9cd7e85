#!/usr/bin/env node
// lab-queue - who waits and runs, where, and what comes next
import { command } from "../lib/command/command.js";
import { listQueue } from "../lib/verb/show/queueing.js";

export const spec = {
  name: "lab-queue",
  usage: [""],
  options: {
    me: { type: "boolean", help: "only your jobs" },
    user: { type: "strings", value: "USER", help: "only this user's jobs" },
    running: { type: "boolean", help: "only what runs" },
    start: { type: "boolean", help: "only what waits, by its expected start" },
    limit: { type: "integer", short: "l", value: "N", help: "at most so many" },
  },
  columns: [
    { key: "position", title: "#", format: "number" },
    { key: "id", title: "job" },
    "name",
    "user",
    "state",
    { key: "partition", spare: true },
    { key: "nodes", title: "where", spare: true },
    { key: "gpus", title: "gpus", format: "number", spare: true },
    { key: "gpu_indices", title: "which", spare: true },
    { key: "elapsed_s", title: "ran", spare: true },
    { key: "left_s", title: "left" },
    { key: "waited_s", title: "waited", spare: true },
    { key: "expected_start_at", title: "starts", format: "age" },
    "message",
  ],
  input: "none",
  writes: ["job"],
} as const;

export default command(spec, (_, options, context) => listQueue(options, context));
