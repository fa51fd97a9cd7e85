// The local scheduler's worker as a command.

import type { Context } from "../command/context.js";
import { localParts } from "../command/scheduler.js";

const ends = {
  held: "another worker of yours is at work here",
  idle: "there was nothing more to do",
  stopped: "asked to leave; its jobs go on",
};

/** Works until there is nothing to do; yields how it ended. */
export async function* work(idle_s: number | undefined, context: Context): AsyncGenerator<object> {
  const registry = await context.registry();
  const { config } = await context.config();
  const { runWorker } = await import("../scheduler/local/run-worker.js");
  const idle = idle_s ?? config.local.idle;
  const why = await runWorker({
    ...localParts(config, registry),
    report: (message) => context.say(message),
    signal: context.signal,
    ...(idle === undefined ? {} : { idle_s: idle }),
  });
  yield { type: "check", v: 1, name: "worker", ok: true, message: ends[why] };
}
