// What lab-register, lab-wait and lab-status need to register what runs have made.
import os from "node:os";
import path from "node:path";
import type { Context } from "../command/context.js";
import type { Registered } from "../pass/register.js";
import { registerAll } from "../pass/register-all.js";
import { cacheDirectory, recall, remember } from "../registry/cache.js";
import { marked } from "../registry/runs.js";
import { graces } from "./runs.js";

const form = "register/1";

/** One register pass over the caller's active runs (or `only` these), remembering what it saw. */
export async function* registerPass(
  context: Context,
  only?: readonly string[],
  rehash = false,
): AsyncGenerator<Registered> {
  const registry = await context.registry();
  const active = marked(registry, "active", registry.user);
  // What is settled has nothing to be registered, but can be read again.
  const ids = only === undefined ? active : rehash ? only : active.filter((id) => only.includes(id));
  if (ids.length === 0) return;
  const file = context.dryRun
    ? os.devNull
    : path.join(cacheDirectory(registry, context.env, os.homedir()), "register.json");
  const before = recall<Record<string, string>>(file, form) ?? {};
  const signs = new Map(rehash ? [] : Object.entries(before));
  const pass = {
    registry,
    now: Date.now(),
    grace_s: (await graces(context)).accounting_s,
    dry: context.dryRun,
    rehash,
    report: context.report,
  };
  yield* registerAll(pass, ids, signs, () => context.signal.aborted);
  if (context.dryRun) return;
  const still = new Set(active);
  const after = Object.fromEntries([...signs].filter(([id]) => still.has(id)));
  if (JSON.stringify(after) !== JSON.stringify(before)) remember(file, form, after);
}
