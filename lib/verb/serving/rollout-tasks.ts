// Where a result says that its rollouts are: `traj_path` of one, or `runs[].subdir` of several.

export interface RolloutTask {
  name: string;
  /** The directory that has trajectory.jsonl and steps/, below the output; "" is the output itself. An absolute one is as said. */
  directory: string;
  /** The name of the trajectory in it. */
  trajectory: string;
}

/** The tasks of a result, in its order; none where it recorded none. Nothing is opened, and nothing of it is believed. Pure. */
export function tasksIn(result: Record<string, unknown>): RolloutTask[] {
  const { traj_path, runs } = result;
  if (Array.isArray(runs)) {
    const several = runs.flatMap((run: unknown, i) => taskOf(run, i) ?? []);
    if (several.length > 0) return several;
  }
  if (typeof traj_path !== "string" || traj_path === "") return [];
  const cut = traj_path.lastIndexOf("/");
  return [{ name: "rollout", directory: traj_path.slice(0, Math.max(cut, 0)), trajectory: traj_path.slice(cut + 1) }];
}

function taskOf(run: unknown, i: number): RolloutTask | undefined {
  if (typeof run !== "object" || run === null) return undefined;
  const { subdir, task, name } = run as Record<string, unknown>;
  if (typeof subdir !== "string") return undefined;
  const called = [task, name, subdir].find((word): word is string => typeof word === "string" && word !== "");
  return { name: called ?? `task ${i}`, directory: subdir.replace(/\/+$/, ""), trajectory: "trajectory.jsonl" };
}
