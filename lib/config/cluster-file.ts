// Which cluster file counts.
import fs from "node:fs";
import path from "node:path";
import { fault, systemFault } from "../record/fault.js";

export interface Where {
  /** `--cluster`, if it was given. */
  cluster?: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  home: string;
}

/**
 * The cluster file: --cluster, else $LAB_CLUSTER, else the first of $XDG_CONFIG_HOME/lab/cluster.toml (~/.config where
 * that is not set) and /etc/lab/cluster.toml that exists. Throws config where there is none.
 */
export function findClusterFile(where: Where, system = "/etc/lab/cluster.toml"): string {
  const { named, by, usual } = clusterFilePlaces(where, system);
  if (named !== undefined) {
    if (exists(named)) return named;
    throw fault("config", `cannot read the cluster file '${named}' (${by}): no such file`, { hint: remedy(where) });
  }
  const found = usual.find(exists);
  if (found !== undefined) return found;
  throw fault("config", `cannot find a cluster file: there is none at ${usual.join(" or ")}`, { hint: remedy(where) });
}

/** The file that was asked for, and by what, or else the places that are looked in, in order. Pure. */
export function clusterFilePlaces(
  { cluster, env, cwd, home }: Where,
  system: string,
): {
  named?: string;
  by?: string;
  usual: string[];
} {
  const usual = [path.join(configHome(env, home), "lab/cluster.toml"), system];
  if (cluster !== undefined) return { named: path.resolve(cwd, cluster), by: "--cluster", usual };
  const variable = env["LAB_CLUSTER"];
  return variable ? { named: path.resolve(cwd, variable), by: "LAB_CLUSTER", usual } : { usual };
}

/** The XDG rule: a relative value counts as none. */
function configHome(env: Where["env"], home: string): string {
  const said = env["XDG_CONFIG_HOME"];
  return said && path.isAbsolute(said) ? said : path.join(home, ".config");
}

function remedy({ env, home }: Where): string {
  const labctl = path.join(configHome(env, home), "labctl/cluster.toml");
  return exists(labctl)
    ? `lab init --use ${labctl} takes that of labctl; lab init makes a new one`
    : "lab init makes one";
}

/** A link that leads nowhere exists: reading it says what is wrong. */
function exists(file: string): boolean {
  try {
    return fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw systemFault(error, `read the cluster file '${file}'`);
  }
}
