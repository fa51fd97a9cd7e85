// The agent's units: installed, removed, looked at, restarted, and what they say.
import os from "node:os";
import path from "node:path";
import { execPath } from "node:process";
import type { Context } from "../../command/context.js";
import { installed } from "../../command/installed.js";
import { kindOf } from "../../command/scheduler.js";
import { fault } from "../../record/fault.js";
import { lastBeat } from "../../registry/agent.js";
import { cacheDirectory, cachePath } from "../../registry/cache.js";
import { serverTime } from "../../registry/server-time.js";
import { cron, hasCron } from "../units/cron.js";
import type { Manager, UnitState } from "../units/manager.js";
import { hasUserManager, systemd } from "../units/systemd.js";
import type { UnitOf } from "../units/texts.js";
import { agentStanding } from "./agent-standing.js";

export interface UnitOptions {
  with: string;
  unconfined: boolean;
  lines: number;
}

export const unitActions = ["install", "remove", "status", "restart", "logs"] as const;
type Action = (typeof unitActions)[number];

/** Does what `action` says; yields a `check` for each unit, or the lines of the log. A dry run yields the texts as lines. */
export async function* manageUnits(action: string, options: UnitOptions, context: Context): AsyncGenerator<object> {
  if (!isAction(action)) throw fault("usage", `cannot '${action}' units`, { hint: `one of ${unitActions.join(", ")}` });
  const manager = await managerOf(options, context);
  if (context.dryRun && action !== "status" && action !== "logs") {
    if (action === "install")
      for (const { path: source, text } of await manager.texts())
        for (const line of text.trimEnd().split("\n")) yield { type: "line", v: 1, source, text: line, dry_run: true };
    else for (const state of await manager.status()) yield { ...check(state), dry_run: true };
    return;
  }
  if (action === "logs") {
    for (const text of await manager.logs(options.lines)) yield { type: "line", v: 1, text };
    return;
  }
  const states = await manager[action]();
  if (action === "status") states.push(...(await standing(context)));
  for (const state of states) {
    if (!state.ok && state.name !== "linger") context.no();
    yield check(state);
  }
}

function isAction(word: string): word is Action {
  return (unitActions as readonly string[]).includes(word);
}

function check({ name, ok, message, hint, path: at }: UnitState): object {
  const where = at === undefined ? {} : { path: at };
  const severity = ok ? {} : { severity: name === "linger" ? "warning" : "error" };
  return { type: "check", v: 1, name, ok, ...severity, ...where, message, ...(hint === undefined ? {} : { hint }) };
}

async function managerOf({ with: kind, unconfined }: UnitOptions, context: Context): Promise<Manager> {
  const { env } = context;
  const { config, files } = await context.config();
  const registry = await context.registry();
  const home = env["HOME"] || os.homedir();
  const place = { env, cwd: context.cwd, home, uid: registry.uid };
  const unit: UnitOf = {
    name: config.name,
    agent: installed("bin", "lab-agent"),
    env: environment(files[0], env),
    // Jobs of the local scheduler are started by the agent, and are to be as they are without it.
    confined: !unconfined && (await kindOf(config, place)) === "slurm",
  };
  const chosen = kind === "auto" ? await found(context) : kind;
  const cache = context.dryRun ? cachePath : cacheDirectory;
  if (chosen === "cron") return cron(unit, path.join(cache(registry, env, home), "agent.log"), context);
  const given = env["XDG_CONFIG_HOME"] ?? "";
  const directory = path.join(path.isAbsolute(given) ? given : path.join(home, ".config"), "systemd/user");
  return systemd(unit, chosen === "timer", directory, registry.user, context);
}

async function found(context: Context): Promise<string> {
  if (await hasUserManager(context)) return "service";
  if (await hasCron(context)) return "cron";
  throw fault("unavailable", "cannot find what would start the agent: neither systemd for users nor cron is here", {
    hint: "lab agent --loop, in tmux or screen, does the same",
  });
}

/** Little of what is set here: where the cluster file, Slurm and the programs are. */
function environment(cluster: string | undefined, env: Context["env"]): Record<string, string> {
  // In the order that they have here: a job of the local scheduler gets them too.
  const directories = [...(env["PATH"] ?? "").split(path.delimiter), path.dirname(execPath)].filter(path.isAbsolute);
  const slurm = env["SLURM_CONF"];
  return {
    PATH: [...new Set(directories)].join(path.delimiter),
    ...(cluster === undefined ? {} : { LAB_CLUSTER: cluster }),
    ...(slurm ? { SLURM_CONF: slurm } : {}),
  };
}

/** Whether the agent is at work, by its heartbeat: also one that was started otherwise, or on another host. */
async function standing(context: Context): Promise<UnitState[]> {
  const registry = await context.registry();
  const beat = lastBeat(registry);
  if (!beat) return [{ name: "heartbeat", ok: false, message: "the agent has never been heard of" }];
  return [{ name: "heartbeat", ...agentStanding(beat.agent, Math.max(0, serverTime(registry) - beat.mtime)) }];
}
