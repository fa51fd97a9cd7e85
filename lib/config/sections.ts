// The sections that cluster files and projects have in common, and those that only a cluster file has.
import * as v from "valibot";
import { maybe } from "../record/schema.js";
import {
  argument,
  duration,
  location,
  name,
  program,
  refused,
  size,
  userName,
  variable,
  whole,
  word,
} from "./values.js";

export const programs = ["sbatch", "squeue", "sacct", "scancel", "scontrol", "sinfo"] as const;

export const filesystem = v.strictObject({
  runs_base: maybe(location),
  artifact_root: maybe(location),
  artifact_roots: maybe(v.record(name, location)),
  output_roots: maybe(v.record(name, location)),
  shared_group: maybe(argument),
});

const graces = {
  missing_job_grace: maybe(duration),
  missing_job_grace_secs: maybe(whole(0)),
  submit_grace: maybe(duration),
  accounting_grace: maybe(duration),
};
const saidTwice = "has both missing_job_grace and missing_job_grace_secs: they are the same";
const kind = maybe(v.picklist(["auto", "slurm", "local"]));

export const scheduler = v.pipe(
  v.strictObject({
    kind,
    sbatch: maybe(program),
    squeue: maybe(program),
    sacct: maybe(program),
    scancel: maybe(program),
    scontrol: maybe(program),
    sinfo: maybe(program),
    ...graces,
  }),
  v.check((table) => oneGrace(table), saidTwice),
);

/** A project chooses the scheduler; it does not say what is run for it. */
export const projectScheduler = v.pipe(
  v.strictObject({
    kind,
    sbatch: programElsewhere(),
    squeue: programElsewhere(),
    sacct: programElsewhere(),
    scancel: programElsewhere(),
    scontrol: programElsewhere(),
    sinfo: programElsewhere(),
    ...graces,
  }),
  v.check((table) => oneGrace(table), saidTwice),
);

export const slurm = v.strictObject({
  partition: maybe(argument),
  qos: maybe(argument),
  account: maybe(argument),
  gres_gpu_syntax: maybe(
    v.pipe(
      argument,
      v.check((text) => text.includes("{n}"), "has no {n} in it, which stands for the number of GPUs"),
    ),
  ),
  /** Features of nodes, and the memory of each of their GPUs: what `gpu_mem` of a recipe asks for. */
  gpu_mem: maybe(v.record(argument, size)),
});

export const local = v.strictObject({
  cpus: maybe(whole(1)),
  gpus: maybe(whole(0)),
  mem: maybe(size),
  idle: maybe(duration),
});

export const env = v.record(variable, v.string());
export const modules = v.array(word);

export const cache = v.strictObject({
  trust: maybe(v.union([v.picklist(["group", "mine"]), v.array(userName)])),
  lease: maybe(duration),
  courtesy: maybe(duration),
});

/** labctl's; its commands come later, but what is wrong in it is said now. */
export const dispatch = v.strictObject({
  reconcile_interval_secs: maybe(whole(1)),
  evald_interval_secs: maybe(whole(1)),
  policies_dir: maybe(location),
  throttle: maybe(v.strictObject({ job_name: word, max_concurrent: whole(1) })),
  gc: maybe(
    v.strictObject({
      enabled: maybe(v.boolean()),
      interval_secs: maybe(whole(1)),
      min_terminal_age_secs: maybe(whole(0)),
    }),
  ),
});

export const remote = v.pipe(
  v.strictObject({ ssh_alias: maybe(argument), host: maybe(argument), ssh_user: maybe(argument) }),
  v.check(({ ssh_alias, host }) => (ssh_alias ?? host) !== undefined, "needs ssh_alias or host"),
);

function programElsewhere() {
  return maybe(refused("names a program that would run as you, so only the cluster file may say it, not a project's"));
}

function oneGrace(table: { missing_job_grace?: number; missing_job_grace_secs?: number }): boolean {
  return table.missing_job_grace === undefined || table.missing_job_grace_secs === undefined;
}
