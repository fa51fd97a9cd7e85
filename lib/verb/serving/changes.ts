// What changes in the registry while somebody looks: told by the lines that journals get.
import { EventEmitter } from "node:events";
import type { LabEvent } from "../../record/records.js";
import { type Cursor, readEvents } from "../../registry/journal.js";
import type { Registry } from "../../registry/open.js";
import { usersWith } from "../../registry/runs.js";

/** Runs that are not as they were, and which kinds of other things are not: `artifact`, `pipeline`, `sweep`, … */
export interface Change {
  runs: string[];
  kinds: string[];
}

export interface Changes {
  on(event: "change", listener: (change: Change) => void): unknown;
  off(event: "change", listener: (change: Change) => void): unknown;
  close(): void;
}

/** Looks each second while somebody listens. What cannot be read is told to `trouble`, and looked for again. */
export function watchChanges(registry: Registry, trouble: (error: unknown) => void): Changes {
  const emitter = new EventEmitter().setMaxListeners(0);
  let cursor: Cursor | undefined;
  const look = () => {
    if (emitter.listenerCount("change") === 0) return;
    try {
      const since = cursor === undefined ? Date.now() : 0;
      cursor ??= new Map();
      const events = readEvents(registry, usersWith(registry, "events"), cursor, () => {}, since);
      if (events.length > 0) emitter.emit("change", changeOf(events));
    } catch (error) {
      trouble(error);
    }
  };
  const timer = setInterval(look, 1000).unref();
  const on: Changes["on"] = (event, listener) => emitter.on(event, listener);
  const off: Changes["off"] = (event, listener) => emitter.off(event, listener);
  return { on, off, close: () => clearInterval(timer) };
}

function changeOf(events: readonly LabEvent[]): Change {
  const runs = new Set(events.flatMap(({ run }) => run ?? []));
  const kinds = new Set(events.map(({ event }) => event.split("_")[0] ?? ""));
  return { runs: [...runs], kinds: [...kinds] };
}
