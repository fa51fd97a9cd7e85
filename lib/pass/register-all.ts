// The second pass over many runs: only those of which there can be news are opened, and one bad run is that run's trouble alone.
import { isFault } from "../record/fault.js";
import { runDirectory } from "../registry/layout.js";
import { endOf, newsOf } from "../registry/news.js";
import { openRun } from "../registry/runs.js";
import {
  type Begun,
  bindNames,
  type Registered,
  type RegisterPass,
  registerOutputs,
  registerRun,
  sealRun,
} from "./register.js";

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
      const dir = runDirectory(pass.registry.base, pass.registry.user, id);
      const { ended: has, sign } = newsOf(dir);
      if (has) ended.push({ id, at: endOf(dir, pass.registry.uid) });
      if (has || signs.get(id) === sign) return undefined;
      const registered = await one(pass, id);
      if (!registered?.early) signs.set(id, sign);
      return registered;
    });
    if (done && done.made.length > 0) yield done;
  }
  ended.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  for (let from = 0; from < ended.length; from += together) {
    if (stopped()) return;
    const ids = ended.slice(from, from + together).map(({ id }) => id);
    for (const done of await sealed(pass, ids)) if (done.made.length > 0 || done.seal || done.early) yield done;
  }
}

/** So many runs that have ended are registered side by side: what takes time is the disk. */
const together = 64;

/** Each step of all of them before the next one, so that names are given in order. What became of each, in order. */
async function sealed(pass: RegisterPass, ids: readonly string[]): Promise<Registered[]> {
  const begun = await Promise.all(ids.map((id) => safely(pass, id, () => begin(pass, id))));
  const bound: (Begun | { over: Registered } | undefined)[] = [];
  for (const one of begun)
    bound.push(one && !("over" in one) ? await safely(pass, one.run.run.id, () => named(pass, one)) : one);
  const done = await Promise.all(
    bound.map((one) =>
      one && !("over" in one) ? safely(pass, one.run.run.id, () => sealRun(pass, one)) : Promise.resolve(one?.over),
    ),
  );
  return done.filter((one) => one !== undefined);
}

async function begin(pass: RegisterPass, id: string): Promise<Begun | { over: Registered } | undefined> {
  const disk = openRun(pass.registry, pass.registry.user, id);
  return disk && registerOutputs(pass, disk);
}

async function one(pass: RegisterPass, id: string): Promise<Registered | undefined> {
  const disk = openRun(pass.registry, pass.registry.user, id);
  return disk && registerRun(pass, disk);
}

/** The same, its names given. */
function named(pass: RegisterPass, begun: Begun): Begun {
  bindNames(pass, begun);
  return begun;
}

async function safely<T>(pass: RegisterPass, id: string, act: () => Promise<T> | T): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (!isFault(error)) throw error;
    pass.report(id, error);
    return undefined;
  }
}
