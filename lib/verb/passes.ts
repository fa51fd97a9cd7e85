// What lab-reconcile, lab-wait, lab-status and lab-log need to run a pass: everything opened, and the memory of the last one.
import os from "node:os";
import type { Context } from "../command/context.js";
import { type Memory, openMemory } from "../pass/memory.js";
import { type Hook, hookOf, leaveHooks, runHook } from "../pass/notify.js";
import { passTime } from "../pass/pass-time.js";
import { type Changed, type Pass, reconcile } from "../pass/reconcile.js";
import type { Outcome } from "../record/facts.js";
import type { Run } from "../record/run.js";
import { sideBySide } from "../record/side-by-side.js";
import { cacheDirectory } from "../registry/cache.js";
import type { Registry } from "../registry/open.js";
import { anyActive, marked } from "../registry/runs.js";
import { graces } from "./runs.js";
import { askerOf } from "./send/caching.js";

/** Hooks of this process, so many at once. */
const inLine = sideBySide(8);

/** What was said of runs by passes of this process. */
const told = new Set<string>();

/** What the last pass remembers; a dry one remembers nothing, and makes no directory for it. */
function memoryOf(registry: Registry, { env, dryRun }: Context): Memory {
  return openMemory(dryRun ? undefined : cacheDirectory(registry, env, os.homedir()));
}

/** One reconcile pass over the caller's active runs (or `only` these), remembering what it saw. Throws `unavailable`. */
export async function* reconcilePass(context: Context, only?: readonly string[]): AsyncGenerator<Changed> {
  const registry = await context.registry();
  const memory = memoryOf(registry, context);
  const among = only && new Set(only);
  const isOpen = (id: string) => !memory.hasSettled(id) && (among?.has(id) ?? true);
  // What has settled is known without asking anybody.
  if (!anyActive(registry, isOpen)) return;
  const pass: Pass = {
    registry,
    asker: await askerOf(context, "reconcile"),
    scheduler: await context.scheduler(),
    graces: await graces(context),
    now: context.dryRun ? Date.now() : passTime(registry),
    memory,
    dry: context.dryRun,
    report: once(context),
  };
  let active: string[] = [];
  const open = () => {
    active = marked(registry, "active", registry.user);
    return among === undefined ? active : active.filter((id) => among.has(id));
  };
  try {
    for await (const changed of reconcile(pass, open)) {
      const { run, ended } = changed;
      if (ended) tellOfEnd(run.run, ended, context);
      yield changed;
    }
  } finally {
    // Also where accounting did not answer: what was seen without it was seen.
    if (!context.dryRun) memory.save(active);
  }
}

/** What is wrong with a run is said once, however many passes find it so. */
function once(context: Context): Pass["report"] {
  return (id, error) => {
    const about = `${id}: ${error.message}`;
    if (!told.has(about)) context.report(id, error);
    told.add(about);
  };
}

/** How long a command waits at its end for a hook (milliseconds); what takes longer goes on without it. */
const patience_ms = 5000;

/** Hooks that wait for others, and whose command waits no longer. */
const left: Hook[] = [];

/** Starts the hook of a run that has ended, beside the pass and a few at a time; the command waits a little at its end. */
export function tellOfEnd(run: Run, ended: Outcome, context: Context): void {
  const hook = hookOf(run, ended);
  if (hook) context.later(heard(run.id, hook, context));
}

async function heard(id: string, hook: Hook, context: Context): Promise<void> {
  let state: "waits" | "runs" | "left" = "waits";
  const work = inLine(async () => {
    if (state === "left") return;
    state = "runs";
    const trouble = await runHook(hook, context.env);
    if (trouble) context.say(`${id}: ${trouble.message} (${trouble.hint})`);
  });
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<"over">((resolve) => {
    timer = setTimeout(() => resolve("over"), patience_ms);
  });
  const first = await Promise.race([work, patience]);
  clearTimeout(timer);
  if (first !== "over" || (state as string) !== "waits") return;
  state = "left";
  left.push(hook);
  // All whose time is over now are handed on as one.
  await new Promise(setImmediate);
  leaveHooks(left.splice(0), context.env);
}
