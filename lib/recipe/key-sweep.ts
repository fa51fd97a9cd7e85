// What a run being a point of a sweep adds to its cache key: what the rest of the key does not tell.
import type { Run } from "../record/run.js";
import { parseDotted } from "../toml/path.js";
import { tokensIn } from "./tokens.js";

/**
 * The values of axes whose paths are not in the key anyway, and the place in the sweep where a token uses it; nothing for most
 * points, whose key is that of the same run by itself.
 */
export function sweepParts(run: Run): { sweep?: Record<string, unknown>; sweep_index?: number } {
  if (run.sweep === undefined || run.sweep.aggregate) return {};
  const { index, point } = run.sweep;
  const others = Object.entries(point).filter(([at]) => !isInKey(parseDotted(at)));
  return {
    ...(others.length === 0 ? {} : { sweep: Object.fromEntries(others) }),
    ...(usesIndex(run) ? { sweep_index: index } : {}),
  };
}

/** Tables of a recipe of which the key has all. */
const whole = new Set(["command", "args", "args_format", "params", "seed", "env", "workdir", "environment", "inputs"]);

function isInKey([first = "", second = "", ...rest]: readonly string[]): boolean {
  if (whole.has(first)) return true;
  if (first === "resources") return isTopology(second === "components" ? (rest[1] ?? "") : second);
  if (first === "launcher") return ["kind", "nnodes", "nproc_per_node", "extra", "ddp"].includes(second);
  if (first === "source") return second === "paths";
  return first === "outputs" && ["type", "marker"].includes(rest[0] ?? "");
}

function isTopology(key: string): boolean {
  return key === "gpus" || key === "nodes";
}

/** What the command is given; names and places of what it makes are not in the key. */
function usesIndex({ command, args, env, workdir }: Run): boolean {
  return tokensIn(JSON.stringify([command, args, env, workdir])).includes("sweep.index");
}
