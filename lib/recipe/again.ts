// An old run as a new plan: what was meant then, without what became of it, and with what is to be different.
import { isDeepStrictEqual } from "node:util";
import type { Run, RunInput, RunOutput } from "../record/run.js";
import { handleOf } from "../record/run-id.js";
import { timestamp } from "../record/units.js";
import { isTable } from "../toml/path.js";
import { defaultAlias } from "./outputs.js";
import { expandTokens, tokenValues } from "./tokens.js";

export interface Again {
  id: string;
  user: string;
  /** Milliseconds. */
  now: number;
}

/**
 * The plan of a run once more, under a new id, with the old one as its parent. Its inputs are those that it had, by their
 * ids, and are looked at anew; that it waited for others is over. `recipe` is its recipe planned, for names as they were
 * written; without it they follow from the names that it got.
 */
export function planAgain(old: Run, { id, user, now }: Again, recipe?: Run): Run {
  const { created_at: _c, state: _s, dry_run: _d, error: _e, toolkit: _t, ...rest } = old;
  const { key: _k, epoch: _p, decision: _n, run_dir: _r, submission: _u, job: _j, after: _a, ...more } = rest;
  const { evaluates: _v, ...kept } = more;
  const caching = cachingOf(old);
  const { resolved: _l, ...launcher } = old.launcher ?? {};
  return {
    ...withoutCaching(kept),
    ...(old.launcher ? { launcher: launcher as NonNullable<Run["launcher"]> } : {}),
    ...(caching ? { caching } : {}),
    id,
    user,
    phase: "planned",
    planned_at: timestamp(now),
    parent: old.id,
    rerun_of: old.id,
    inputs: mapped(old.inputs, inputAgain),
    outputs: mapped(old.outputs, (output, role) => outputAgain(old, output, role, recipe?.outputs[role]?.alias)),
  };
}

function withoutCaching({ caching: _, ...run }: Run): Run {
  return run;
}

/** That it computed anew was said once; that it claims nothing, or goes its own way, is how it is. */
function cachingOf({ caching }: Run): Run["caching"] {
  const { mode, follow } = caching ?? {};
  if (mode !== "none" && follow === undefined) return undefined;
  return { ...(mode === "none" ? { mode } : {}), ...(follow === undefined ? {} : { follow }) };
}

function mapped<T>(table: Record<string, T>, change: (value: T, key: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [key, change(value, key)]));
}

/** What a name meant then, and not what it means now. */
function inputAgain(input: RunInput): RunInput {
  if (input.type === "external") {
    if (input.gathers !== undefined) return input;
    const { path, fingerprint } = input;
    return { type: "external", path, fingerprint };
  }
  const { id, run, role, step, pick, artifact } = input;
  if (run === undefined || role === undefined) return { type: "artifact", artifact: id ?? artifact };
  const picked = pick === undefined ? {} : { pick };
  return { type: "artifact", artifact: `${run}:${role}${step === undefined ? "" : `@${step}`}`, ...picked };
}

function outputAgain(old: Run, output: RunOutput, role: string, written: string | undefined): RunOutput {
  const { path: _, ...rest } = output;
  const values = tokenValues(old);
  const isIt = (alias: string) => {
    try {
      return expandTokens(alias, values) === output.alias;
    } catch {
      return false;
    }
  };
  const alias = [written, defaultAlias(old.name, role)].find((one) => one !== undefined && isIt(one));
  return { ...rest, alias: alias ?? nameless(output.alias, old.id) };
}

/** An alias that names its run names the new one now. */
function nameless(alias: string, id: string): string {
  return alias.replaceAll(id, "{run.id}").replaceAll(handleOf(id), "{run.handle}");
}

const own = new Set(["type", "v", "id", "phase", "user", "planned_at", "recipe", "expand", "sweep", "source"]);

/** The run with all that differs between two plans of its recipe, before and after something was set. */
export function overlaid(run: Run, before: Run, after: Run): Run {
  const changed = overlay(run, before, after, own);
  return changed as Run;
}

function overlay(base: unknown, before: unknown, after: unknown, except?: ReadonlySet<string>): unknown {
  if (isDeepStrictEqual(before, after)) return base;
  if (!isTable(after) || !isTable(before) || (base !== undefined && !isTable(base))) return after;
  const result: Record<string, unknown> = { ...base };
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (except?.has(key)) continue;
    const value = overlay(result[key], before[key], after[key]);
    if (value === undefined) delete result[key];
    else result[key] = value;
  }
  return result;
}
