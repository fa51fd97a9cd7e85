// What lab-register, lab-wait and lab-status need to register what runs have made.
import type { Context } from "../command/context.js";
import { type Registered, type RegisterPass, registerSafely } from "../pass/register.js";
import { isFault } from "../record/fault.js";
import { isSealed } from "../registry/outputs.js";
import { marked, openRun } from "../registry/runs.js";
import { graces } from "./runs.js";

/** What a pass of this command is given. */
export async function registerPassOf(context: Context): Promise<RegisterPass> {
  return {
    registry: await context.registry(),
    now: Date.now(),
    grace_s: (await graces(context)).accounting_s,
    dry: context.dryRun,
    report: (id, error) => context.report(id, error),
  };
}

/**
 * Registers what is due of the caller's active runs (or `only` these), those that ended first before those that ended later,
 * so that a name that both give means the later one. Yields those of which something was registered.
 */
export async function* registerPass(context: Context, only?: readonly string[]): AsyncGenerator<Registered> {
  const pass = await registerPassOf(context);
  const { registry } = pass;
  const active = marked(registry, "active", registry.user);
  const ended: { id: string; at: string }[] = [];
  const visit = async (id: string, last: boolean): Promise<Registered | undefined> => {
    try {
      const disk = openRun(registry, registry.user, id);
      if (!disk) return undefined;
      const { outcome } = disk.facts;
      if (outcome && !last && !isSealed(disk.dir)) {
        ended.push({ id, at: outcome.ended_at ?? outcome.at });
        return undefined;
      }
      return await registerSafely(pass, disk);
    } catch (error) {
      if (!isFault(error)) throw error;
      context.report(id, error);
      return undefined;
    }
  };
  for (const id of only === undefined ? active : active.filter((one) => only.includes(one))) {
    if (context.signal.aborted) return;
    const done = await visit(id, false);
    if (done) yield done;
  }
  for (const { id } of ended.sort((a, b) => (a.at < b.at ? -1 : 1))) {
    if (context.signal.aborted) return;
    const done = await visit(id, true);
    if (done) yield done;
  }
}
