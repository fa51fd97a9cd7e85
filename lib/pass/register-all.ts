// The second pass over many runs: only those of which there can be news are opened, and one bad run is that run's trouble alone.
import { isFault } from "../record/fault.js";
import { runDirectory } from "../registry/layout.js";
import { newsOf } from "../registry/news.js";
import { openRun } from "../registry/runs.js";
import { type Registered, type RegisterPass, registerRun } from "./register.js";

/** What the last pass saw of each run that goes on, by id; see `newsOf`. Derived: without it every run is opened once. */
export type Signs = Map<string, string>;

/**
 * Registers what is due of the caller's runs `ids`: first of those that go on, then of those that have ended, in the order of
 * their ends, so that a name that several give means the last one's. Yields those of which something was written, and those
 * that have ended and are not sealed yet, since something cannot be seen here (`early`).
 */
export async function* registerAll(
  pass: RegisterPass,
  ids: readonly string[],
  signs: Signs,
  stopped: () => boolean,
): AsyncGenerator<Registered> {
  const ended: { id: string; at: string }[] = [];
  for (const id of ids) {
    if (stopped()) return;
    const done = await safely(pass, id, async () => {
      const { ended: has, sign } = newsOf(runDirectory(pass.registry.base, pass.registry.user, id));
      if (has) {
        const { ended_at, at = "" } = openRun(pass.registry, pass.registry.user, id)?.facts.outcome ?? {};
        ended.push({ id, at: ended_at ?? at });
      }
      if (has || signs.get(id) === sign) return undefined;
      const registered = await one(pass, id);
      if (!registered?.early) signs.set(id, sign);
      return registered;
    });
    if (done && done.made.length > 0) yield done;
  }
  for (const { id } of ended.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))) {
    if (stopped()) return;
    const done = await safely(pass, id, () => one(pass, id));
    if (done && (done.made.length > 0 || done.seal || done.early)) yield done;
  }
}

async function one(pass: RegisterPass, id: string): Promise<Registered | undefined> {
  const disk = openRun(pass.registry, pass.registry.user, id);
  return disk && registerRun(pass, disk);
}

async function safely<T>(pass: RegisterPass, id: string, act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (!isFault(error)) throw error;
    pass.report(id, error);
    return undefined;
  }
}
