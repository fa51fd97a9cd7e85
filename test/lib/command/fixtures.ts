// A context for tests of what runs inside a command, which keeps what was said.
import type { Context } from "../../../lib/command/context.js";
import type { Fault } from "../../../lib/record/fault.js";

export interface Heard {
  context: Context;
  said: string[];
  reported: [string | undefined, Fault][];
  abnormal: Fault[];
  abort(): void;
}

/** A context without a place: asking for its configuration, registry or scheduler is an error of the test. */
export function heard(changes: Partial<Context> = {}): Heard {
  const controller = new AbortController();
  const said: string[] = [];
  const reported: [string | undefined, Fault][] = [];
  const abnormal: Fault[] = [];
  const none = () => Promise.reject(new Error("this test has no place"));
  const context: Context = {
    name: "lab-test",
    args: [],
    rest: undefined,
    now: Date.parse("2026-11-20T12:00:00Z"),
    env: {},
    cwd: "/",
    dryRun: false,
    terminal: { out: false, in: false, err: false, columns: undefined, colour: false },
    signal: controller.signal,
    say: (message) => said.push(message),
    report: (id, error) => reported.push([id, error]),
    abnormal: (error) => abnormal.push(error),
    no: () => {},
    later: () => {},
    config: none,
    registry: none,
    scheduler: none,
    ...changes,
  };
  return { context, said, reported, abnormal, abort: () => controller.abort() };
}

export async function* streamOf<T>(...items: T[]): AsyncGenerator<T> {
  yield* items;
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
