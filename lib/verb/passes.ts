// What lab-reconcile, lab-wait, lab-status and lab-log need to run a pass: everything opened, and the memory of the last one.
import os from "node:os";
import path from "node:path";
import type { Context } from "../command/context.js";
import { type Memory, openMemory } from "../pass/memory.js";
import { notifyEnd } from "../pass/notify.js";
import { type Changed, type Pass, reconcile } from "../pass/reconcile.js";
import { cacheDirectory } from "../registry/cache.js";
import type { Registry } from "../registry/open.js";
import { marked } from "../registry/runs.js";
import { graces } from "./runs.js";

/** What the last pass remembers; a dry one remembers nothing, and makes no directory for it. */
export function memoryOf(registry: Registry, { env, dryRun }: Context): Memory {
  return openMemory(dryRun ? os.devNull : path.join(cacheDirectory(registry, env, os.homedir()), "reconcile.json"));
}

/** One reconcile pass over the caller's active runs (or `only` these), remembering what it saw. Throws `unavailable`. */
export async function* reconcilePass(context: Context, only?: readonly string[]): AsyncGenerator<Changed> {
  const registry = await context.registry();
  const active = marked(registry, "active", registry.user);
  const memory = memoryOf(registry, context);
  const pass: Pass = {
    registry,
    scheduler: await context.scheduler(),
    graces: await graces(context),
    now: Date.now(),
    memory,
    dry: context.dryRun,
    report: (id, error) => context.report(id, error),
  };
  const ids = only === undefined ? active : active.filter((id) => only.includes(id));
  for await (const changed of ids.length > 0 ? reconcile(pass, ids) : []) {
    const trouble = changed.ended && (await notifyEnd(changed.run.run, changed.ended, context.env));
    if (trouble) context.say(`${changed.run.run.id}: ${trouble.message}`);
    yield changed;
  }
  if (!context.dryRun) memory.save(new Set(active));
}
