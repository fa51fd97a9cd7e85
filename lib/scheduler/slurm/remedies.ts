// What can be done about a job that Slurm refused, where its words tell.
import { nearest } from "../../record/names.js";
import type { Resources } from "../../record/resources.js";
import type { SlurmClient } from "./client.js";
import { explainLimit } from "./limits.js";

type Remedy = (
  slurm: SlurmClient,
  resources: Resources,
  said: string,
) => string | undefined | Promise<string | undefined>;

const remedies: readonly [RegExp, Remedy][] = [
  [/Invalid partition name|No partition specified/, partitions],
  [
    /(Memory|memory) (specification can not be satisfied|required by task)/,
    (slurm) =>
      listed(
        slurm,
        "%m",
        (most) => `no node that this job may use has so much memory; they have ${most.join(", ")} MB`,
      ),
  ],
  [
    /Temporary disk specification/,
    (slurm) =>
      listed(
        slurm,
        "%d",
        (has) => `no node that this job may use has so much local disk; they have ${has.join(", ")} MB`,
      ),
  ],
  [
    /CPU count/,
    (slurm) =>
      listed(slurm, "%c", (most) => `no node that this job may use has so many CPUs; they have ${most.join(", ")}`),
  ],
  [
    /Requested node configuration is not available/,
    () => "no node has all of it: compare gpus, cpus, mem and constraint with sinfo -o '%P %c %m %G %f'",
  ],
  [
    /Invalid generic resource|Invalid GRES|Trackable RESource/,
    (slurm) =>
      listed(
        slurm,
        "%G",
        (has) => `this cluster's nodes have ${has.join(", ")}: see gres_gpu_syntax of the cluster file`,
      ),
  ],
  [
    /Invalid feature|Invalid preferred feature/,
    (slurm) => listed(slurm, "%f", (has) => `this cluster's nodes have the features ${has.join(", ")}`),
  ],
  [
    /time limit is invalid|Invalid time-min/,
    (slurm, { partition }) =>
      listed(slurm, "%R %l", (limits) => `ask for less time; the limits are ${limits.join(", ")}`, partition),
  ],
  [
    /Invalid account/,
    () =>
      "name in [resources] an account that you belong to: sacctmgr show associations user=$USER format=account,partition,qos lists them",
  ],
  [
    /Invalid qos/,
    () =>
      "name in [resources] a qos that you may use: sacctmgr show associations user=$USER format=account,qos lists them",
  ],
  [/accounting\/QOS policy/, (_, __, said) => limit(said)],
  [
    /not permitted to use this partition/,
    () => "name another partition, or ask the cluster's administrators for access",
  ],
  [
    /Node count specification|Requested nodes not in|More processors requested/,
    () =>
      "ask for another number of nodes or CPUs, or name another partition: scontrol show partition tells their limits",
  ],
  [/Invalid node name/, () => "sinfo -N lists the nodes that exclude may name"],
  [/reservation/, () => "scontrol show reservation lists those that you may use"],
  [
    /Invalid --nice|nice value/,
    () => "Slurm lets only operators put a job before others: give a priority of 5 or less",
  ],
  [/dependency/i, () => "a job that it depends on is no longer known to Slurm: leave it out if it has ended"],
  [/partition not available|Partition in DOWN|configuration not available now/, partitions],
  [
    /unrecognized option|Invalid directive|invalid option|requires an argument/,
    () => "see sbatch_extra: this version of sbatch does not know the option",
  ],
  [/Pathname .* too long/, () => "Slurm takes no path longer than 1024 characters"],
  [/script is (empty|too large|too big)|larger than/, () => "Slurm's MaxScriptSize limits the size of a job's script"],
];

/** A hint for what sbatch refused with these words, or undefined. It may ask sinfo; where that fails it gives no list. */
export async function remedy(slurm: SlurmClient, said: string, resources: Resources): Promise<string | undefined> {
  const found = remedies.find(([pattern]) => pattern.test(said));
  return found?.[1](slurm, resources, said);
}

async function partitions(slurm: SlurmClient, { partition }: Resources): Promise<string | undefined> {
  const near = (names: string[]) => (partition === undefined ? undefined : nearest(partition, names));
  return listed(
    slurm,
    "%R",
    (names) => `this cluster has: ${names.join(", ")}${near(names) ? `; did you mean '${near(names)}'?` : ""}`,
  );
}

/** What sinfo prints of every partition for a format, each value once. */
async function listed(
  slurm: SlurmClient,
  format: string,
  say: (values: string[]) => string,
  partition?: string,
): Promise<string | undefined> {
  const of = partition === undefined ? "--all" : `--partition=${partition}`;
  const { code, stdout } = await slurm("sinfo", [of, "--exact", "--noheader", `--format=${format}`]);
  const values = [...new Set(stdout.split("\n").map((line) => line.trim()))].filter(
    (value) => value !== "" && value !== "(null)",
  );
  return code === 0 && values.length > 0 ? say(values) : undefined;
}

function limit(said: string): string {
  const word = said.split(/\W+/).find((part) => explainLimit(part) !== undefined);
  const found = word === undefined ? undefined : explainLimit(word);
  return found === undefined
    ? "wait until earlier jobs end, or ask for less"
    : `${found.message}: wait until earlier jobs end, or ask for less`;
}
