#!/usr/bin/env node
// lab-events - the journal of what happened
import { command } from "../lib/command/command.js";
import { type Fault, fault } from "../lib/record/fault.js";
import { readEvents } from "../lib/registry/journal.js";
import { findRun } from "../lib/registry/refs.js";
import { usersWith } from "../lib/registry/runs.js";
import { sleep } from "../lib/verb/sleep.js";

export const spec = {
  name: "lab-events",
  usage: ["[RUN…]"],
  options: {
    follow: { type: "boolean", short: "f", help: "go on as more happens" },
    since: { type: "time", value: "TIME", default: "1d", help: "from then on: 3d, today, 2026-11-20" },
    all: { type: "boolean", short: "a", help: "everybody's" },
    user: { type: "strings", value: "USER", help: "whose (default yours)" },
    where: {
      type: "strings",
      value: "TEST",
      help: "only where this is so: event=run_failed and mode=oom (lab-where(7))",
    },
  },
  columns: ["at", "event", "run", "name", { key: "user", spare: true }, { key: "job", spare: true }, "mode"],
  input: "none",
  args: [0, Number.POSITIVE_INFINITY],
  writes: ["event"],
} as const;

export default command(spec, async function* (_, options, context) {
  const registry = await context.registry();
  const wanted = new Set(context.args.map((ref) => findRun(registry, ref, context.cwd).run.id));
  const where =
    options.where.length > 0
      ? (await import("../lib/verb/show/where-in.js")).whereIn("events", options.where, context.now)
      : undefined;
  const cursor = new Map<string, number>();
  const bad = (message: string) => context.report(undefined, fault("dataerr", message));
  const told = new Set<string>();
  const untrusted = (error: Fault) => {
    if (!told.has(error.message)) context.report(undefined, error);
    told.add(error.message);
  };
  do {
    const users =
      options.all || wanted.size > 0
        ? usersWith(registry, "events", untrusted)
        : options.user.length > 0
          ? options.user
          : [registry.user];
    for (const event of readEvents(registry, users, cursor, bad, { since: options.since })) {
      const named = wanted.size === 0 || (event.run !== undefined && wanted.has(event.run));
      if (named && where?.passes(event) !== false) yield event;
    }
    if (options.follow) await sleep(500, context.signal);
  } while (options.follow && !context.signal.aborted);
});
